import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import express from 'express';
import { createServerApp, limitRequests } from '../../src/http/server.ts';
import { closeServer, listen, type ListenOptions } from '../../src/http/listen.ts';
import { keepLog } from '../target/in-process.ts';
import { sampleView } from './status-page/sample-status-view.ts';

const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

async function serve(app: RequestListener, options: ListenOptions = {}): Promise<Server> {
  const server = await listen(app, { host: '127.0.0.1', port: 0 }, options);
  closings.push(() => closeServer(server, 0));
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

/** A client that reads all that comes, until it is cut off. */
function dial(server: Server): { socket: Socket; ended: Promise<{ text: string; ms: number }> } {
  const socket = connect(portOf(server), '127.0.0.1');
  const start = performance.now();
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  socket.on('error', () => undefined);
  const ended = once(socket, 'close').then(() => ({ text, ms: performance.now() - start }));
  return { socket, ended };
}

describe('requests at a time', () => {
  async function appWith(most: number) {
    const { logger } = keepLog('fatal');
    const waiting: (() => void)[] = [];
    const app = createServerApp({
      ...{
        healthPaths: ['/healthz'],
        metricsPath: '/metrics',
        logger,
        quitPath: '/quit',
        quit: null,
      },
      guards: [limitRequests(most)],
      metrics: () =>
        new Promise((resolve) => {
          waiting.push(() => {
            resolve({ body: Buffer.from('a 1\n'), onSent: () => undefined });
          });
        }),
      status: () => Promise.resolve(sampleView()),
    });
    const base = `http://127.0.0.1:${portOf(await serve(app))}`;
    return { base, waiting };
  }

  async function arrived(waiting: readonly unknown[], count: number): Promise<void> {
    while (waiting.length < count) await sleep(5);
  }

  it('above the limit get 503 with Retry-After', async () => {
    const { base, waiting } = await appWith(2);
    const first = [fetch(`${base}/metrics`), fetch(`${base}/metrics`)];
    await arrived(waiting, 2);
    for (const path of ['/metrics', '/', '/quit', '/nowhere']) {
      const refused = await fetch(base + path);
      assert.equal(refused.status, 503, path);
      assert.equal(refused.headers.get('retry-after'), '1');
      assert.equal(await refused.text(), 'too many requests\n');
    }
    assert.equal((await fetch(`${base}/healthz`)).status, 200);
    for (const answer of waiting) answer();
    for (const answer of await Promise.all(first)) assert.equal(answer.status, 200);
    assert.equal((await fetch(`${base}/`)).status, 200);
  });

  it('make room when their client hangs up', async () => {
    const { base, waiting } = await appWith(1);
    const abort = new AbortController();
    const gone = fetch(`${base}/metrics`, { signal: abort.signal }).catch(() => undefined);
    await arrived(waiting, 1);
    assert.equal((await fetch(`${base}/`)).status, 503);
    abort.abort();
    await gone;
    let status = 503;
    for (let round = 0; status === 503 && round < 100; round += 1) {
      await sleep(10);
      ({ status } = await fetch(`${base}/`));
    }
    assert.equal(status, 200);
  });
});

describe('a client that is slow', () => {
  const app = express();
  app.use((_request, response) => {
    response.send('done');
  });

  it('with its headers is cut off after the time for them, and not before', async () => {
    const server = await serve(app, { headersTimeoutMs: 600, requestTimeoutMs: 5000 });
    const slow = dial(server);
    slow.socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    const drip = setInterval(() => slow.socket.write('A: b\r\n'), 50);
    const silent = dial(server);
    const inTime = dial(server);
    inTime.socket.write('GET / HTTP/1.1\r\nHost: a\r\n');
    await sleep(400);
    inTime.socket.write('Connection: close\r\n\r\n');
    assert.match((await inTime.ended).text, /^HTTP\/1.1 200 OK\r\n[^]*done$/);
    for (const { ended } of [slow, silent]) {
      const { text, ms } = await ended;
      assert.match(text, /^HTTP\/1.1 408 Request Timeout\r\n/);
      assert.ok(ms >= 590 && ms < 2000, `${ms} ms`);
    }
    clearInterval(drip);
  });

  it('with its body is cut off after the time for the request', async () => {
    const server = await serve(app, { headersTimeoutMs: 300, requestTimeoutMs: 600 });
    const slow = dial(server);
    slow.socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n');
    const drip = setInterval(() => slow.socket.write('x'), 50);
    const { ms } = await slow.ended;
    clearInterval(drip);
    assert.ok(ms >= 590 && ms < 2000, `${ms} ms`);
  });

  it('may have a shorter time for a request than for its headers', async () => {
    const server = await serve(app, { headersTimeoutMs: 10_000, requestTimeoutMs: 300 });
    const { ended } = dial(server);
    const { ms } = await ended;
    assert.ok(ms >= 290 && ms < 1500, `${ms} ms`);
  });
});

describe('a response', () => {
  const BIG = Buffer.alloc(50_000_000, 'x');

  it('that the client does not read is given up', async () => {
    let closed = 0;
    const server = await serve(
      (_request, response) => {
        response.once('close', () => (closed = performance.now()));
        response.end(BIG);
      },
      { requestTimeoutMs: 500 },
    );
    const start = performance.now();
    const socket = connect(portOf(server), '127.0.0.1');
    socket.pause().on('error', () => undefined);
    closings.push(() => Promise.resolve(void socket.destroy()));
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    while (closed === 0 && performance.now() - start < 5000) await sleep(20);
    const ms = closed - start;
    assert.ok(ms >= 490 && ms < 1500, `${ms} ms`);
  });

  it('that is read slowly but surely is given in full', async () => {
    const server = await serve(
      (_request, response) => {
        response.end(BIG);
      },
      { requestTimeoutMs: 300 },
    );
    const socket = connect(portOf(server), '127.0.0.1');
    closings.push(() => Promise.resolve(void socket.destroy()));
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    let size = 0;
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      // Ten pauses, each shorter than the time allowed, together longer.
      if (Math.floor((size + chunk.length) / 5e6) > Math.floor(size / 5e6)) await sleep(150);
      size += chunk.length;
    }
    assert.ok(size > BIG.length, `${size} bytes`);
  });

  it('that takes long to make is waited for', async () => {
    const server = await serve(
      (_request, response) => {
        setTimeout(() => response.end('late'), 900);
      },
      { requestTimeoutMs: 200 },
    );
    const answer = await fetch(`http://127.0.0.1:${portOf(server)}`);
    assert.equal(await answer.text(), 'late');
  });
});
