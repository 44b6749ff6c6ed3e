import assert from 'node:assert/strict';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { hashSync } from 'bcryptjs';
import { basicAuth, type BasicAuthOptions } from '../../src/http/basic-auth.ts';
import { createServerApp } from '../../src/http/server.ts';
import { closeServer, listen } from '../../src/http/listen.ts';
import { keepLog } from '../target/in-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { sampleView } from './status-page/sample-status-view.ts';

/** Cheap, and as `htpasswd -nBC 4` writes it. */
const hashOf = (password: string) => hashSync(password, 4).replace(/^\$2b/, '$2y');

let users: Map<string, string>;
let compared: { password: string; hash: string }[];
let servers: Server[];

beforeEach(() => {
  users = new Map([['ann', hashOf('secret')]]);
  compared = [];
  servers = [];
});

afterEach(async () => {
  for (const server of servers) await closeServer(server, 0);
});

/** @returns what asks for a path as somebody */
async function serve(compare?: BasicAuthOptions['compare']) {
  const { logger } = keepLog('fatal');
  const app = createServerApp({
    ...{ healthPaths: ['/healthz'], metricsPath: '/metrics', logger },
    ...{ quitPath: '/quit', quit: () => assert.fail('ended') },
    headers: () => ({ 'X-Frame-Options': 'deny', 'Content-Security-Policy': 'sandbox' }),
    guards: [basicAuth({ users: () => users, ...(compare && { compare }) })],
    metrics: () => Promise.resolve({ body: Buffer.from('a 1\n'), onSent: () => undefined }),
    status: () => Promise.resolve(sampleView()),
  });
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  const { port } = server.address() as AddressInfo;
  const ask = (login: string | null, path = '/metrics', init: RequestInit = {}) =>
    fetch(`http://127.0.0.1:${port}${path}`, {
      ...init,
      headers: login === null ? {} : { authorization: `Basic ${btoa(login)}` },
    });
  return { ask, port };
}

const counting = (answer: boolean) => (password: string, hash: string) => {
  compared.push({ password, hash });
  return Promise.resolve(answer);
};

describe('basic auth', () => {
  it('lets in who knows the password', async () => {
    users.set('bo:b', hashOf('x')).set('Zoë', hashOf('a:ü'));
    const { ask, port } = await serve();
    assert.equal((await ask('ann:secret')).status, 200);
    const login = Buffer.from('Zoë:a:ü').toString('base64');
    const zoe = await fetch(`http://127.0.0.1:${port}/metrics`, {
      headers: { authorization: `basic  ${login}` },
    });
    assert.equal(zoe.status, 200);
    for (const wrong of ['ann:Secret', 'ann:', 'ann', ':secret', 'bob:secret', 'bo:b:x']) {
      assert.equal((await ask(wrong)).status, 401, wrong);
    }
  });

  it('stands before everything but health', async () => {
    const { ask } = await serve();
    for (const path of ['/metrics', '/', '/quit', '/nowhere', '/Healthz', '//healthz']) {
      const answer = await ask(null, path);
      assert.equal(answer.status, 401, path);
      assert.match(answer.headers.get('www-authenticate') ?? '', /^Basic realm=/);
      assert.doesNotMatch(await answer.text(), /a 1|Locust/);
    }
    assert.equal((await ask(null, '/quit', { method: 'POST' })).status, 401);
    assert.equal((await ask(null, '/healthz')).status, 200);
    assert.equal((await ask('ann:wrong', '/healthz')).status, 200);
  });

  it('understands no other scheme', async () => {
    const { port } = await serve();
    for (const authorization of [
      'Bearer x',
      'Basic',
      'Basic !',
      'Basic YW5u=x',
      'YW5uOnNlY3JldA==',
    ]) {
      const headers = { authorization };
      const answer = await fetch(`http://127.0.0.1:${port}/metrics`, { headers });
      assert.equal(answer.status, 401, authorization);
    }
  });

  it('lets everybody in where there are no users', async () => {
    users = new Map();
    const { ask } = await serve(counting(false));
    assert.equal((await ask(null)).status, 200);
    assert.equal((await ask('eve:x')).status, 200);
    assert.equal(compared.length, 0);
  });

  it('compares as much for an unknown user as for a wrong password', async () => {
    users.set('bob', hashOf('x').replace('$04$', '$06$'));
    const { ask } = await serve(counting(false));
    assert.equal((await ask('ann:wrong')).status, 401);
    assert.equal((await ask('eve:wrong')).status, 401);
    assert.equal(compared.length, 2);
    assert.equal(compared[0]!.hash, users.get('ann'));
    assert.match(compared[1]!.hash, /^\$2b\$06\$[./A-Za-z0-9]{53}$/);
  });

  it('never lets an unknown user in, whatever the comparison says', async () => {
    const { ask } = await serve(counting(true));
    for (let round = 0; round < 2; round += 1) {
      assert.equal((await ask('eve:x')).status, 401);
    }
    assert.equal(compared.length, 2);
  });

  it('compares a right password once, and a wrong one each time', async () => {
    const { ask } = await serve((password, hash) => {
      compared.push({ password, hash });
      return Promise.resolve(password === 'secret');
    });
    for (let round = 0; round < 5; round += 1) {
      assert.equal((await ask('ann:secret')).status, 200);
    }
    assert.equal(compared.length, 1);
    for (let round = 0; round < 3; round += 1) {
      assert.equal((await ask('ann:wrong')).status, 401);
    }
    assert.equal(compared.length, 4);
  });

  it('forgets a password with its user, and with its hash', async () => {
    const { ask } = await serve();
    assert.equal((await ask('ann:secret')).status, 200);
    users = new Map([['ann', hashOf('new')]]);
    assert.equal((await ask('ann:secret')).status, 401);
    assert.equal((await ask('ann:new')).status, 200);
    users = new Map([['bob', hashOf('new')]]);
    assert.equal((await ask('ann:new')).status, 401);
  });

  it('remembers a hundred at most', async () => {
    users = new Map(Array.from({ length: 101 }, (_, index) => [`u${index}`, hashOf('x')]));
    const { ask } = await serve(counting(true));
    for (const user of users.keys()) await ask(`${user}:x`);
    assert.equal(compared.length, 101);
    await ask('u100:x');
    assert.equal(compared.length, 101);
    await ask('u0:x');
    assert.equal(compared.length, 102);
  });

  it('compares one at a time, lets twenty wait, and those it knows need not', async () => {
    const held: ((isRight: boolean) => void)[] = [];
    let known = true;
    const { ask } = await serve((password, hash) => {
      compared.push({ password, hash });
      if (known) return Promise.resolve(true);
      return new Promise((resolve) => {
        held.push(resolve);
      });
    });
    assert.equal((await ask('ann:secret')).status, 200);
    known = false;
    let answered = 0;
    const attempts = Array.from({ length: 25 }, async (_, index) => {
      const { status, headers } = await ask(`ann:${index}`);
      answered += 1;
      return { status, retryAfter: headers.get('retry-after') };
    });
    await waitUntil('five are sent away', () => answered === 5);
    assert.equal(held.length, 1);
    assert.equal((await ask('ann:secret')).status, 200);
    while (answered < 25) {
      for (const answer of held.splice(0)) answer(false);
      await sleep(5);
    }
    const answers = await Promise.all(attempts);
    assert.equal(answers.filter(({ status }) => status === 401).length, 20);
    const busy = answers.filter(({ status }) => status === 503);
    assert.deepEqual([busy.length, busy[0]?.retryAfter], [5, '1']);
    assert.equal(compared.length, 21);
  });

  it('remembers a right password even of a client that did not wait for its turn', async () => {
    const held: ((isRight: boolean) => void)[] = [];
    const { ask } = await serve((password, hash) => {
      compared.push({ password, hash });
      return new Promise((resolve) => {
        held.push(resolve);
      });
    });
    const wrong = ask('ann:wrong');
    await waitUntil('the first is compared', () => held.length === 1);
    const arrived = new Promise((resolve) => servers[0]!.once('request', resolve));
    const abort = new AbortController();
    const gone = ask('ann:secret', '/metrics', { signal: abort.signal }).catch(() => undefined);
    await arrived;
    abort.abort();
    await gone;
    await sleep(50);
    held[0]!(false);
    assert.equal((await wrong).status, 401);
    await waitUntil('the second is compared', () => held.length === 2);
    held[1]!(true);
    assert.equal((await ask('ann:secret')).status, 200);
    assert.equal(compared.length, 2);
  });

  it('goes on after a comparison that failed', async () => {
    let fails = true;
    const { ask } = await serve(() =>
      fails ? Promise.reject(new Error('no')) : Promise.resolve(true),
    );
    assert.equal((await ask('ann:secret')).status, 500);
    fails = false;
    assert.equal((await ask('ann:secret')).status, 200);
  });
});

it('the headers of the configuration are on every response', async () => {
  const { ask } = await serve();
  for (const path of ['/metrics', '/', '/nowhere', '/healthz', '/%']) {
    for (const login of ['ann:secret', null]) {
      const { headers } = await ask(login, path);
      assert.equal(headers.get('x-frame-options'), 'deny', path);
      assert.equal(headers.get('content-security-policy'), 'sandbox', path);
    }
  }
});
