import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import {
  createLocustClient,
  type ClientOptions,
  type LocustClient,
} from '../../../src/locust/client/client.ts';

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

describe('a response', () => {
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

  it('that is compressed is unpacked, and may be no larger than the limit either', async () => {
    const locust = connect();
    const answer = (size: number, status = 200): void => {
      handle = (_request, response) =>
        response.writeHead(status, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(size)));
    };
    answer(100);
    assert.equal(String(await locust.get('', soon())), 'x'.repeat(100));
    answer(101);
    await assert.rejects(locust.get('', soon()), { code: 'too_large' });
    answer(90, 500);
    await assert.rejects(locust.get('', soon()), { message: /status 500: x{90}$/ });
    answer(101, 500);
    await assert.rejects(locust.get('', soon()), { message: /status 500$/ });
  });

  it('may come after early hints', async () => {
    handle = (_request, response) => {
      response.writeEarlyHints({ link: '</a.css>; rel=preload' });
      response.end('ok');
    };
    assert.equal(String(await connect().get('', soon())), 'ok');
  });

  it('after a 100 Continue that nobody asked for has a clear word', async () => {
    handle = (_request, response) => {
      response.writeContinue();
      response.end('ok');
    };
    const error = { code: 'connect', message: /sent 100 Continue/ };
    await assert.rejects(connect().get('', soon()), error);
  });

  it('that is cut in its middle broke off, and is not asked for a second time', async () => {
    for (const length of [{}, { 'content-length': 50 }]) {
      requests = [];
      handle = (request, response) => {
        response.writeHead(200, length).write('x', () => request.socket.destroy());
      };
      const error = { code: 'connect', message: /broke its response off before the end/ };
      await assert.rejects(connect().get('', soon()), error);
      assert.equal(requests.length, 1);
      await client?.close();
    }
  });

  it('that is cut between two chunks, or has broken ones, is told apart', async () => {
    const raw = (text: string) => {
      handle = (request) => {
        request.socket.end(`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${text}`);
      };
    };
    raw('2\r\nok\r\n');
    await assert.rejects(connect().get('', soon()), { code: 'connect', message: /broke .* off/ });
    raw('2\r\nok\r\nzz\r\nok');
    await assert.rejects(connect().get('', soon()), { message: /not valid HTTP\/1\.1/ });
  });

  it('that is cut in its headers broke off', async () => {
    handle = (request) => {
      request.socket.end('HTTP/1.1 200 OK\r\nContent-Le');
    };
    const error = { code: 'connect', message: /broke its response off at the beginning/ };
    await assert.rejects(connect().get('', soon()), error);
  });

  it('in HTTP/2 or TLS is told apart', async () => {
    handle = (request) => {
      request.socket.end(Buffer.from('000012040000000000000300000064', 'hex'));
    };
    await assert.rejects(connect().get('', soon()), { code: 'connect', message: /only HTTP\/2/ });
    handle = (request) => {
      request.socket.end(Buffer.from('15030100020246', 'hex'));
    };
    await assert.rejects(connect().get('', soon()), { message: /speaks TLS; .* with https$/ });
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

it('no error repeats what was sent in secret', async () => {
  const told: string[] = [];
  const tell = async (locust: LocustClient): Promise<void> => {
    for (const target of ['', 'stats/requests']) {
      await assert.rejects(locust.get(target, soon()), (error: Error) => {
        told.push(error.message);
        return true;
      });
    }
    await locust.close();
  };
  const { port } = server.address() as AddressInfo;
  const echoes: RequestListener[] = [
    ({ headers }, response) => {
      response.writeHead(302, { location: `/denied/${String(headers.authorization)}` }).end();
    },
    ({ headers }, response) => {
      const echo = encodeURIComponent(String(headers['x-api-key']));
      response.writeHead(307, { location: `http://${echo}.example:${port}/${echo}` }).end();
    },
    ({ headers }, response) => {
      response.writeHead(500).end(JSON.stringify(headers));
    },
    ({ headers }, response) => {
      response.writeHead(400).end(`<pre>${JSON.stringify(headers).slice(0, 150)}`);
    },
    ({ headers }, response) => {
      response.writeHead(200, { 'content-encoding': String(headers.authorization) }).end('x');
    },
  ];
  for (const echo of echoes) {
    handle = echo;
    await tell(
      connect('/', {
        credentials: { username: 'someone', password: 'hunter2' },
        headers: { 'x-api-key': 'key-that-is-secret', cookie: 'session=cookie-that-is-secret' },
      }),
    );
    await tell(connect('/', { headers: { authorization: 'Bearer token-that-is-secret' } }));
  }
  assert.equal(told.length, echoes.length * 4);
  const encoded = Buffer.from('someone:hunter2').toString('base64');
  for (const message of told) {
    assert.doesNotMatch(message, /someone|hunter2|secret/i);
    assert.ok(!message.includes(encoded.slice(0, 8)), message);
  }
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
