import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';

import {
  differences,
  expectedAtRest,
  seriesKey,
  type SeriesValues,
} from '../helpers/expected-series.ts';
import { COMPANION_AUTO } from '../helpers/companion.ts';
import { startExporter, whyBuildIsMissing, type Exporter } from '../helpers/exporter.ts';
import { freePort } from '../helpers/free-port.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { startPrometheus, whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import {
  startPushgateway,
  whyPushgatewayIsMissing,
  type RealPushgateway,
} from '../helpers/real-pushgateway.ts';
import { needs } from '../helpers/requirement.ts';
import { command, currentSeries, stopAfter } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const USERS = 4;
const ROUNDS = 20;

const CREDENTIALS = 'tester:open/sesame';
/** The password of CREDENTIALS, as bcrypt writes it. */
const HASH = '$2b$04$locustexporterpushgatesNMr17LJ1UWchaTRVG9sFXZZ2ghC1Py';
const WEB_CONFIG = `basic_auth_users: { tester: '${HASH}' }\n`;

const all = needs(whyLocustIsMissing('newest'), whyPushgatewayIsMissing(), whyBuildIsMissing());
const gatewayOnly = needs(whyPushgatewayIsMissing(), whyBuildIsMissing());

async function startPushing(
  t: TestContext,
  gateway: { url: string },
  env: Record<string, string>,
): Promise<Exporter> {
  const exporter = await startExporter({
    PUSHGATEWAY_URL: gateway.url,
    PUSHGATEWAY_INTERVAL: '1s',
    ...env,
  });
  stopAfter(t, 'exporter', exporter.process);
  return exporter;
}

/** The series of Locust that a gateway holds, without the labels of the group. */
async function heldSeries(
  gateway: RealPushgateway,
  labels: { job: string } & Record<string, string>,
): Promise<SeriesValues> {
  // It gives the label instance, empty, to what has none.
  const group: Record<string, string> = { instance: '', ...labels };
  const samples = await gateway.samples(labels.job);
  return new Map(
    samples
      .filter(({ name }) => /^locust_(?!exporter_)/.test(name))
      .map(({ name, labels: held, value }) => {
        const own = Object.entries(held).filter(([label]) => !Object.hasOwn(group, label));
        assert.equal(own.length + Object.keys(group).length, Object.keys(held).length);
        for (const [label, text] of Object.entries(group)) assert.equal(held[label], text);
        return [seriesKey(name, Object.fromEntries(own)), value];
      }),
  );
}

const UP = seriesKey('locust_up', {});
const START = seriesKey('locust_run_start_time_seconds', {});

function assertSame(found: SeriesValues, expected: SeriesValues): void {
  assert.ok(found.delete(START));
  const lines = differences(found, expected);
  assert.equal(lines.length, 0, `\n${lines.join('\n')}`);
}

/** Without what changes while a Locust at rest is read again: rates and recent percentiles. */
function countsOf(series: SeriesValues): SeriesValues {
  return new Map(
    [...series].filter(([key]) => /^locust_(?!current_)\w+_(?:total|count) /.test(key)),
  );
}

describe('a Pushgateway', { concurrency: 2 }, () => {
  for (const env of [{}, { SCRAPE_MODE: 'loop', POLL_INTERVAL: '500ms', STALE_AFTER: '2s' }]) {
    it(`holds the final counts of a run: ${JSON.stringify(env)}`, all, async (t) => {
      const gateway = await startPushgateway({ webConfig: WEB_CONFIG, credentials: CREDENTIALS });
      stopAfter(t, 'Pushgateway', gateway);
      const locust = await startLocust({ version: 'newest', env: { ROUNDS: String(ROUNDS) } });
      stopAfter(t, 'Locust', locust);
      const exporter = await startPushing(t, gateway, {
        LOCUST_URL: locust.url,
        LOG_LEVEL: 'debug',
        PUSHGATEWAY_JOB: 'team/nightly run',
        PUSHGATEWAY_GROUPING: 'branch=a/b,run=7 %',
        PUSHGATEWAY_USERNAME: 'tester',
        PUSHGATEWAY_PASSWORD: 'open/sesame',
        ...env,
      });
      const held = () =>
        heldSeries(gateway, { job: 'team/nightly run', branch: 'a/b', run: '7 %' });

      await command(locust.url, 'swarm', '--users', String(USERS), '--spawn-rate', String(USERS));
      await locust.counted(USERS * ROUNDS);
      await command(locust.url, 'stop');
      const expected = await waitUntil(
        'the gateway holds what Locust answers',
        async () => {
          const series = expectedAtRest('newest', await locust.report());
          assertSame(await held(), series);
          return series;
        },
        { everyMs: 500 },
      );

      await locust.stop();
      expected.set(UP, 0);
      for (const key of expected.keys())
        if (/^locust_(state|users|companion_up) /.test(key)) expected.delete(key);
      await waitUntil('Locust is seen to be gone', async () => (await held()).get(UP) === 0);
      await exporter.stop();
      assert.equal(exporter.process.exit, 0);
      assertSame(await held(), expected);
      const pushing = exporter.log.filter(({ msg }) => msg.includes('push'));
      assert.ok(pushing.length > 2);
      for (const { level, msg } of pushing) assert.deepEqual([level, msg], ['debug', 'pushed']);
      assert.deepEqual(
        exporter.log.filter(({ level }) => level === 'none'),
        [],
      );
      assert.doesNotMatch(exporter.process.output(), /sesame/);
    });
  }

  it(
    'holds the counts of the very end, and hands them to Prometheus',
    {
      ...all,
      ...needs(whyPrometheusIsMissing()),
    },
    async (t) => {
      const gateway = await startPushgateway();
      stopAfter(t, 'Pushgateway', gateway);
      const prometheus = await startPrometheus({
        config: `
scrape_configs:
  - job_name: pushgateway
    honor_labels: true
    scrape_interval: 1s
    static_configs: [{ targets: ['${new URL(gateway.url).host}'] }]
`,
      });
      stopAfter(t, 'Prometheus', prometheus);
      const locust = await startLocust({ version: 'newest', env: { ROUNDS: String(ROUNDS) } });
      stopAfter(t, 'Locust', locust);
      const exporter = await startPushing(t, gateway, {
        LOCUST_URL: locust.url,
        PUSHGATEWAY_INTERVAL: '1h',
      });
      await waitUntil('a first push', async () => (await gateway.samples('locust')).length > 0);
      await command(locust.url, 'swarm', '--users', String(USERS), '--spawn-rate', String(USERS));
      await locust.counted(USERS * ROUNDS);
      await command(locust.url, 'stop');
      const expected = countsOf(expectedAtRest('newest', await locust.report()));
      assert.ok(expected.size > 40);
      await exporter.stop();
      const same = (found: SeriesValues) => {
        assert.deepEqual(differences(countsOf(found), expected), []);
        return true;
      };
      same(await heldSeries(gateway, { job: 'locust' }));
      await waitUntil('Prometheus holds the same', async () =>
        same(await currentSeries(prometheus)),
      );
    },
  );

  it('holds the distributions of the companion', all, async (t) => {
    const gateway = await startPushgateway({});
    stopAfter(t, 'Pushgateway', gateway);
    const locust = await startLocust({
      version: 'newest',
      env: { ROUNDS: String(ROUNDS), PYTHONPATH: COMPANION_AUTO },
    });
    stopAfter(t, 'Locust', locust);
    const exporter = await startPushing(t, gateway, { LOCUST_URL: locust.url });
    await command(locust.url, 'swarm', '--users', String(USERS), '--spawn-rate', '4');
    await locust.counted(USERS * ROUNDS);
    await exporter.stop();
    const held = await heldSeries(gateway, { job: 'locust' });
    const row = { method: 'GET', name: '/products' };
    // Of its response times in turn: 45, 147, 1049 and 3432 ms, all as often.
    const each = (USERS * ROUNDS) / 4;
    const counted = {
      '0.04': 0,
      '0.05': each,
      '0.15': 2 * each,
      '1': 3 * each,
      '+Inf': 4 * each,
    };
    for (const [le, count] of Object.entries(counted)) {
      const series = seriesKey('locust_request_duration_seconds_bucket', { ...row, le });
      assert.equal(held.get(series), count, series);
    }
    const sum = held.get(seriesKey('locust_request_duration_seconds_sum', row))!;
    assert.ok(Math.abs(sum - each * (0.045 + 0.147 + 1.049 + 3.432)) < 1e-6, String(sum));
  });

  it('holds nothing when all was to be deleted at exit', gatewayOnly, async (t) => {
    const gateway = await startPushgateway();
    stopAfter(t, 'Pushgateway', gateway);
    const kept = await startPushing(t, gateway, { PUSHGATEWAY_GROUPING: 'run=1' });
    const deleted = await startPushing(t, gateway, {
      PUSHGATEWAY_GROUPING: 'run=2/2',
      PUSHGATEWAY_DELETE_AT_EXIT: 'true',
    });
    const runs = async () =>
      [...new Set((await gateway.samples('locust')).map(({ labels }) => labels['run']))].sort();
    await waitUntil('both pushed', async () => (await runs()).length === 2);
    await Promise.all([kept.stop(), deleted.stop()]);
    assert.deepEqual(await runs(), ['1']);
  });

  it('that is not there harms nothing, and is told of once', gatewayOnly, async (t) => {
    const port = await freePort();
    const url = `http://tester:open%2Fsesame@127.0.0.1:${port}`;
    const exporter = await startPushing(t, { url }, {});
    await waitUntil('three pushes failed', async () => {
      const startMs = performance.now();
      const text = await exporter.metrics();
      assert.ok(performance.now() - startMs < 500);
      return /pushes_total\{result="failed"\} [3-9]/.test(text);
    });
    const pushing = () =>
      exporter.log
        .filter(({ msg }) => msg.includes('push'))
        .map(({ level, code }) => [level, code]);
    assert.deepEqual(pushing(), [['warn', 'ECONNREFUSED']]);

    const gateway = await startPushgateway({
      ...{ port, webConfig: WEB_CONFIG, credentials: CREDENTIALS },
    });
    stopAfter(t, 'Pushgateway', gateway);
    await waitUntil('it is pushed to', async () => (await gateway.samples('locust')).length > 0);
    await waitUntil('that is told', () => pushing().length === 2);
    assert.deepEqual(pushing()[1], ['info', undefined]);
    await exporter.stop();
    assert.equal(pushing().length, 2);
    assert.doesNotMatch(exporter.process.output(), /sesame/);
  });

  it('that wants another password is told of by its status', gatewayOnly, async (t) => {
    const gateway = await startPushgateway({ webConfig: WEB_CONFIG, credentials: CREDENTIALS });
    stopAfter(t, 'Pushgateway', gateway);
    const exporter = await startPushing(t, gateway, {
      PUSHGATEWAY_USERNAME: 'tester',
      PUSHGATEWAY_PASSWORD: 'sesame',
    });
    const told = () => exporter.log.find(({ msg }) => msg === 'cannot push');
    await waitUntil('it is told', () => told() !== undefined);
    assert.equal(told()?.['reason'], 'the Pushgateway answered 401: Unauthorized');
  });
});
