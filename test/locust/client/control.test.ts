import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LocustClient } from '../../../src/locust/client/client.ts';
import { RefusedError, resetStats, stop, swarm } from '../../../src/locust/client/control.ts';
import { LocustError } from '../../../src/locust/errors.ts';
import type { Version } from '../../../src/locust/version.ts';

const signal = new AbortController().signal;
const OK = '{"success": true, "message": "Swarming started"}';

class StubClient implements LocustClient {
  readonly displayUrl = 'http://stub/';
  readonly calls: unknown[] = [];
  readonly #reply: string;
  readonly #getStatus: number | undefined;

  constructor(reply: string, getStatus?: number) {
    this.#reply = reply;
    this.#getStatus = getStatus;
  }

  get(path: string): Promise<Buffer> {
    this.calls.push(['GET', path]);
    if (this.#getStatus === undefined) return Promise.resolve(Buffer.from(this.#reply));
    const options = { status: this.#getStatus };
    return Promise.reject(new LocustError('http_status', 'refused', options));
  }

  getResponse(): never {
    throw new Error('not a control command');
  }

  post(path: string, form: Readonly<Record<string, string>>): Promise<Buffer> {
    this.calls.push(['POST', path, form]);
    return Promise.resolve(Buffer.from(this.#reply));
  }

  quote(text: string): string {
    return text.replaceAll('hunter2', '***');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('swarm', () => {
  const forms: [Version | null, object][] = [
    [[0, 14, 6], { locust_count: '5', hatch_rate: '0.5' }],
    [[0, 9, 0], { locust_count: '5', hatch_rate: '0.5' }],
    [[1, 0, 0], { user_count: '5', hatch_rate: '0.5' }],
    [[1, 1, 1], { user_count: '5', hatch_rate: '0.5' }],
    [[1, 2, 0], { user_count: '5', spawn_rate: '0.5' }],
    [null, { locust_count: '5', user_count: '5', hatch_rate: '0.5', spawn_rate: '0.5' }],
  ];
  for (const [version, form] of forms) {
    it(`has the fields of ${version?.join('.') ?? 'all versions'}`, async () => {
      const client = new StubClient(OK);
      const reply = await swarm(client, { users: 5, spawnRate: 0.5 }, version, signal);
      assert.equal(reply, 'Swarming started');
      assert.deepEqual(client.calls, [['POST', 'swarm', form]]);
    });
  }

  it('sends host and run time just to who takes them', async () => {
    const options = { users: 1, spawnRate: 1 };
    const send = async (more: object, version: Version | null): Promise<unknown> => {
      const client = new StubClient(OK);
      const refused = await swarm(client, { ...options, ...more }, version, signal).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused !== undefined) assert.deepEqual(client.calls, []);
      return refused ?? (client.calls as [string, string, object][])[0]?.[2];
    };
    const host = { host: 'http://a' };
    const time = { runTime: '1h' };
    assert.ok((await send(host, [0, 12, 2])) instanceof RefusedError);
    assert.ok((await send(time, [2, 12, 0])) instanceof RefusedError);
    const old = { locust_count: '1', hatch_rate: '1' };
    assert.deepEqual(await send(host, [0, 13, 0]), { ...old, host: 'http://a' });
    assert.match(String(await send(host, [0, 12, 2])), /Locust 0\.12\.2 takes no host/);
    assert.match(String(await send(time, [2, 12, 0])), /Locust 2\.12\.0 takes no run time/);
    const sent = { user_count: '1', spawn_rate: '1' };
    assert.deepEqual(await send(host, [2, 0, 0]), { ...sent, host: 'http://a' });
    assert.deepEqual(await send(time, [2, 12, 1]), { ...sent, run_time: '1h' });
    const both = (await send({ ...host, ...time }, null)) as Record<string, string>;
    assert.deepEqual([both['host'], both['run_time']], ['http://a', '1h']);
  });

  it('tells what Locust says against it', async () => {
    const options = { users: 1, spawnRate: 1 };
    const replies = {
      '{"success": false, "message": "Missing user_count"}': 'Missing user_count',
      '{"success": "true"}': 'no message',
      null: 'no message',
      '<html>': 'Locust answered with something other than JSON',
    };
    for (const [reply, message] of Object.entries(replies)) {
      await assert.rejects(swarm(new StubClient(reply), options, null, signal), {
        name: 'RefusedError',
        message,
      });
    }
  });
});

it('what Locust says is shown without secrets', async () => {
  const options = { users: 1, spawnRate: 1 };
  const told = new StubClient('{"success": true, "message": "hi hunter2"}');
  assert.equal(await swarm(told, options, null, signal), 'hi ***');
  const refused = new StubClient('{"success": false, "message": "no hunter2"}');
  await assert.rejects(swarm(refused, options, null, signal), { message: 'no ***' });
});

describe('stop and reset', () => {
  it('are read by GET', async () => {
    const client = new StubClient('{"success": true, "message": "Test stopped"}');
    assert.equal(await stop(client, signal), 'Test stopped');
    await resetStats(client, signal);
    assert.deepEqual(client.calls, [
      ['GET', 'stop'],
      ['GET', 'stats/reset'],
    ]);
  });

  it('are sent by POST where GET is not allowed', async () => {
    const client = new StubClient('ok', 405);
    await resetStats(client, signal);
    assert.deepEqual(client.calls.at(-1), ['POST', 'stats/reset', {}]);
  });

  it('fail with any other status', async () => {
    const client = new StubClient('ok', 500);
    await assert.rejects(resetStats(client, signal), { code: 'http_status', status: 500 });
    assert.equal(client.calls.length, 1);
  });
});
