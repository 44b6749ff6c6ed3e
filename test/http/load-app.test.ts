import assert from 'node:assert/strict';
import { request, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, it } from 'node:test';
import { createServerApp, type AppOptions } from '../../src/http/server.ts';
import { closeServer, listen } from '../../src/http/listen.ts';
import { loadApp } from '../../src/http/load-app.ts';
import { keepLog } from '../target/in-process.ts';
import { sampleView } from './status-page/sample-status-view.ts';

const OPTIONS: AppOptions = {
  headers: () => ({ 'X-Frame-Options': 'deny' }),
  healthPaths: ['/healthz', '/-/ready'],
  metricsPath: '/metrics',
  quitPath: '/quit',
  quit: null,
  metrics: () => Promise.resolve({ body: Buffer.from('a 1\n'), onSent: () => undefined }),
  status: () => Promise.resolve(sampleView()),
  logger: keepLog('debug').logger,
};

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await closeServer(server, 0);
});

async function serve(app: RequestListener): Promise<number> {
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

/** Status, headers as they were sent, and body. */
async function get(port: number, method: string, path: string): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, agent: false }, (response) => {
      const headers = response.rawHeaders.map((word, index) =>
        response.rawHeaders[index - 1] === 'Date' ? '' : word,
      );
      text(response).then((body) => {
        resolve([response.statusCode, headers, body]);
      }, reject);
    });
    sent.on('error', reject).end();
  });
}

for (const [method, path] of [
  ['GET', '/healthz'],
  ['HEAD', '/-/ready'],
  ['GET', '/healthz?verbose'],
  ['POST', '/healthz'],
  ['GET', '/metrics'],
  ['GET', '/nothing'],
] as const) {
  it(`the first and the second response to ${method} ${path} are those of the application`, async () => {
    const expected = await get(await serve(createServerApp(OPTIONS)), method, path);
    const port = await serve(loadApp(OPTIONS));
    assert.deepEqual(await get(port, method, path), expected);
    assert.deepEqual(await get(port, method, path), expected);
  });
}

it('health does not wait for the application', () => {
  const app = loadApp(OPTIONS);
  const sent: [string, unknown][] = [];
  const response = {
    setHeader: (name: string, value: unknown) => sent.push([name, value]),
    end: (body: string) => sent.push(['body', body]),
    once: () => undefined,
  };
  app({ method: 'GET', url: '/healthz' } as never, response as never);
  assert.deepEqual(sent.at(-1), ['body', 'ok\n'], 'it was not answered at once');
});
