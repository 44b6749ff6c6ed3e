import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { LEGACY_CATALOG } from '../../src/metrics/legacy-catalog.ts';
import { differences, type SeriesValues } from '../helpers/expected-series.ts';
import {
  combined,
  currentPercentile,
  errors,
  greatest,
  hasMethod,
  isEndpoint,
  labelsKey,
  mean,
  one,
  overMinute,
  rows,
  seriesValues,
  settled,
  sum,
  workers,
  workerUsers,
  type Expected,
} from '../helpers/expected-values.ts';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import type { RawReport } from '../helpers/raw-report.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { whyPrometheusIsMissing, type RangeOptions } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { startScrapedExporter, stopAfter, valueOf } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const USERS = 10;
const ROUNDS = 150;
const ENDPOINTS = 13;

type Queries = Readonly<Record<string, Expected>>;

const ROW_FIELDS = [
  'avg_content_length',
  'min_response_time',
  'max_response_time',
  'avg_response_time',
  'median_response_time',
  'num_failures',
  'current_fail_per_sec',
  'num_requests',
  'current_rps',
];

const running = one(({ state }) => ({ running: 2, spawning: 1 })[state] ?? 0);
const users = one((report) => report.user_count);
const failRatio = one((report) => report['fail_ratio']);

/** The queries of dashboard 11985, which adds the row of all endpoints to its parts, too. */
const DASHBOARD: Queries = {
  locust_running: running,
  locust_users: users,
  'sum(locust_requests_current_rps)': combined(sum, 'current_rps'),
  'locust_requests_num_requests{method=~""}': rows('num_requests', (row) => !hasMethod(row)),
  locust_requests_fail_ratio: failRatio,
  locust_workers_count: workers(),
  'locust_requests_num_failures{method=~""}': rows('num_failures', (row) => !hasMethod(row)),
  ...Object.fromEntries(
    ROW_FIELDS.map((field) => [
      `sum(locust_requests_${field}{method=~".+"}) by (method, name)`,
      rows(field, hasMethod),
    ]),
  ),
  'sum(locust_errors) by (method, name, error)': errors,
  'avg(locust_requests_max_response_time)': combined(mean, 'max_response_time'),
  'avg(locust_requests_min_response_time)': combined(mean, 'min_response_time'),
  'avg(locust_requests_avg_response_time)': combined(mean, 'avg_response_time'),
  'avg(locust_requests_median_response_time)': combined(mean, 'median_response_time'),
  locust_requests_current_response_time_percentile_95: currentPercentile('0.95'),
  locust_requests_current_response_time_percentile_50: currentPercentile('0.5'),
  'locust_requests_fail_ratio * 100': one((report) => 100 * Number(report['fail_ratio'])),
};

/** Those of the docs of locust-k8s-operator. */
const OPERATOR: Queries = {
  'avg(locust_requests_avg_response_time)': combined(mean, 'avg_response_time'),
  'max(locust_requests_max_response_time)': combined(greatest, 'max_response_time'),
  'sum(locust_users)': users,
};

/** Of both: what they give when their minute holds the whole run. */
const RATES: Queries = {
  'rate(locust_requests_num_requests{method=~".+"}[1m])': overMinute(
    rows('num_requests', hasMethod),
  ),
  'sum(rate(locust_requests_num_requests{method=~".+"}[1m]))': overMinute(
    combined(sum, 'num_requests', hasMethod),
  ),
  'sum(rate(locust_requests_total[1m]))': overMinute(combined(sum, 'num_requests', isEndpoint)),
  'sum by (name) (rate(locust_requests_total[1m]))': overMinute(
    rows('num_requests', isEndpoint, ({ name }) => ({ name })),
  ),
  'sum by (name, method) (rate(locust_requests_total[1m]))': overMinute(
    rows('num_requests', isEndpoint),
  ),
  '100 * sum(rate(locust_errors[1m])) / sum(rate(locust_requests_total[1m]))': one(
    (report) => (100 * sum([...errors(report).values()])) / report.stats.at(-1)!.num_requests,
  ),
};

/**
 * rate() misses what its first sample holds, some 4 % of all as the users start slowly, and
 * stretches the 20 s or more that it sees by up to 1.6 s, that is 8 %.
 */
const RATE_TOLERANCE = 0.1;

/** What the metrics of LEGACY_CATALOG show. */
const LEGACY: Queries = {
  running,
  workers_count: workers(),
  workers_running_count: workers('running'),
  workers_hatching_count: workers('spawning'),
  workers_missing_count: workers('missing'),
  worker_detail: workerUsers,
  requests_fail_ratio: failRatio,
  requests_current_response_time_percentile_50: currentPercentile('0.5'),
  requests_current_response_time_percentile_95: currentPercentile('0.95'),
  ...Object.fromEntries(ROW_FIELDS.map((field) => [`requests_${field}`, rows(field)])),
  errors,
};

interface Moment {
  name: 'spawning' | 'running' | 'stopped';
  /** Unix time in seconds. */
  time: number;
  /** All that Locust answered around then: what Prometheus holds comes from one of these. */
  reports: readonly RawReport[];
}

describe('queries for the metrics of ContainerSolutions/locust_exporter', () => {
  const options = needs(
    whyLocustIsMissing('newest'),
    whyPrometheusIsMissing(),
    whyBuildIsMissing(),
  );
  it('give what Locust measured', options, async (t) => {
    const env = { ROUNDS: String(ROUNDS) };
    const locust = await startLocust({ version: 'newest', workers: 2, env });
    stopAfter(t, 'Locust', locust);
    const uri = { LOCUST_EXPORTER_URI: locust.url };
    const { prometheus } = await startScrapedExporter(t, locust.url, uri);
    const holds = async (expr: string, value: number) =>
      (await valueOf(prometheus, expr)) === value;

    const answers: { time: number; report: RawReport }[] = [];
    /** Misses no response that the exporter gets, as Locust gives each for two seconds. */
    const watch = (what: string, ask: (report: RawReport) => boolean | Promise<boolean>) =>
      waitUntil(what, async () => {
        const report = await locust.report();
        answers.push({ time: now(), report });
        return ask(report);
      });
    const moment = async (name: Moment['name']): Promise<Moment> => {
      const time = now();
      await watch('a second has passed', () => now() > time + 1);
      const near = answers.filter((answer) => answer.time > time - 5);
      return { name, time, reports: near.map(({ report }) => settled(report)) };
    };

    await watch('it is ready', () => holds('locust_running', 0));
    const begin = now();
    await locust.swarm(USERS, 1);
    await watch('it is spawning, and has counted requests', async () => {
      const hasCounted = await holds('count(locust_requests_num_requests)', ENDPOINTS + 1);
      return hasCounted && holds('locust_running', 1);
    });
    const moments = [await moment('spawning')];
    await watch('it has run for a while', async (report) => {
      const percentiles = '{__name__=~"locust_requests_current_response_time_percentile_.*"}';
      const isSteady = (await holds('locust_running', 2)) && Number(report['current_rps']) > 0;
      return isSteady && holds(`count(${percentiles})`, 2);
    });
    moments.push(await moment('running'));
    await locust.counted(USERS * ROUNDS);
    await locust.endRun();
    await watch(
      'it has stopped',
      async () => (await holds('locust_running', 0)) && holds('locust_users', 0),
    );
    const stopped = await moment('stopped');
    moments.push(stopped);

    const valuesAt = async (expr: string, time: number): Promise<SeriesValues> => {
      const samples = await prometheus.query(expr, time);
      return seriesValues(samples.map(({ labels, value }) => [labelsKey(labels), value]));
    };
    const assertEachMoment = async (expr: string, expected: Expected) => {
      for (const { name, time, reports } of moments) {
        const found = await valuesAt(expr, time);
        assert.ok(found.size > 0 || name !== 'running', 'it gives nothing');
        const lines = reports.map((report) => differences(found, expected(report)));
        const isSame = lines.some(({ length }) => length === 0);
        assert.ok(isSame, `${name}: ${expr}\n${lines.at(-1)!.join('\n')}`);
      }
    };
    const history = async (expr: string, range: RangeOptions): Promise<SeriesValues> => {
      const all = await prometheus.queryRange(expr, range);
      return seriesValues(
        all.flatMap(({ labels, points }) =>
          points.map(({ time, value }) => [labelsKey({ ...labels, time: String(time) }), value]),
        ),
      );
    };
    const assertSameHistory = async (expr: string, other: string) => {
      const range = { start: moments[0]!.time, end: stopped.time, step: 1 };
      const found = await history(other, range);
      assert.ok(found.size > 0, `${other} gives nothing`);
      const lines = differences(found, await history(expr, range));
      assert.ok(lines.length === 0, `${other}\n${lines.slice(0, 20).join('\n')}`);
    };

    for (const [expr, expected] of Object.entries({ ...DASHBOARD, ...OPERATOR })) {
      await t.test(expr, () => assertEachMoment(expr, expected));
    }
    for (const [expr, expected] of Object.entries(RATES)) {
      await t.test(expr, async () => {
        const found = await valuesAt(expr, stopped.time);
        const lines = differences(found, expected(stopped.reports.at(-1)!), RATE_TOLERANCE);
        assert.ok(lines.length === 0, lines.join('\n'));
      });
    }
    for (const { name, successor, successorOfTotal } of LEGACY_CATALOG) {
      const legacy = `locust_${name}`;
      await t.test(`${legacy} and its successor`, async () => {
        await assertEachMoment(legacy, LEGACY[name]!);
        if (successorOfTotal === undefined) return assertSameHistory(legacy, successor);
        const total = `${legacy}{method="",name="Aggregated"}`;
        await assertSameHistory(`${legacy} unless ${total}`, successor);
        await assertSameHistory(`sum(${total})`, successorOfTotal);
      });
    }
    await t.test('locust_running is 0, 1, 2 and 0 again', async () => {
      const range = { start: begin, end: stopped.time + 1, step: 0.5 };
      const values = [...(await history('locust_running', range)).values()];
      const changes = values.filter((value, index) => value !== values[index - 1]);
      assert.deepEqual(changes, [0, 1, 2, 0]);
    });
  });
});

function now(): number {
  return Date.now() / 1000;
}
