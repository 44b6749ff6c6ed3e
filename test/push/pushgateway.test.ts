import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPusher, type Pusher, type PusherOptions } from '../../src/push/pushgateway.ts';
import { keepLog } from '../target/in-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { always, startFakeGateway, type FakeGateway } from './fake-gateway.ts';

const PASSWORD = 'hunter2/s3cret';
const TOKEN = Buffer.from(`tester:${PASSWORD}`).toString('base64');

let gateway: FakeGateway;
let pusher: Pusher | undefined;
let lines: ReturnType<typeof keepLog>['lines'];
let results: string[];

beforeEach(async () => {
  gateway = await startFakeGateway();
  results = [];
});

afterEach(async () => {
  await pusher?.end();
  pusher = undefined;
  await gateway.close();
});

/** One that does not push a second time by itself, unless told to. */
function create(options: Partial<PusherOptions> = {}, level = 'info'): Pusher {
  const log = keepLog(level);
  lines = log.lines;
  pusher = createPusher({
    ...{ url: gateway.url, job: 'locust', groupings: {}, auth: null, logger: log.logger },
    exposition: () => Promise.resolve({ text: 'locust_up 1\n', isWhole: true }),
    onResult: (result) => results.push(result),
    intervalMs: 60_000,
    timeoutMs: 1000,
    ...options,
  });
  return pusher;
}

function logged(): unknown[] {
  return lines().map(({ level, msg, code }) => [level, msg, code]);
}

async function waitForResults(count: number): Promise<void> {
  await waitUntil(`${count} pushes`, () => results.length >= count, { everyMs: 5 });
}

describe('a pusher', () => {
  it('pushes at once, at the interval, and at the end', async () => {
    const startsMs: number[] = [];
    const running = create({
      intervalMs: 100,
      exposition: () => {
        const count = startsMs.push(performance.now());
        return Promise.resolve({ text: `count ${count}\n`, isWhole: true });
      },
    });
    running.start();
    await waitForResults(3);
    await running.end();
    const made = gateway.pushes.length;
    assert.ok(made >= 4);
    assert.equal(gateway.pushes.at(-1)?.body, `count ${made}\n`);
    const [first, second, third] = startsMs as [number, number, number];
    for (const waitMs of [second - first, third - second]) {
      assert.ok(waitMs > 90 && waitMs < 400, `${waitMs} ms`);
    }
    assert.equal(results.length, made);
    await sleep(250);
    assert.equal(gateway.pushes.length, made, 'it pushed after its end');
    assert.deepEqual(lines(), []);
  });

  it('sends the text format by PUT, in one piece, to the group', async () => {
    await create({ groupings: { run: '7' } }).end();
    const [{ method, path, headers, body }] = gateway.pushes as [FakeGateway['pushes'][0]];
    assert.deepEqual([method, path], ['PUT', '/metrics/job/locust/run/7']);
    assert.equal(body, 'locust_up 1\n');
    assert.equal(headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
    assert.equal(headers['content-length'], '12');
    assert.equal(headers.authorization, undefined);
  });

  it('leaves the numbers at the gateway by POST while there are no others', async () => {
    await create({
      exposition: () => Promise.resolve({ text: 'locust_up 0\n', isWhole: false }),
    }).end();
    assert.deepEqual(
      gateway.pushes.map(({ method, body }) => [method, body]),
      [['POST', 'locust_up 0\n']],
    );
  });

  it('never pushes twice at a time, however slow the gateway is', async () => {
    gateway.answer = (response) => void setTimeout(() => response.end(), 60);
    const running = create({ intervalMs: 5 });
    running.start();
    await waitForResults(3);
    await Promise.all([running.end(), running.end()]);
    assert.ok(gateway.pushes.length >= 4);
    assert.equal(gateway.mostAtOnce, 1);
  });

  it('deletes the group at the end if asked, with no push before that', async () => {
    const running = create({ deleteAtEnd: true, groupings: { run: '7' } });
    running.start();
    await waitForResults(1);
    await running.end();
    assert.deepEqual(
      gateway.pushes.map(({ method, path }) => `${method} ${path}`),
      ['PUT /metrics/job/locust/run/7', 'DELETE /metrics/job/locust/run/7'],
    );
  });

  it('deletes only after a push under way has ended', async () => {
    gateway.answer = (response) => void setTimeout(() => response.end(), 100);
    const running = create({ deleteAtEnd: true });
    running.start();
    await waitUntil('the push is there', () => gateway.pushes.length === 1, { everyMs: 1 });
    await running.end();
    assert.equal(gateway.pushes[1]?.method, 'DELETE');
    assert.ok(gateway.pushes[1].atMs - gateway.pushes[0]!.atMs > 80);
    assert.equal(gateway.mostAtOnce, 1);
  });
});

describe('the path of a group', () => {
  async function pathOf(options: Partial<PusherOptions>): Promise<string | undefined> {
    await create(options).end();
    return gateway.pushes.at(-1)?.path;
  }

  for (const [job, groupings, path] of [
    ['a b', { instance: 'ä%&?#' }, '/job/a%20b/instance/%C3%A4%25%26%3F%23'],
    ['team/a', { path: '/a//b?' }, '/job@base64/dGVhbS9h/path@base64/L2EvL2I_'],
    ['.', { up: '..', dots: 'a.b' }, '/job@base64/Lg/up@base64/Li4/dots/a.b'],
    ['j', { empty: '' }, '/job/j/empty@base64/='],
  ] as const) {
    it(`holds ${JSON.stringify({ job, ...groupings })}`, async () => {
      assert.equal(await pathOf({ job, groupings }), `/metrics${path}`);
    });
  }

  it('stands below the base path of the URL', async () => {
    for (const base of ['/push%20it', '/push%20it/']) {
      assert.equal(
        await pathOf({ url: new URL(base, gateway.url) }),
        '/push%20it/metrics/job/locust',
      );
    }
  });
});

describe('basic auth', () => {
  async function authorization(options: Partial<PusherOptions>): Promise<string | undefined> {
    await create(options).end();
    return gateway.pushes.at(-1)?.headers.authorization;
  }

  it('takes user and password of the URL, decoded', async () => {
    const url = new URL(gateway.url);
    url.username = 'tester';
    url.password = encodeURIComponent(PASSWORD);
    assert.equal(await authorization({ url }), `Basic ${TOKEN}`);
  });

  it('takes the settings before the URL, each by itself', async () => {
    const url = new URL(gateway.url);
    url.username = 'tester';
    url.password = 'wrong';
    const auth = { username: '', password: PASSWORD };
    assert.equal(await authorization({ url, auth }), `Basic ${TOKEN}`);
    url.username = 'wrong';
    assert.equal(
      await authorization({ url, auth: { ...auth, username: 'tester' } }),
      `Basic ${TOKEN}`,
    );
  });
});

describe('a gateway that', () => {
  it('is gone is told of once, and once when it is back', async () => {
    const { port } = gateway.url;
    await gateway.close();
    const running = create({ intervalMs: 10 });
    running.start();
    await waitForResults(4);
    gateway = await startFakeGateway(Number(port));
    await waitUntil('a push works', () => results.includes('ok'));
    await running.end();
    assert.deepEqual(logged(), [
      ['warn', 'cannot push', 'ECONNREFUSED'],
      ['info', 'pushing works again', undefined],
    ]);
  });

  it('fails for another reason is told of again', async () => {
    gateway.answer = always(500, 'first');
    const running = create({ intervalMs: 10 });
    running.start();
    await waitForResults(2);
    gateway.answer = always(500, 'second');
    await waitForResults(4);
    gateway.answer = always(401);
    await waitForResults(6);
    assert.deepEqual(logged(), [
      ['warn', 'cannot push', 'status 500'],
      ['warn', 'cannot push', 'status 401'],
    ]);
    assert.equal(lines()[0]?.['reason'], 'the Pushgateway answered 500: first');
    assert.equal(lines()[1]?.['reason'], 'the Pushgateway answered 401');
    assert.ok(!results.includes('ok'));
  });

  it('redirects has not taken the push', async () => {
    gateway.answer = (response) => void response.writeHead(302, { location: '/' }).end();
    await create().end();
    assert.deepEqual(logged(), [['warn', 'cannot push', 'status 302']]);
  });

  for (const [what, code, answer] of [
    ['hangs', 'timeout', () => undefined],
    [
      'answers without end',
      'timeout',
      (response) => {
        const drip = setInterval(() => response.write('x'), 10);
        response.once('close', () => {
          clearInterval(drip);
        });
      },
    ],
    [
      'breaks off',
      'ECONNRESET',
      (response) => {
        response.writeHead(200, { 'content-length': 5 }).write('x');
        setTimeout(() => response.destroy(), 10);
      },
    ],
  ] as const satisfies [string, string, FakeGateway['answer']][]) {
    it(`${what} fails by ${code}, is asked again, and does not keep the end`, async () => {
      gateway.answer = answer;
      const running = create({ timeoutMs: 150, intervalMs: 10 });
      running.start();
      await waitForResults(2);
      const startMs = performance.now();
      await running.end();
      const tookMs = performance.now() - startMs;
      assert.ok(tookMs < 300, `the end took ${tookMs} ms`);
      assert.deepEqual(logged(), [['warn', 'cannot push', code]]);
      assert.deepEqual(new Set(results), new Set(['failed']));
      assert.equal(gateway.mostAtOnce, 1);
    });
  }

  it('echoes all that it was sent makes the log show no secret', async () => {
    const url = new URL(gateway.url);
    url.username = 'tester';
    url.password = encodeURIComponent('other-s3cret');
    const said = `${TOKEN} ${PASSWORD} ${encodeURIComponent(PASSWORD)} other-s3cret\nsecond line`;
    gateway.answer = always(400, said + 'x'.repeat(100_000));
    await create({ url, auth: { username: '', password: PASSWORD } }, 'debug').end();
    const shown = JSON.stringify(lines());
    for (const secret of [TOKEN, 'hunter2', 's3cret']) assert.ok(!shown.includes(secret), shown);
    assert.match(shown, /answered 400: \*\*\* \*\*\* \*\*\* \*\*\* second line/);
    assert.ok(shown.length < 1000);
  });
});

it('a Locust that hangs does not keep the end', async () => {
  const running = create({ timeoutMs: 100, exposition: () => new Promise(() => undefined) });
  running.start();
  const startMs = performance.now();
  await running.end();
  assert.ok(performance.now() - startMs < 250);
  assert.deepEqual(logged(), [['warn', 'cannot push', 'timeout']]);
  assert.deepEqual(gateway.pushes, []);
});

it('a fault while the metrics are made is told of, and does not end the pushing', async () => {
  let count = 0;
  const running = create({
    intervalMs: 10,
    exposition: () =>
      count++ === 0
        ? Promise.reject(new TypeError('no such thing'))
        : Promise.resolve({ text: 'a 1\n', isWhole: true }),
  });
  running.start();
  await waitForResults(2);
  assert.deepEqual(logged(), [
    ['warn', 'cannot push', 'TypeError'],
    ['info', 'pushing works again', undefined],
  ]);
});
