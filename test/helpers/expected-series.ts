import { installedRelease, isSince } from './locust-versions.ts';
import { requestsOf, type RawReport, type RawRow } from './raw-report.ts';

/** Values by series, each written as `seriesKey` does. */
export type SeriesValues = Map<string, number>;

const STATES = ['ready', 'spawning', 'running', 'cleanup', 'stopping', 'stopped', 'missing'];
/** Locust lists no more endpoints, beside the row of all of them, and no more errors. */
const ROW_LIMIT = 500;

const WORKER_STATES = ['ready', 'spawning', 'running', 'missing'];

/** Prometheus knows no labels that are empty. */
export function seriesKey(name: string, labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${name} ${JSON.stringify(pairs)}`;
}

/**
 * What Prometheus has to hold of a run that is at rest, computed from Locust's own answer and
 * without the program under test; all but the start of the run.
 */
export function expectedAtRest(version: string, report: RawReport): SeriesValues {
  return expectedFigures(version, atRest(report)).set(...expectedInfo(version));
}

/** What is known of a Locust of these tests by its index page. */
export function expectedInfo(version: string): [key: string, value: number] {
  const labels = { version: installedRelease(version), host: 'http://shop.example' };
  return [seriesKey('locust_info', labels), 1];
}

/** A response without the rates and window percentiles that Locust leaves standing. */
export function atRest(report: RawReport): RawReport {
  const zeros = (row: RawRow) =>
    Object.fromEntries(
      ['current_rps', 'current_fail_per_sec'].flatMap((key) => (key in row ? [[key, 0]] : [])),
    );
  return {
    ...report,
    current_response_time_percentiles: {},
    stats: report.stats.map((row) => ({ ...row, ...zeros(row) })),
  };
}

/**
 * What `/metrics` has to show of a response in whatever state, computed without the program under
 * test; all but what the index page tells and the start of the run.
 */
export function expectedFigures(version: string, report: RawReport): SeriesValues {
  const series: SeriesValues = new Map();
  const add = (name: string, labels: Record<string, string>, value: unknown) => {
    if (typeof value !== 'number' || !Number.isFinite(value)) return;
    const key = seriesKey(`locust_${name}`, labels);
    if (series.has(key)) throw new Error(`expected twice: ${key}`);
    series.set(key, value);
  };
  const aggregate = aggregateOf(report);

  add('up', {}, 1);
  add('companion_up', {}, 0);
  for (const state of STATES) add('state', { state }, Number(state === report.state));
  add('users', {}, report.user_count);
  addTotals(add, version, report, aggregate);
  addWindowPercentiles(add, report);

  for (const row of report.stats) {
    const isAggregate = row === aggregate;
    const prefix = isAggregate ? 'aggregated_' : '';
    const labels: Record<string, string> = isAggregate
      ? {}
      : { method: row.method ?? '', name: row.name };
    add(`${prefix}requests_total`, labels, requestsOf(version, row));
    add(`${prefix}failures_total`, labels, row.num_failures);
    add(
      `${prefix}content_bytes_total`,
      labels,
      Number(row['avg_content_length']) * row.num_requests,
    );
    addResponseTimes(add, `${prefix}response_time`, labels, row);
    if (isAggregate) continue;
    add('current_rps', labels, row['current_rps']);
    add('current_failures_per_second', labels, row['current_fail_per_sec']);
  }

  const escaped = isSince(version, '1.0') && !isSince(version, '2.28.0');
  const plain = (text: string) => (escaped ? unescape(text) : text);
  for (const { method, name, error, ...rest } of report.errors) {
    add(
      'error_occurrences_total',
      { method, name: plain(name), error: plain(error) },
      rest['occurrences'] ?? rest['occurences'],
    );
  }
  addWorkers(add, report);
  return series;
}

type Add = (name: string, labels: Record<string, string>, value: unknown) => void;

/** The row of all endpoints together; undefined without a runner, or where it was cut off. */
function aggregateOf({ stats }: RawReport): RawRow | undefined {
  const last = stats.at(-1);
  const isNamedSo = last?.name === 'Aggregated' || last?.name === 'Total';
  return isNamedSo && (last.method ?? '') === '' ? last : undefined;
}

function addTotals(
  add: Add,
  version: string,
  report: RawReport,
  aggregate: RawRow | undefined,
): void {
  const { stats, errors } = report;
  if (aggregate === undefined) {
    add('total_rps', {}, report['current_rps'] ?? report['total_rps']);
    const failures = report['current_fail_per_sec'] ?? report['total_fail_per_sec'];
    add('total_failures_per_second', {}, failures);
    add('fail_ratio', {}, report['fail_ratio']);
  } else {
    const all = requestsOf(version, aggregate);
    add('total_rps', {}, aggregate['current_rps']);
    add('total_failures_per_second', {}, aggregate['current_fail_per_sec']);
    add('fail_ratio', {}, all === 0 ? 0 : aggregate.num_failures / all);
  }
  add('endpoints_truncated', {}, Number(stats.length > 0 && !isWhole(stats, aggregate)));
  add('errors_truncated', {}, Number(errors.length === ROW_LIMIT));
}

/** Whether the endpoints that Locust lists are all that it counted. */
function isWhole(stats: readonly RawRow[], aggregate: RawRow | undefined): boolean {
  const listed = stats.slice(0, -1).reduce((sum, row) => sum + row.num_requests, 0);
  return aggregate !== undefined && (stats.length <= ROW_LIMIT || listed >= aggregate.num_requests);
}

function addWindowPercentiles(add: Add, report: RawReport): void {
  const percentiles = report['current_response_time_percentiles'] ?? {};
  for (const [key, value] of Object.entries(percentiles)) {
    const quantile = key.replace('response_time_percentile_', '');
    if (typeof value === 'number') {
      add('current_response_time_seconds', { percentile: inPercent(quantile) }, value / 1000);
    }
  }
}

/** `95` for `0.95`, without the digits that a product of floats adds. */
function inPercent(quantile: string): string {
  return String(Number((Number(quantile) * 100).toPrecision(12)));
}

function addResponseTimes(
  add: Add,
  name: string,
  labels: Record<string, string>,
  row: RawRow,
): void {
  const count = row.num_requests;
  const mean = count === 0 ? 0 : Number(row['avg_response_time'] ?? NaN);
  // Without a mean there is no sum, and a summary needs its sum.
  const hasMean = Number.isFinite(mean);
  if (hasMean) {
    add(`${name}_seconds_count`, labels, count);
    add(`${name}_seconds_sum`, labels, (mean * count) / 1000);
  }
  if (count === 0) return;
  add(`${name}_min_seconds`, labels, row.min_response_time / 1000);
  add(`${name}_max_seconds`, labels, row.max_response_time / 1000);
  const quantiles = new Map<string, unknown>([
    ['0.5', row.median_response_time],
    ['0.9', row['ninetieth_response_time']],
    ['0.99', row['ninety_ninth_response_time']],
  ]);
  for (const [key, value] of Object.entries(row)) {
    const quantile = /^response_time_percentile_(.+)$/.exec(key)?.[1];
    if (quantile !== undefined) quantiles.set(String(Number(quantile)), value);
  }
  for (const [quantile, value] of quantiles) {
    if (typeof value !== 'number') continue;
    if (hasMean) add(`${name}_seconds`, { ...labels, quantile }, value / 1000);
    else {
      const percentile = inPercent(quantile);
      add(`${name}_percentile_seconds`, { ...labels, percentile }, value / 1000);
    }
  }
}

interface RawWorker {
  id: string;
  state: string;
  user_count: number;
  cpu_usage?: number;
  memory_usage?: number;
}

function addWorkers(add: Add, report: RawReport): void {
  add('workers', { state: 'unknown' }, report['slave_count']);
  const list = (report['workers'] ?? report['slaves']) as RawWorker[] | undefined;
  if (list === undefined) return;
  for (const state of WORKER_STATES) {
    add('workers', { state }, list.filter((worker) => worker.state === state).length);
  }
  for (const { id: worker, state, user_count, cpu_usage, memory_usage } of list) {
    add('worker_state', { worker, state }, 1);
    add('worker_users', { worker }, user_count);
    if (cpu_usage !== undefined) add('worker_cpu_ratio', { worker }, cpu_usage / 100);
    add('worker_memory_bytes', { worker }, memory_usage);
  }
}

function unescape(text: string): string {
  return text
    .replaceAll('&#x27;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<')
    .replaceAll('&amp;', '&');
}

/** Every difference between two sets of series, one line each. */
export function differences(
  found: SeriesValues,
  expected: SeriesValues,
  tolerance = 1e-9,
): string[] {
  const lines: string[] = [];
  for (const [key, value] of expected) {
    const other = found.get(key);
    if (other === undefined) lines.push(`missing: ${key} ${value}`);
    else if (!isClose(other, value, tolerance)) lines.push(`${key} is ${other}, expected ${value}`);
  }
  for (const [key, value] of found) {
    if (!expected.has(key)) lines.push(`unaccounted for: ${key} ${value}`);
  }
  return lines;
}

function isClose(a: number, b: number, tolerance: number): boolean {
  return Math.abs(a - b) <= tolerance * Math.max(Math.abs(a), Math.abs(b));
}
