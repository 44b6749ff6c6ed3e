import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { readDashboards, substituteVariables } from '../helpers/dashboard-queries.ts';
import { startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { freePort } from '../helpers/free-port.ts';
import { locustPath, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { readObservations, roundLikeLocust, type Observation } from '../helpers/observations.ts';
import { startLocust } from '../helpers/real-locust.ts';
import {
  startPrometheus,
  whyPrometheusIsMissing,
  type PrometheusKind,
  type RealPrometheus,
} from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';
import { command, stopAfter, valueOf, waitForValue } from '../helpers/scraped-exporter.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const LOCUSTFILE = path.resolve(import.meta.dirname, '../helpers/phases-locustfile.py');
const COMPANION = path.resolve(import.meta.dirname, '../../deploy/locust/auto');

/** Of phases-locustfile.py, in seconds. */
const PHASE = 14;
const ENDPOINTS = ['/fast', '/usual', '/slow'];

const QUANTILES = [0.5, 0.9, 0.95, 0.99];

/** A time that takes a bucket's place in both kinds of histograms, and in Locust's rounding. */
const LIMIT = 0.3;

interface Bucket {
  /** In seconds; the first is not in it, the second is. */
  readonly lower: number;
  readonly upper: number;
}

/** One of the two ways in which Prometheus stores a distribution. */
interface Kind {
  readonly name: string;
  readonly prometheus: RealPrometheus;
  /** The series of a histogram, which histogram_quantile takes. */
  readonly series: (metric: string, labels: string) => string;
  readonly bucketOf: (seconds: number) => Bucket;
}

interface Run {
  readonly kinds: readonly Kind[];
  readonly observations: () => Observation[];
  /** Unix time at which all of a phase has been scraped, and nothing of the next one. */
  readonly endOf: (phase: number) => Promise<number>;
  readonly resetStatistics: () => Promise<unknown>;
  readonly startAgain: () => Promise<void>;
}

describe('distributions of a real run', { concurrency: 2 }, () => {
  // The newest stores native histograms by its configuration, the one before it by a flag.
  const nativeKind = whyPrometheusIsMissing('newest') === undefined ? 'newest' : 'newer';
  const options = needs(
    whyLocustIsMissing('newest'),
    whyPrometheusIsMissing(),
    whyPrometheusIsMissing(nativeKind),
    whyBuildIsMissing(),
  );

  it('give what the users of Locust measured', options, async (t) => {
    const run = await startRun(t, nativeKind);
    const beginning = await run.endOf(-1);
    const first = await run.endOf(0);
    const second = await run.endOf(1);
    await run.resetStatistics();
    const third = await run.endOf(2);
    await run.startAgain();
    const end = await run.endOf(0);

    for (const kind of run.kinds) {
      const windows = { 'the first phase': [beginning, first], 'the second one': [first, second] };
      for (const [name, [from, to]] of Object.entries(windows)) {
        await t.test(`percentiles of ${name} as ${kind.name} histograms`, () =>
          checkPercentiles(kind, run.observations(), from!, to!, from === beginning),
        );
        await t.test(`shares of ${name} as ${kind.name} histograms`, () =>
          checkShares(kind, run.observations(), from!, to!),
        );
      }
      await t.test(`counts across a reset and a second run as ${kind.name} histograms`, () =>
        checkIncrease(kind, run.observations(), first, end, third),
      );
      await t.test(`panels of the dashboards show ${kind.name} histograms`, () =>
        checkPanels(kind, second),
      );
    }
  });

  it('of a headless Locust are all there at its end', options, async (t) => {
    const folder = await temporaryFolder('observations');
    t.after(() => folder.remove());
    const port = await freePort();
    const locust = await startProcess(
      locustPath('newest'),
      ['-f', LOCUSTFILE, '--headless', '--host', 'http://shop.example', '--only-summary'],
      {
        cwd: folder.path,
        env: {
          ...{ HOME: folder.path, OBSERVATIONS: folder.path, PHASES: '1', PYTHONPATH: COMPANION },
          LOCUST_EXPORTER_COMPANION_ADDRESS: `127.0.0.1:${port}`,
        },
      },
    );
    stopAfter(t, 'Locust', locust);
    const exporter = await startExporter({ LOCUST_URL: `http://127.0.0.1:${port}` });
    stopAfter(t, 'exporter', exporter.process);
    const prometheus = await startPrometheus({ config: configFor(new URL(exporter.url).host) });
    stopAfter(t, 'Prometheus', prometheus);
    assert.equal(await locust.exited, 0, locust.output());
    await waitForValue(prometheus, 'locust_up', 0);

    const observed = readObservations(folder.path);
    assert.ok(observed.length >= 500, `${observed.length} requests`);
    for (const [metric, labels, names] of selections()) {
      const expected = observed.filter(({ name }) => names.has(name)).length;
      const count = `last_over_time(${metric}_count{${labels}}[1m])`;
      assert.equal(await valueOf(prometheus, count), expected, `${metric} ${labels}`);
    }
    const final = `last_over_time(locust_state{state="stopped"}[1m])`;
    assert.equal(await valueOf(prometheus, final), 1);
  });
});

/** That each query of a panel about distributions has a figure at a time of many requests. */
async function checkPanels({ prometheus }: Kind, time: number): Promise<void> {
  const [up] = await prometheus.query('locust_up', time);
  const values = {
    job: up!.labels['job']!,
    instance: up!.labels['instance']!,
    ...{ method: '$__all', endpoint: ENDPOINTS, __rate_interval: `${PHASE}s` },
  };
  const queries = readDashboards()
    .flatMap((dashboard) => dashboard.queries)
    .filter(({ expr }) => expr.includes('request_duration_seconds'));
  assert.ok(queries.length >= 8);
  for (const { panel, expr } of queries) {
    const data = (await prometheus.api('/api/v1/query', {
      query: substituteVariables(expr, values),
      time: String(time),
    })) as { result: { value?: [number, string]; histogram?: unknown }[] };
    assert.ok(data.result.length > 0, `${panel} shows nothing`);
    for (const { value, histogram } of data.result) {
      assert.ok(histogram !== undefined || Number(value?.[1]) >= 0, panel);
    }
  }
}

/**
 * The percentiles of each endpoint, and of all together, between two times without requests.
 *
 * @param isFirst whether there was nothing before, in which case a rate lacks what came first.
 */
async function checkPercentiles(
  { prometheus, series, bucketOf }: Kind,
  all: readonly Observation[],
  from: number,
  to: number,
  isFirst: boolean,
): Promise<void> {
  for (const [metric, labels, names] of selections()) {
    const observed = all.filter(({ time, name }) => time > from && time <= to && names.has(name));
    assert.ok(observed.length >= 500, `${observed.length} requests`);
    const sorted = observed.map((one) => one.milliseconds).sort((a, b) => a - b);
    const histogram = series(metric, labels);
    for (const quantile of QUANTILES) {
      const rank = quantile * sorted.length;
      const below = roundLikeLocust(sorted[Math.max(0, Math.floor(rank) - 1)]!) / 1000;
      const above = roundLikeLocust(sorted[Math.min(sorted.length - 1, Math.ceil(rank))]!) / 1000;
      const expressions = [
        `histogram_quantile(${quantile}, ${countedBetween(histogram, from, to)})`,
        ...(isFirst
          ? []
          : [`histogram_quantile(${quantile}, rate(${histogram}[${PHASE}s] @ ${to}))`]),
      ];
      for (const expr of expressions) {
        const value = await valueOf(prometheus, expr);
        const [least, largest] = [bucketOf(below).lower, bucketOf(above).upper];
        assert.ok(
          value >= least && value <= largest,
          `${expr}: ${value} is not from ${least} to ${largest}`,
        );
      }
    }
  }
}

/** The share of requests that took no longer than LIMIT. */
async function checkShares(
  { prometheus, name, bucketOf }: Kind,
  all: readonly Observation[],
  from: number,
  to: number,
): Promise<void> {
  for (const [metric, labels, names] of selections()) {
    const rounded = all
      .filter((one) => one.time > from && one.time <= to && names.has(one.name))
      .map(({ milliseconds }) => roundLikeLocust(milliseconds) / 1000);
    const shareUpTo = (seconds: number) =>
      rounded.filter((one) => one <= seconds).length / rounded.length;
    const counted = (series: string) => countedBetween(series, from, to);
    if (name === 'native') {
      const { lower, upper } = bucketOf(LIMIT);
      const expr = `histogram_fraction(-Inf, ${LIMIT}, ${counted(`${metric}{${labels}}`)})`;
      const value = await valueOf(prometheus, expr);
      assert.ok(
        value >= shareUpTo(lower) - 1e-9 && value <= shareUpTo(upper) + 1e-9,
        `${metric} ${labels}: ${value} is not from ${shareUpTo(lower)} to ${shareUpTo(upper)}`,
      );
    } else {
      // A bound on Locust's grid loses nothing.
      const bucket = `${metric}_bucket{${labels}${labels === '' ? '' : ', '}le="${LIMIT}"}`;
      const count = `${metric}_count{${labels}}`;
      const value = await valueOf(
        prometheus,
        `${counted(bucket)} / ignoring (le) ${counted(count)}`,
      );
      assert.ok(Math.abs(value - shareUpTo(LIMIT)) < 1e-9, `${value}, ${shareUpTo(LIMIT)}`);
    }
  }
}

/** What `increase` makes of counts that began again twice, which it extrapolates by a little. */
async function checkIncrease(
  { prometheus, name, series }: Kind,
  all: readonly Observation[],
  from: number,
  to: number,
  secondRun: number,
): Promise<void> {
  const seconds = Math.round(to - from);
  for (const [metric, labels, names] of selections()) {
    const own = all.filter(({ name: endpoint }) => names.has(endpoint));
    const total = own.filter(({ time }) => time > from && time <= to).length;
    const afterwards = own.filter(({ time }) => time > secondRun && time <= to).length;
    const count = (expr: string) => (name === 'native' ? `histogram_count(${expr})` : expr);
    const counter =
      name === 'native' ? series(metric, labels) : `${metric}_bucket{${bound(labels)}le="+Inf"}`;
    const increase = await valueOf(prometheus, count(`increase(${counter}[${seconds}s] @ ${to})`));
    assert.ok(Math.abs(increase / total - 1) < 0.05, `${metric} ${labels}: ${increase}, ${total}`);
    assert.equal(await valueOf(prometheus, count(`${counter} @ ${to}`)), afterwards);
  }
}

/** At the beginning there may be no series yet. */
const countedBetween = (series: string, from: number, to: number) =>
  `((${series} @ ${to}) - ((${series} @ ${from}) or 0 * (${series} @ ${to})))`;

const bound = (labels: string) => (labels === '' ? '' : `${labels}, `);

/** Each endpoint, and all of them: metric, labels, and the names of the requests in it. */
function selections(): [metric: string, labels: string, names: ReadonlySet<string>][] {
  return [
    ...ENDPOINTS.map((name): [string, string, Set<string>] => [
      'locust_request_duration_seconds',
      `name="${name}"`,
      new Set([name]),
    ]),
    ['locust_aggregated_request_duration_seconds', '', new Set(ENDPOINTS)],
  ];
}

async function startRun(t: TestContext, nativeKind: PrometheusKind): Promise<Run> {
  const folder = await temporaryFolder('observations');
  t.after(() => folder.remove());
  const observations = () => readObservations(folder.path);
  const locust = await startLocust({
    version: 'newest',
    workers: 2,
    locustfile: LOCUSTFILE,
    env: { OBSERVATIONS: folder.path, PYTHONPATH: COMPANION },
  });
  stopAfter(t, 'Locust', locust);
  const exporter = await startExporter({ LOCUST_URL: locust.url });
  stopAfter(t, 'exporter', exporter.process);
  const host = new URL(exporter.url).host;
  const classic = await startPrometheus({ config: configFor(host) });
  stopAfter(t, 'Prometheus', classic);
  const native = await startPrometheus({
    kind: nativeKind,
    ...(nativeKind === 'newest'
      ? { config: `global: { scrape_native_histograms: true }\n${configFor(host)}` }
      : { config: configFor(host), args: ['--enable-feature=native-histograms'] }),
  });
  stopAfter(t, 'the newer Prometheus', native);
  for (const prometheus of [classic, native]) {
    await waitForValue(prometheus, 'locust_companion_up', 1);
  }

  let started = 0;
  const start = async () => {
    const before = observations().length;
    await locust.swarm(1, 1);
    await waitUntil('the first request of the run', () => observations().length > before);
    started = observations()[before]!.time;
  };
  await start();
  return {
    kinds: [
      {
        name: 'classic',
        prometheus: classic,
        series: (metric, labels) => `${metric}_bucket{${labels}}`,
        bucketOf: await classicBuckets(classic),
      },
      {
        name: 'native',
        prometheus: native,
        series: (metric, labels) => `${metric}{${labels}}`,
        bucketOf: nativeBucket,
      },
    ],
    observations,
    async endOf(phase) {
      const end = started + (phase + 1) * PHASE - 1;
      await sleep(Math.max(0, end * 1000 - Date.now()));
      return end;
    },
    resetStatistics: () => command(locust.url, 'reset-stats'),
    async startAgain() {
      await waitUntil('the run ends', async () => (await locust.report()).state === 'stopped');
      await start();
    },
  };
}

const configFor = (target: string) => `
scrape_configs:
  - job_name: locust
    scrape_interval: 1s
    static_configs: [{ targets: ['${target}'] }]
`;

/** Schema 4: sixteen buckets from a number to its double, and one for what Locust rounds to 0. */
function nativeBucket(seconds: number): Bucket {
  if (seconds <= 0.0005) return { lower: 0, upper: 0.0005 };
  const index = Math.ceil(Math.log2(seconds) * 16 - 1e-9);
  return { lower: 2 ** ((index - 1) / 16), upper: 2 ** (index / 16) };
}

async function classicBuckets(prometheus: RealPrometheus): Promise<(seconds: number) => Bucket> {
  const series = await waitUntil('there are buckets', async () => {
    const found = await prometheus.query('locust_aggregated_request_duration_seconds_bucket');
    return found.length > 0 && found;
  });
  const bounds = series
    .map(({ labels }) => Number(labels['le']!.replace('Inf', 'Infinity')))
    .sort((a, b) => a - b);
  return (seconds) => {
    const index = bounds.findIndex((upper) => seconds <= upper);
    // Of what is above the last bound histogram_quantile gives that bound.
    const last = bounds.at(-2)!;
    return { lower: Math.min(bounds[index - 1] ?? 0, last), upper: Math.min(bounds[index]!, last) };
  };
}
