import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import {
  createLocustClient,
  type ClientOptions,
  type LocustClient,
} from '../../src/locust/client.ts';

let server: Server;
let handle: RequestListener;
let requests: { line: string; headers: Record<string, unknown>; body: string }[];
let client: LocustClient | undefined;
const soon = () => AbortSignal.timeout(5000);

beforeEach(async () => {
  requests = [];
  handle = (_request, response) => response.end('ok');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += String(chunk)));
    request.on('end', () => {
      const line = `${String(request.method)} ${String(request.url)}`;
      requests.push({ line, headers: request.headers, body });
      handle(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  await client?.close();
  server.closeAllConnections();
  server.close();
});

function connect(base = '/', options: Partial<ClientOptions> = {}): LocustClient {
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://some:one@127.0.0.1:${port}${base}`);
  client = createLocustClient({ url, maxResponseBytes: 100, userAgent: 'test/1', ...options });
  return client;
}

describe('a request', () => {
  it('goes below the base path', async () => {
    for (const base of ['/load/test', '/load/test/', '/load/test?q=1#h']) {
      const locust = connect(base);
      assert.equal(String(await locust.get('stats/requests', soon())), 'ok');
      await locust.get('', soon());
      await locust.close();
    }
    const lines = requests.map(({ line }) => line);
    const pair = ['GET /load/test/stats/requests', 'GET /load/test/'];
    assert.deepEqual(lines, [...pair, ...pair, ...pair]);
    assert.equal(requests[0]?.headers['user-agent'], 'test/1');
    assert.equal(requests[0].headers['authorization'], undefined);
  });

  it('carries the credentials, and shows none', async () => {
    const locust = connect('/', { credentials: { username: 'usér', password: 'p@ss:w' } });
    await locust.get('', soon());
    const header = `Basic ${Buffer.from('usér:p@ss:w').toString('base64')}`;
    assert.equal(requests[0]?.headers['authorization'], header);
    assert.match(locust.displayUrl, /^http:\/\/127\.0\.0\.1:\d+\/$/);
  });

  it('carries further headers, which beat its own', async () => {
    const locust = connect('/', {
      credentials: { username: 'a', password: 'b' },
      headers: { authorization: 'Bearer t', 'x-team': 'load', 'user-agent': 'me' },
    });
    await locust.get('', soon());
    await locust.post('swarm', {}, soon());
    assert.equal(requests.length, 2);
    for (const { headers } of requests) {
      assert.equal(headers['authorization'], 'Bearer t');
      assert.equal(headers['x-team'], 'load');
      assert.equal(headers['user-agent'], 'me');
    }
  });

  it('sends a form', async () => {
    await connect().post('swarm', { host: 'http://a?b&c', n: '1' }, soon());
    assert.equal(requests[0]?.line, 'POST /swarm');
    assert.equal(requests[0].headers['content-type'], 'application/x-www-form-urlencoded');
    assert.equal(requests[0].body, 'host=http%3A%2F%2Fa%3Fb%26c&n=1');
  });
});

describe('an answer', () => {
  it('may be as large as the limit and no larger, announced or not', async () => {
    const locust = connect();
    for (const announced of [true, false]) {
      const answer = (size: number): void => {
        handle = (_request, response) => {
          if (announced) response.setHeader('content-length', size);
          else response.write('x');
          response.end('x'.repeat(announced ? size : size - 1));
        };
      };
      answer(100);
      assert.equal((await locust.get('', soon())).length, 100);
      answer(101);
      await assert.rejects(locust.get('', soon()), { code: 'too_large', message: /100 bytes/ });
      handle = (_request, response) => response.end('ok');
      assert.equal(String(await locust.get('', soon())), 'ok');
    }
  });

  it('without an end is too large as well', async () => {
    handle = (_request, response) => {
      const timer = setInterval(() => response.write('x'.repeat(60)), 5);
      response.on('close', () => {
        clearInterval(timer);
      });
    };
    await assert.rejects(connect().get('', soon()), { code: 'too_large' });
  });

  it('has to be there, whole, before the deadline', async () => {
    for (const begin of [false, true]) {
      handle = (_request, response) => {
        if (begin) response.write('x');
      };
      await assert.rejects(connect().get('', AbortSignal.timeout(100)), { code: 'timeout' });
      await client?.close();
    }
  });

  it('that redirects is not followed', async () => {
    handle = (_request, response) => response.writeHead(302, { location: '/elsewhere' }).end();
    await assert.rejects(connect().get('a', soon()), { code: 'http_status' });
    assert.deepEqual(
      requests.map(({ line }) => line),
      ['GET /a'],
    );
  });
});

describe('a connection that the server closed', () => {
  function dropAfter(answered: number): void {
    let count = 0;
    handle = (request, response) => {
      count += 1;
      if (count > answered) request.socket.destroy();
      else response.end('ok');
    };
  }

  it('is opened again, once', async () => {
    const locust = connect();
    let dropped = false;
    handle = (request, response) => {
      if (requests.length === 2 && !dropped) {
        dropped = true;
        request.socket.destroy();
      } else response.end('ok');
    };
    await locust.get('', soon());
    assert.equal(String(await locust.get('', soon())), 'ok');
    assert.equal(requests.length, 3);
  });

  it('fails when that is in vain', async () => {
    dropAfter(0);
    await assert.rejects(connect().get('', soon()), { code: 'connect', message: /tls-cert/ });
    assert.equal(requests.length, 2);
  });

  it('is not tried again for a form', async () => {
    dropAfter(0);
    await assert.rejects(connect().post('swarm', {}, soon()), { code: 'connect' });
    assert.equal(requests.length, 1);
  });
});

it('no error shows credentials', async () => {
  const locust = connect('/', { credentials: { username: 'someone', password: 'hunter2' } });
  const told = async (): Promise<void> => {
    await assert.rejects(locust.get('', AbortSignal.timeout(100)), (error) => {
      assert.doesNotMatch(String(error), /hunter2|someone/);
      return true;
    });
  };
  for (const status of [401, 404, 302]) {
    handle = (_request, response) => response.writeHead(status).end();
    await told();
  }
  handle = () => undefined;
  await told();
  server.closeAllConnections();
  server.close();
  await told();
});
