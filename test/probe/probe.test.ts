import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, it } from 'node:test';
import { startSimulatedLocust } from '../../src/demo/simulated-locust.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { always, GOOD } from '../target/faults.ts';
import { startFaultyLocust } from '../target/faulty-locust.ts';
import type { Clock } from '../../src/target/outcome.ts';
import { startInProcess, type InProcess } from '../target/in-process.ts';

const LOOPBACK = '127.0.0.0/8';
const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function start(env: Record<string, string> = {}, clock?: Clock): Promise<InProcess> {
  const settings = { PROBE_TARGETS: LOOPBACK, LOG_LEVEL: 'debug', ...env };
  const exporter = await startInProcess(settings, clock);
  closers.push(() => exporter.stop());
  return exporter;
}

async function faulty(...args: Parameters<typeof startFaultyLocust>) {
  const locust = await startFaultyLocust(...args);
  closers.push(() => locust.close());
  return locust;
}

async function simulated(host: string) {
  const locust = await startSimulatedLocust({ host });
  closers.push(() => locust.close());
  return locust;
}

/** GET of /probe. */
async function probe(
  { url }: InProcess,
  query: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string; headers: Headers }> {
  const response = await fetch(`${url}/probe?${String(new URLSearchParams(query))}`, {
    headers: { accept: 'text/plain', ...headers },
  });
  return { status: response.status, body: await response.text(), headers: response.headers };
}

const namesIn = (text: string) => parseExposition(text, 'text').map(({ name }) => name);

describe('/probe', () => {
  it('answers for each Locust with what that one says', async () => {
    const [one, two] = [
      await simulated('http://one.example'),
      await simulated('http://two.example'),
    ];
    const exporter = await start();
    for (const [locust, host] of [
      [one, 'http://one.example'],
      [two, 'http://two.example'],
    ] as const) {
      const { status, body, headers } = await probe(exporter, { target: locust.url });
      assert.equal(status, 200);
      assert.equal(headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
      assert.match(body, /^locust_up 1$/m);
      assert.match(body, new RegExp(`^locust_info\\{.*host="${host}"\\} 1$`, 'm'));
    }
    assert.deepEqual([one.reads, two.reads], [1, 1]);
    const { body } = await probe(exporter, { target: `127.0.0.1:${one.port}` });
    assert.match(body, /host="http:\/\/one\.example"/);
    assert.equal(one.reads, 1, 'both ways to write a target are the same');
  });

  it('says of the exporter only what concerns that read, and /metrics the rest', async () => {
    const locust = await simulated('http://one.example');
    const exporter = await start({ LEGACY_METRICS: 'on' });
    const own = (names: readonly string[]) =>
      names.filter((name) => !/^locust_(?!exporter)/.test(name));
    const { body } = await probe(exporter, { target: locust.url });
    assert.deepEqual(own(namesIn(body)), [
      'locust_exporter_scrape_duration_seconds',
      'locust_exporter_last_success_timestamp_seconds',
      'locust_exporter_scrape_errors_total',
      'locust_exporter_folded_rows',
      'locust_exporter_ignored_values',
    ]);
    assert.ok(namesIn(body).includes('locust_requests_num_requests'));
    const names = namesIn(await exporter.metrics());
    assert.deepEqual(
      names.filter((name) => name.startsWith('locust')),
      [
        'locust_exporter_build_info',
        'locustexporter_build_info',
        'locust_exporter_targets',
        'locust_exporter_target_evictions_total',
      ],
    );
    assert.ok(names.includes('process_cpu_seconds_total'));
    assert.match(await exporter.metrics(), /^locust_exporter_targets 1$/m);
  });

  it('stands beside the Locust of LOCUST_URL, which /metrics tells of', async () => {
    const [one, two] = [
      await simulated('http://one.example'),
      await simulated('http://two.example'),
    ];
    const exporter = await start({ LOCUST_URL: one.url, CACHE_TTL: '0s' });
    assert.match(await exporter.metrics(), /host="http:\/\/one\.example"/);
    assert.match((await probe(exporter, { target: two.url })).body, /host="http:\/\/two\.example"/);
    const text = await exporter.metrics();
    assert.match(text, /^locust_up 1$/m);
    assert.match(text, /^locust_exporter_targets 1$/m);
    assert.match(text, /^locust_exporter_scrape_duration_seconds /m);
  });

  it('knows OpenMetrics, gzip and base paths', async () => {
    const locust = await faulty((request, response) => {
      if (request.url === '/base/stats/requests') response.end(GOOD);
      else response.writeHead(404).end();
    });
    const { body, headers } = await probe(
      await start(),
      { target: `${locust.url.host}/base` },
      { accept: 'application/openmetrics-text;version=1.0.0', 'accept-encoding': 'gzip' },
    );
    assert.equal(headers.get('content-encoding'), 'gzip');
    assert.ok(body.endsWith('# EOF\n'));
    assert.match(body, /^locust_up 1/m);
  });

  it('refuses what it must not read, and says why', async () => {
    const exporter = await start({ PROBE_TARGETS: 'a.example:8089' });
    for (const [query, sentence] of [
      [{}, 'the parameter target is missing, such as /probe?target=locust.load-tests.svc:8089'],
      [
        { target: '127.0.0.1:8089' },
        'PROBE_TARGETS does not allow the host 127.0.0.1 with port 8089',
      ],
      [{ target: 'a.example:80' }, 'PROBE_TARGETS does not allow the host a.example with port 80'],
      [{ target: 'a.example', module: 'x' }, 'there are no modules; PROBE_CONFIG_FILE names none'],
    ] as const) {
      const { status, body, headers } = await probe(exporter, query);
      assert.deepEqual([status, body], [400, `${sentence}\n`]);
      assert.equal(headers.get('content-type'), 'text/plain; charset=utf-8');
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
    assert.match(await exporter.metrics(), /^locust_exporter_targets 0$/m);
  });

  it('is off without PROBE_TARGETS', async () => {
    const exporter = await start({ PROBE_TARGETS: '', LOCUST_URL: 'http://127.0.0.1:1' });
    const { status, body } = await probe(exporter, { target: '127.0.0.1:8089' });
    assert.deepEqual([status, body], [404, 'PROBE_TARGETS is not set\n']);
    assert.doesNotMatch(await exporter.metrics(), /locust_exporter_target/);
    assert.doesNotMatch(await exporter.get('/'), /Targets/);
  });

  it('does not go where a name of the list leads if that is a special place', async () => {
    const locust = await faulty(always(GOOD));
    // A name that the system takes for this machine.
    const exporter = await start({ PROBE_TARGETS: '**' });
    const { status, body } = await probe(exporter, { target: `localhost:${locust.url.port}` });
    assert.equal(status, 200);
    assert.match(body, /^locust_up 0$/m);
    assert.match(body, /^locust_exporter_scrape_errors_total\{code="connect"\} 1$/m);
    assert.deepEqual(locust.paths, []);
    const line = exporter.log().find(({ msg }) => msg === 'Locust is down');
    assert.match(String(line?.['reason']), /^localhost leads to the address .*, which is loopback/);
    const named = await start({ PROBE_TARGETS: 'localhost' });
    assert.match(
      (await probe(named, { target: `localhost:${locust.url.port}` })).body,
      /^locust_up 1$/m,
    );
  });

  it('does not follow a redirect', async () => {
    const secret = await faulty(always(GOOD));
    const locust = await faulty(always('', 302, { location: `${secret.url.href}stats/requests` }));
    const exporter = await start();
    assert.match((await probe(exporter, { target: locust.url.href })).body, /^locust_up 0$/m);
    assert.deepEqual(secret.paths, []);
    const line = exporter.log().find(({ msg }) => msg === 'Locust is down');
    assert.match(String(line?.['reason']), /redirects are not followed, set target to where/);
  });

  it('lets none that hangs hold up another, and gives up in the time of the scraper', async () => {
    const hanging = await Promise.all(Array.from({ length: 8 }, () => faulty(() => undefined)));
    const locust = await simulated('http://one.example');
    const exporter = await start({ LOCUST_TIMEOUT: '20s' });
    const timeout = { 'x-prometheus-scrape-timeout-seconds': '2' };
    const hung = hanging.map(({ url }) => probe(exporter, { target: url.href }, timeout));
    let areOver = 0;
    for (const one of hung) void one.then(() => (areOver += 1));
    const { body } = await probe(exporter, { target: locust.url });
    assert.match(body, /^locust_up 1$/m);
    assert.equal(areOver, 0);
    for (const response of await Promise.all(hung)) {
      assert.equal(response.status, 200);
      assert.match(response.body, /^locust_exporter_scrape_errors_total\{code="timeout"\} 1$/m);
    }
  });

  it('answers 503 for more targets than PROBE_MAX_TARGETS, and goes on with the others', async () => {
    const [one, two] = [
      await simulated('http://one.example'),
      await simulated('http://two.example'),
    ];
    const exporter = await start({ PROBE_MAX_TARGETS: '1' });
    assert.equal((await probe(exporter, { target: one.url })).status, 200);
    const { status, body } = await probe(exporter, { target: two.url });
    assert.equal(status, 503);
    assert.equal(
      body,
      'as many targets as PROBE_MAX_TARGETS allows (1) are in use; raise it, or share the targets among several exporters\n',
    );
    assert.equal((await probe(exporter, { target: one.url })).status, 200);
    assert.match(await exporter.metrics(), /^locust_exporter_target_evictions_total 0$/m);
  });

  it('forgets the target that was scraped two minutes ago to make room for another', async () => {
    const [one, two] = [
      await simulated('http://one.example'),
      await simulated('http://two.example'),
    ];
    let nowMs = 0;
    const clock = { monotonicMs: () => nowMs, unixMs: () => 1e12 + nowMs };
    const exporter = await start({ PROBE_MAX_TARGETS: '1', CACHE_TTL: '0s' }, clock);
    assert.equal((await probe(exporter, { target: one.url })).status, 200);
    nowMs = 120_000;
    assert.equal((await probe(exporter, { target: two.url })).status, 200);
    const text = await exporter.metrics();
    assert.match(text, /^locust_exporter_targets 1$/m);
    assert.match(text, /^locust_exporter_target_evictions_total 1$/m);
    const line = exporter.log().find(({ msg }) => msg === 'a target made room for another');
    assert.equal(line?.['url'], `${one.url}/`);
  });

  it('ends with the exporter while a Locust hangs', async () => {
    const locust = await faulty(() => undefined);
    const exporter = await start({ LOCUST_TIMEOUT: '500ms' });
    const hung = probe(exporter, { target: locust.url.href });
    await exporter.get('/healthz');
    const [{ status }] = await Promise.all([hung, exporter.stop()]);
    assert.equal(status, 200);
  });
});

describe('the modules of /probe', () => {
  /** Notes what came along. */
  async function mirror() {
    const seen: (string | undefined)[] = [];
    const locust = await faulty((request, response) => {
      seen.push(request.headers.authorization);
      response.end(GOOD);
    });
    return { target: locust.url.href, seen };
  }

  async function withModules(yaml: string, env: Record<string, string> = {}) {
    const folder = await temporaryFolder('probe');
    closers.push(() => folder.remove());
    const file = path.join(folder.path, 'probe.yml');
    const write = (text: string) => {
      writeFileSync(file, text);
    };
    write(yaml);
    return { write, exporter: await start({ PROBE_CONFIG_FILE: file, ...env }) };
  }

  const basic = (user: string, password: string) =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;

  it('give their secrets to those who name them, and LOCUST_PASSWORD goes to none', async () => {
    const { target, seen } = await mirror();
    const { exporter } = await withModules(
      'modules: { a: { username: ann, password: one }, b: { username: bob, password: two } }',
      { LOCUST_USERNAME: 'root', LOCUST_PASSWORD: 'three' },
    );
    for (const module of ['', 'a', 'b']) {
      seen.length = 0;
      const { body } = await probe(exporter, { target, module });
      assert.match(body, /^locust_up 1$/m);
      const expected = { '': undefined, a: basic('ann', 'one'), b: basic('bob', 'two') }[module];
      assert.deepEqual([...new Set(seen)], [expected]);
    }
    assert.match(await exporter.metrics(), /^locust_exporter_targets 3$/m);
  });

  it('are named to those who name another', async () => {
    const { exporter } = await withModules('modules: { a: {}, b: {} }');
    const { status, body } = await probe(exporter, { target: '127.0.0.1:1', module: 'c' });
    assert.deepEqual([status, body], [400, 'module must be one of a, b\n']);
  });

  it('have one for those who name none', async () => {
    const { target, seen } = await mirror();
    const { exporter } = await withModules('modules: { default: { username: u, password: p } }');
    await probe(exporter, { target });
    assert.deepEqual([...new Set(seen)], [basic('u', 'p')]);
  });

  it('keep their secrets from those who are not among their targets', async () => {
    const { target, seen } = await mirror();
    const { exporter } = await withModules(
      'modules: { a: { username: u, password: p, targets: 127.0.0.2 } }',
    );
    const { status, body } = await probe(exporter, { target, module: 'a' });
    assert.equal(status, 400);
    assert.match(
      body,
      /^the module a is not for the host 127\.0\.0\.1 with port \d+; see its targets$/m,
    );
    assert.deepEqual(seen, []);
  });

  it('hold from the next scrape on when the file changes', async () => {
    const { target, seen } = await mirror();
    const { exporter, write } = await withModules(
      'modules: { a: { username: u, password: one } }',
      {
        CACHE_TTL: '0s',
      },
    );
    await probe(exporter, { target, module: 'a' });
    seen.length = 0;
    write('modules: { a: { username: u, password: another } }');
    await probe(exporter, { target, module: 'a' });
    assert.deepEqual([...new Set(seen)], [basic('u', 'another')]);
    assert.match(await exporter.metrics(), /^locust_exporter_targets 1$/m);
    write('modules: { b: {} }');
    assert.equal((await probe(exporter, { target, module: 'a' })).status, 400);
  });

  it('have a timeout of their own', async () => {
    const locust = await faulty(() => undefined);
    const { exporter } = await withModules('modules: { quick: { timeout: 50ms } }', {
      LOCUST_TIMEOUT: '100s',
    });
    const { body } = await probe(exporter, { target: locust.url.href, module: 'quick' });
    assert.match(body, /^locust_exporter_scrape_errors_total\{code="timeout"\} 1$/m);
  });

  it('are what a message speaks of when a login is refused', async () => {
    const locust = await faulty(always('', 401));
    const { exporter } = await withModules(
      'modules: { a: { username: u, password: hidden-word } }',
    );
    await probe(exporter, { target: locust.url.href, module: 'a' });
    const line = exporter.log().find(({ msg }) => msg === 'Locust is down');
    assert.equal(
      line?.['reason'],
      'Locust wants a login (status 401); check username and password',
    );
    const page = await exporter.get('/');
    assert.match(page, /check username and password/);
    assert.ok(!(page + JSON.stringify(exporter.log())).includes('hidden-word'));
  });
});

describe('the status page with PROBE_TARGETS', () => {
  it('lists the targets of late, and what is wrong with them', async () => {
    const locust = await simulated('http://one.example');
    const exporter = await start();
    assert.match(await exporter.get('/'), /No Locust was read in the last ten minutes/);
    await probe(exporter, { target: locust.url });
    await probe(exporter, { target: '127.0.0.1:1/"><script>' });
    const page = await exporter.get('/');
    assert.ok(page.includes(`${locust.url}/</bdi>`));
    assert.match(page, /http:\/\/127\.0\.0\.1:1\/%22%3E%3Cscript%3E\/<\/bdi>/);
    assert.match(page, /connect: cannot reach http:\/\/127\.0\.0\.1:1: /);
    assert.doesNotMatch(page, /<script>|Waiting for Locust/);
  });
});
