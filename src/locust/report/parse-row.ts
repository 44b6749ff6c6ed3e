import type { YieldingTask } from '../../async/run-yielding.ts';
import {
  type Endpoint,
  normalizeState,
  type RequestStats,
  type ResponseTime,
  type Worker,
  WORKER_STATES,
  type Workers,
} from '../snapshot.ts';
import { asList, type JsonList, visitList } from './json-list.ts';
import { quantilesAt } from './quantiles.ts';
import {
  amountAt,
  countAt,
  type IgnoredCollector,
  isObject,
  type JsonObject,
  labelAt,
  numberAt,
  toAmount,
} from './values.ts';
import type { VersionQuirks } from './version-quirks.ts';

export function parseEndpoint(
  row: JsonObject,
  quirks: VersionQuirks,
  ignored: IgnoredCollector,
): Endpoint {
  const method = labelAt(row, 'method', ignored);
  const name = labelAt(row, 'name', ignored);
  return Object.assign(parseRequestStats(row, quirks, ignored), { method, name });
}

export function parseRequestStats(
  row: JsonObject,
  quirks: VersionQuirks,
  ignored: IgnoredCollector,
): RequestStats {
  const counted = countAt(row, requestsKey(row), ignored);
  const failures = countAt(row, 'num_failures', ignored);
  const meanBytes = amountAt(row, 'avg_content_length', 'size', ignored);
  return {
    requests: quirks.countExcludesFailures ? add(counted, failures) : counted,
    failures,
    contentBytes: snapToInteger(total(meanBytes, counted)),
    responseTime: parseResponseTime(row, counted, quirks.quantileKeys, ignored),
    currentRps: numberAt(row, 'current_rps', 'rate', ignored),
    currentFailuresPerSecond: numberAt(row, 'current_fail_per_sec', 'rate', ignored),
    meanRps: numberAt(row, 'total_rps', 'rate', ignored),
    durations: null,
  };
}

/** Up to 0.6.2 the key has another name. */
function requestsKey(row: JsonObject): string {
  return 'num_reqs' in row ? 'num_reqs' : 'num_requests';
}

function parseResponseTime(
  row: JsonObject,
  count: number | null,
  quantileKeys: VersionQuirks['quantileKeys'],
  ignored: IgnoredCollector,
): ResponseTime {
  const mean = amountAt(row, 'avg_response_time', 'time', ignored);
  const min = numberAt(row, 'min_response_time', 'time', ignored);
  const max = numberAt(row, 'max_response_time', 'time', ignored);
  // Locust fills a row without measurements with zeros, which say nothing.
  if (count === 0 || (count === null && max === 0)) {
    const median = amountAt(row, 'median_response_time', 'percentile', ignored);
    return {
      count,
      sumSeconds: count,
      minSeconds: null,
      maxSeconds: null,
      medianSeconds: toSeconds(median),
      quantiles: [],
    };
  }
  return {
    count,
    // It is among the quantiles, too, and counts as ignored there.
    medianSeconds: toSeconds(toAmount(row['median_response_time'])),
    sumSeconds: toSeconds(total(mean, count)),
    minSeconds: toSeconds(min),
    maxSeconds: toSeconds(max),
    quantiles: quantilesAt(row, quantileKeys, ignored),
  };
}

function toSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}

function add(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  return Number.isFinite(a + b) ? a + b : null;
}

function total(mean: number | null, count: number | null): number | null {
  if (mean === null || count === null) return null;
  return Number.isFinite(mean * count) ? mean * count : null;
}

/** A total of whole numbers, rebuilt from its mean, is off by a few parts in 10¹⁵ at most. */
function snapToInteger(value: number | null): number | null {
  if (value === null) return null;
  const rounded = Math.round(value);
  return Math.abs(value - rounded) <= 1e-12 * value ? rounded : value;
}

/** The workers of a master; null when the response is not a master's, or does not contain them. */
export function* parseWorkers(
  report: JsonObject,
  ignored: IgnoredCollector,
): YieldingTask<Workers | null> {
  const key = 'workers' in report ? 'workers' : 'slaves';
  const rows = asList(report[key]);
  if (rows !== null) {
    const list = yield* parseList(key, rows, ignored);
    return { countByState: countStates(list), list };
  }
  const odd = report[key];
  if (odd !== undefined && odd !== null) ignored.addOdd('row', key, 'a list', odd);
  const count = countAt(report, 'slave_count', ignored); // 0.5 to 0.8.1
  return count === null ? null : { countByState: new Map([['unknown', count]]), list: [] };
}

function* parseList(
  key: string,
  rows: JsonList,
  ignored: IgnoredCollector,
): YieldingTask<Worker[]> {
  const list: Worker[] = [];
  yield* visitList(rows, (row, index) => {
    ignored.enter(key, index);
    if (isObject(row) && 'id' in row) list.push(parseWorker(row, ignored));
    else ignored.addOdd('row', '', 'a worker', row);
  });
  ignored.enter(null);
  return list;
}

export function parseWorker(worker: JsonObject, ignored: IgnoredCollector): Worker {
  const cpuPercent = amountAt(worker, 'cpu_usage', 'rate', ignored);
  return {
    id: labelAt(worker, 'id', ignored),
    state: normalizeState(labelAt(worker, 'state', ignored)),
    users: countAt(worker, 'user_count', ignored),
    cpuRatio: cpuPercent === null ? null : cpuPercent / 100,
    memoryBytes: amountAt(worker, 'memory_usage', 'size', ignored),
  };
}

export function countStates(workers: readonly Worker[]): Map<string, number> {
  const counts = new Map<string, number>(WORKER_STATES.map((state) => [state, 0]));
  for (const { state } of workers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
