import assert from 'node:assert/strict';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import express from 'express';
import { pino } from 'pino';
import { keepLog } from '../target/in-process.ts';
import { createServerApp, errorHandlers } from '../../src/http/server.ts';
import { closeServer, listen } from '../../src/http/listen.ts';

const NODE_ENV = process.env['NODE_ENV'];
const STACK = /\bat .*:\d+|node_modules|\.[jt]s\b/;

const shownOnStderr: string[] = [];
const { error: consoleError } = console;

beforeEach(() => {
  process.env['NODE_ENV'] = 'development';
  console.error = (...args: unknown[]) => {
    const shown = args.join(' ');
    // Node.js warns so of what parses the paths for Express.
    if (!shown.includes('DeprecationWarning')) shownOnStderr.push(shown);
  };
});

afterEach(() => {
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
  console.error = consoleError;
  assert.deepEqual(shownOnStderr.splice(0), []);
});

/** What comes back for a request of one line, headers and all. */
async function answerTo(
  app: Parameters<typeof listen>[0],
  requestLine = 'GET / HTTP/1.1',
): Promise<string> {
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write(`${requestLine}\r\nHost: a\r\nConnection: close\r\n\r\n`);
  socket.on('error', () => undefined);
  const answer = await text(socket);
  await closeServer(server, 0);
  return answer;
}

function failing(fail: express.RequestHandler, logger = keepLog('debug').logger): express.Express {
  const app = express();
  app.get('/', fail);
  for (const handler of errorHandlers(logger)) app.use(handler);
  return app;
}

function throwing(error: unknown): express.RequestHandler {
  return () => {
    throw error;
  };
}

it('an error of ours is 500 without a word of it, and logged with its stack', async () => {
  const { logger, lines } = keepLog('debug');
  const answer = await answerTo(failing(throwing(new Error('hunter2')), logger));
  assert.match(answer, /^HTTP\/1\.1 500 [^]*\r\ninternal error, see the log\n/);
  assert.doesNotMatch(answer, /hunter2/);
  const [line, ...more] = lines();
  assert.deepEqual([line?.level, line?.msg, more], ['error', 'could not answer a request', []]);
  assert.match((line?.['err'] as { stack: string }).stack, /hunter2\n\s+at /);
});

it('whatever is thrown is 500', async () => {
  for (const thrown of ['text', 5, { status: 'odd' }, { status: 399 }, { status: 500 }]) {
    const answer = await answerTo(failing(throwing(thrown)));
    assert.match(answer, /^HTTP\/1\.1 500 [^]*\r\ninternal error, see the log\n/);
  }
});

it('an error of the client gets its status, and is not logged', async () => {
  const { logger, lines } = keepLog('debug');
  for (const status of [400, 413, 499]) {
    const error = Object.assign(new Error('hunter2'), { status });
    const answer = await answerTo(failing(throwing(error), logger));
    assert.match(answer, new RegExp(`^HTTP/1\\.1 ${status} [^]*\\r\\nbad request\\n`));
    assert.doesNotMatch(answer, /hunter2/);
  }
  assert.deepEqual(lines(), []);
});

it('a response that has begun breaks off, and the error is logged', async () => {
  const { logger, lines } = keepLog('debug');
  const app = failing(async (_request, response) => {
    response.write('begun');
    await setImmediate();
    throw new Error('hunter2');
  }, logger);
  // Without the empty chunk that would be its end.
  assert.match(await answerTo(app), /\r\n5\r\nbegun\r\n$/);
  assert.deepEqual(
    lines().map(({ msg }) => msg),
    ['could not answer a request'],
  );
});

it('a logger that throws, and an error that cannot be looked at, change nothing', async () => {
  const broken = pino(
    {},
    {
      write() {
        throw new Error('hunter2');
      },
    },
  );
  const answer = await answerTo(failing(throwing(new Error('first')), broken));
  assert.match(answer, /^HTTP\/1\.1 500 [^]*\r\ninternal error, see the log\n/);
  const opaque = Object.defineProperty({}, 'status', {
    get() {
      throw new Error('hunter2');
    },
  });
  const bare = await answerTo(failing(throwing(opaque)));
  assert.match(bare, /^HTTP\/1\.1 500 /);
  assert.doesNotMatch(bare, STACK);
});

it('a path that cannot be parsed gets a response without a stack', async () => {
  const { logger, lines } = keepLog('debug');
  const unused = () => Promise.reject(new Error('hunter2'));
  const app = createServerApp({
    ...{ healthPaths: ['/healthz'], metricsPath: '/metrics', logger, quit: null },
    ...{ quitPath: '/quit', metrics: unused, status: unused },
  });
  for (const path of ['/%', '/%ff%', 'http://[::1/', '/\u00ff', '*']) {
    const answer = await answerTo(app, `GET ${path} HTTP/1.1`);
    assert.match(answer, /^HTTP\/1\.1 4\d\d /, path);
    assert.doesNotMatch(answer, STACK, path);
  }
  assert.match(await answerTo(app, 'GET /metrics HTTP/1.1'), /^HTTP\/1\.1 500 /);
  assert.equal(lines().length, 1);
});
