import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { hashSync } from 'bcryptjs';

import {
  runProgram,
  SOURCE_PROGRAM,
  startExporter,
  type Exporter,
  whyBuildIsMissing,
} from './helpers/exporter.ts';
import { startRecordedLocust, type RecordedLocust } from './helpers/recorded-locust.ts';
import { needs } from './helpers/requirement.ts';
import { temporaryFolder, type TemporaryFolder } from './helpers/temporary-folder.ts';

const PASSWORD = 'hunter2';
const AUTHORIZED = `Authorization: Basic ${Buffer.from(`tester:${PASSWORD}`).toString('base64')}`;
const OPENMETRICS = 'Accept: application/openmetrics-text;version=1.0.0';

function request(line: string, ...headers: string[]): string {
  return [`${line} HTTP/1.1`, 'Host: exporter', 'Connection: close', ...headers, '', ''].join(
    '\r\n',
  );
}

/** Whatever a client may send, in the order in which it is sent. */
const REQUESTS: readonly string[] = [
  ...['/healthz', '/livez', '/-/healthy', '/health', '/readyz', '/-/ready', '/ready'].flatMap(
    (route) => [request(`GET ${route}`), request(`HEAD ${route}`)],
  ),
  request('GET /healthz?verbose'),
  request('GET /healthz/'),
  request('GET /HEALTHZ'),
  request('POST /healthz'),
  request('OPTIONS /healthz'),
  // Without the password, where there is one.
  request('GET /metrics'),
  request('GET /nothing'),
  ...['GET', 'HEAD'].flatMap((method) => [
    request(`${method} /metrics`, AUTHORIZED),
    request(`${method} /metrics`, AUTHORIZED, OPENMETRICS),
    request(`${method} /metrics`, AUTHORIZED, 'Accept-Encoding: gzip'),
    request(`${method} /metrics`, AUTHORIZED, OPENMETRICS, 'Accept-Encoding: gzip'),
    request(`${method} /`, AUTHORIZED),
    request(`${method} /nothing`, AUTHORIZED),
  ]),
  request('GET /metrics', AUTHORIZED, 'Accept: application/json', 'Accept-Encoding: gzip;q=0'),
  request('GET /metrics', AUTHORIZED, 'X-Prometheus-Scrape-Timeout-Seconds: 9.5'),
  request('GET /metrics', AUTHORIZED, 'X-Prometheus-Scrape-Timeout-Seconds: soon'),
  request('GET /metrics', AUTHORIZED, 'If-None-Match: *'),
  request('GET /metrics?name[]=locust_up', AUTHORIZED),
  request('GET /metrics/', AUTHORIZED),
  request('GET /metrics/x', AUTHORIZED),
  request('GET /METRICS', AUTHORIZED),
  request('GET http://exporter/metrics', AUTHORIZED),
  request('POST /metrics', AUTHORIZED, 'Content-Length: 3') + 'abc',
  request('DELETE /', AUTHORIZED),
  request('OPTIONS /metrics', AUTHORIZED),
  request('GET /', AUTHORIZED, 'User-Agent: kube-probe/1.34'),
  request('GET /%ff%', AUTHORIZED),
  request('GET /..%2f', AUTHORIZED),
  request('GET /quitquitquit', AUTHORIZED),
  request('POST /quitquitquit', AUTHORIZED),
  request('GET /metrics', 'Authorization: Basic !'),
  request('GET /metrics', AUTHORIZED, `X-Long: ${'x'.repeat(20_000)}`),
  'GET /metrics HTTP/1.1\r\nConnection: close\r\n\r\n',
  'GET /metrics HTTP/1.0\r\n\r\n',
  'no request at all\r\n\r\n',
  request('POST /metrics', AUTHORIZED, 'Content-Length: 3', 'Transfer-Encoding: chunked'),
];

interface Received {
  readonly head: readonly string[];
  readonly body: string;
}

/** Sends bytes over a connection of its own, and takes what comes until it is closed. */
async function exchange(url: string, sent: string): Promise<Received> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await once(socket, 'connect');
  socket.write(sent);
  const received = await buffer(socket);
  const end = received.indexOf('\r\n\r\n');
  const head = received.subarray(0, end).toString();
  const body = received.subarray(end + 4);
  const announced = /^content-length: (\d+)$/im.exec(head)?.[1];
  if (announced !== undefined && !sent.startsWith('HEAD')) {
    assert.equal(body.length, Number(announced), `Content-Length of ${sent}`);
  }
  const isGzip = /^content-encoding: gzip$/im.test(head) && body.length > 0;
  return {
    head: head.split('\r\n').map(maskHeader),
    body: maskBody((isGzip ? gunzipSync(body) : body).toString()),
  };
}

/** The length depends on figures about the process. */
function maskHeader(line: string): string {
  return line.replace(/^(Date|Content-Length): .*$/, '$1');
}

/** Takes out what differs between two starts of one program. */
function maskBody(text: string): string {
  return text
    .replace(/<time.*?<\/time>(?: \(.*? ago\))?/g, '<time>')
    .split('\n')
    .filter((line) => !/^(?:# \w+ )?nodejs_(?:gc|eventloop|active)_/.test(line))
    .map((line) =>
      line
        .replace(/revision="\w+"/, 'revision=""')
        .replace(/^((?:process|nodejs|locust_exporter|locust_run_start)_\S+) .*$/, '$1'),
    )
    .join('\n');
}

for (const [situation, webConfig] of [
  ['as it is by default', ''],
  [
    'with a password and headers',
    [
      `basic_auth_users: { tester: '${hashSync(PASSWORD, 4)}' }`,
      'http_server_config: { headers: { X-Frame-Options: deny } }',
    ].join('\n'),
  ],
] as const) {
  describe(`the built program, ${situation}`, needs(whyBuildIsMissing()), () => {
    let folder: TemporaryFolder;
    let locust: RecordedLocust;
    let exporters: Exporter[] = [];

    before(async () => {
      folder = await temporaryFolder('built-program');
      locust = await startRecordedLocust('2.43.4');
      await fetch(`${locust.url}/swarm`, { method: 'POST', body: new URLSearchParams() });
      const file = path.join(folder.path, 'web.yml');
      writeFileSync(file, webConfig);
      const env = {
        LOCUST_URL: locust.url,
        CACHE_TTL: '1h',
        ...(webConfig !== '' && { WEB_CONFIG_FILE: file }),
      };
      exporters = await Promise.all([startExporter(env, [], SOURCE_PROGRAM), startExporter(env)]);
    });
    after(async () => {
      for (const exporter of exporters) await exporter.stop();
      await locust.close();
      await folder.remove();
    });

    it('responds to everything as its source does', async () => {
      const statuses = new Set<string>();
      for (const sent of REQUESTS) {
        const [expected, actual] = await Promise.all(
          exporters.map(({ url }) => exchange(url, sent)),
        );
        assert.deepEqual(actual, expected, sent.slice(0, 200));
        statuses.add(expected!.head[0]!.split(' ')[1]!);
      }
      const known = ['200', '400', '404', '431'];
      assert.deepEqual([...statuses].sort(), webConfig === '' ? known : [...known, '401'].sort());
    });

    it('logs what its source logs', () => {
      const [expected, actual] = exporters.map(({ log }) =>
        log.map(({ level, msg }) => [level, msg]),
      );
      assert.deepEqual(actual, expected);
      assert.ok(expected!.length > 0);
    });
  });
}

describe('the built program on the command line', needs(whyBuildIsMissing()), () => {
  for (const args of [
    ['--help'],
    ['--version'],
    ['--check-config', '--log-level', 'debug'],
    ['--listen-address', 'nowhere', '--no-such-flag', '--scrape-mode', 'never'],
    ['stats', '--locust-url', 'http://127.0.0.1:1'],
    ['healthcheck', '--listen-address', '127.0.0.1:1'],
  ]) {
    it(`prints what its source prints for ${args.join(' ')}`, async () => {
      const [expected, actual] = await Promise.all([
        runProgram(args, {}, 60_000, SOURCE_PROGRAM),
        runProgram(args),
      ]);
      const mask = (text: string) => text.replace(/revision \w+/, 'revision');
      assert.notEqual(expected.stdout + expected.stderr, '');
      assert.deepEqual(
        { ...actual, stdout: mask(actual.stdout) },
        { ...expected, stdout: mask(expected.stdout) },
      );
    });
  }
});
