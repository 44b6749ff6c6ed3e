import assert from 'node:assert/strict';
import { Agent, request, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, it } from 'node:test';
import { gzipSync } from 'node:zlib';
import { createServerApp, type AppOptions } from '../../src/http/server.ts';
import { closeServer, listen } from '../../src/http/listen.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { keepLog } from '../target/in-process.ts';
import { sampleView } from './status-page/sample-status-view.ts';

type Asked = Parameters<AppOptions['metrics']>[0];

let server: Server;
let asked: Asked[];
let log: ReturnType<typeof keepLog>['lines'];
let metrics: (request: Asked) => Promise<Buffer>;
let sent: number;
let quits: number;

beforeEach(async () => {
  asked = [];
  quits = 0;
  sent = 0;
  const { logger, lines } = keepLog('debug');
  log = lines;
  metrics = ({ gzip }) => Promise.resolve(gzip ? gzipSync('a 1\n') : Buffer.from('a 1\n'));
  server = await serve(logger, () => (quits += 1));
});

function serve(logger: AppOptions['logger'], quit: AppOptions['quit']): Promise<Server> {
  const app = createServerApp({
    ...{ healthPaths: ['/healthz', '/-/ready'], metricsPath: '/metrics', logger },
    ...{ quitPath: '/quit', quit },
    metrics: (one) => {
      asked.push(one);
      return metrics(one).then((body) => ({ body, onSent: () => (sent += 1) }));
    },
    status: () => Promise.resolve(sampleView()),
  });
  return listen(app, { host: '127.0.0.1', port: 0 });
}

afterEach(async () => {
  await closeServer(server, 0);
});

interface Got {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

async function ask(path: string, headers = {}, method = 'GET', agent?: Agent): Promise<Got> {
  const { port } = server.address() as AddressInfo;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, headers, method, agent }, (answer) => {
      text(answer).then((body) => {
        resolve({ status: answer.statusCode, headers: answer.headers, body });
      }, reject);
    });
    sent.on('error', reject).end();
  });
}

it('metrics are served in the requested format and encoding, within the requested time', async () => {
  const plain = await ask('/metrics');
  assert.deepEqual([plain.status, plain.body], [200, 'a 1\n']);
  assert.equal(plain.headers['content-type'], 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(plain.headers['content-encoding'], undefined);
  assert.equal(plain.headers['x-powered-by'], undefined);
  const { headers } = await ask('/metrics', {
    accept: 'application/openmetrics-text;version=1.0.0',
    'accept-encoding': 'gzip',
    'x-prometheus-scrape-timeout-seconds': '10',
  });
  const type = 'application/openmetrics-text; version=1.0.0; charset=utf-8';
  assert.equal(headers['content-type'], type);
  assert.equal(headers['content-encoding'], 'gzip');
  assert.equal(headers.vary, 'Accept, Accept-Encoding');
  const protobuf = await ask('/metrics', {
    accept:
      'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
  });
  assert.equal(
    protobuf.headers['content-type'],
    'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  );
  assert.deepEqual(
    asked.map(({ format, gzip, timeoutMs }) => [format, gzip, timeoutMs]),
    [
      ['text', false, Infinity],
      ['openmetrics', true, 9500],
      ['protobuf', false, Infinity],
    ],
  );
});

it('a scraper is known by its connection', async () => {
  const mine = new Agent({ keepAlive: true, maxSockets: 1 });
  await ask('/metrics', {}, 'GET', mine);
  await ask('/metrics');
  await ask('/metrics', {}, 'GET', mine);
  mine.destroy();
  const [first, other, again] = asked.map(({ scraper }) => scraper);
  assert.ok(first === again && first !== other);
});

it('no gzip is given to those who refuse it', async () => {
  for (const encoding of ['identity', 'gzip;q=0', 'br', '']) {
    const { headers, body } = await ask('/metrics', { 'accept-encoding': encoding });
    assert.deepEqual([headers['content-encoding'], body], [undefined, 'a 1\n'], encoding);
  }
});

it('health checks do not read Locust', async () => {
  for (const path of ['/healthz', '/-/ready', '/healthz?verbose']) {
    const { status, body } = await ask(path);
    assert.deepEqual([status, body], [200, 'ok\n']);
  }
  assert.deepEqual(asked, []);
});

it('HEAD has the headers alone', async () => {
  for (const path of ['/metrics', '/healthz', '/']) {
    const { status, body } = await ask(path, {}, 'HEAD');
    assert.deepEqual([status, body], [200, ''], path);
  }
});

it('the status page lets nothing in and is not kept', async () => {
  const { status, headers, body } = await ask('/');
  assert.equal(status, 200);
  assert.match(body, /^<!doctype html>/i);
  assert.match(String(headers['content-security-policy']), /default-src 'none'/);
  assert.equal(headers['cache-control'], 'no-store');
});

it('what is not there is 404, and nothing can be changed', async () => {
  for (const path of ['/nothing', '/METRICS', '/metrics/x', '/stats/requests', '/..%2f']) {
    assert.equal((await ask(path)).status, 404, path);
  }
  assert.equal((await ask('/metrics', {}, 'POST')).status, 404);
  assert.deepEqual(asked, []);
});

it('a request that cannot be decoded is no fault of ours', async () => {
  const { status } = await ask('/%ff%');
  assert.ok(status === 400 || status === 404, String(status));
  assert.deepEqual(log(), []);
});

it('an error of ours is 500, logged, and not shown', async () => {
  metrics = () => Promise.reject(new Error('hunter2'));
  const { status, body } = await ask('/metrics');
  assert.equal(status, 500);
  assert.doesNotMatch(body, /hunter2/);
  assert.deepEqual(
    log().map(({ level }) => level),
    ['error'],
  );
});

it('metrics count as sent when they were, and not their headers alone', async () => {
  assert.equal((await ask('/metrics', {}, 'HEAD')).status, 200);
  await ask('/metrics');
  await waitUntil('they are sent', () => sent > 0);
  assert.equal(sent, 1);
});

it('a request ends the exporter where it may, and its response is still sent', async () => {
  for (const method of ['GET', 'POST']) {
    const { status, headers, body } = await ask('/quit', {}, method);
    assert.deepEqual([status, headers.connection, body], [200, 'close', 'stopping\n']);
  }
  assert.equal((await ask('/quit', {}, 'PUT')).status, 404);
  assert.equal((await ask('/quit', {}, 'HEAD')).status, 200);
  await ask('/healthz');
  assert.equal(quits, 2);
});

it('a page of another site cannot end the exporter, and gets the reason', async () => {
  for (const method of ['GET', 'POST']) {
    for (const headers of [{ 'sec-fetch-site': 'cross-site' }, { origin: 'http://evil.example' }]) {
      const { status, body } = await ask('/quit', headers, method);
      assert.deepEqual([status, body], [403, 'a page of another site must not end this\n']);
    }
  }
  await ask('/healthz');
  assert.equal(quits, 0);
  assert.equal((await ask('/metrics', { 'sec-fetch-site': 'cross-site' })).status, 200);
});

it('a request cannot end the exporter with QUIT_ENDPOINT off, and gets the reason', async () => {
  await closeServer(server, 0);
  server = await serve(keepLog('debug').logger, null);
  for (const method of ['GET', 'POST']) {
    const { status, body } = await ask('/quit', {}, method);
    assert.deepEqual([status, body], [404, 'QUIT_ENDPOINT is off\n']);
  }
});

it('a probe of the kubelet is answered without reading Locust', async () => {
  const { status, body } = await ask('/', { 'user-agent': 'kube-probe/1.31' });
  assert.deepEqual([status, body], [200, 'ok\n']);
});
