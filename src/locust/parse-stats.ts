import { atOnce, type Steps } from '../async/in-turns.ts';
import { foldEndpoints, foldErrors } from './fold-rows.ts';
import { foldWorkers } from './limit-workers.ts';
import { detectGeneration } from './generation.ts';
import { IgnoredCollector } from './ignored-values.ts';
import { parseErrors } from './parse-errors.ts';
import { parseEndpoint, parseRequestStats } from './parse-row.ts';
import { parseWorkers } from './parse-workers.ts';
import { parseWindowQuantiles } from './quantiles.ts';
import { normalizeState } from './runner-state.ts';
import {
  arrayAt,
  asObject,
  countAt,
  isObject,
  labelAt,
  numberAt,
  requireKey,
  type JsonObject,
} from './shape.ts';
import type { CurrentPercentiles, Endpoint, RequestStats, Snapshot } from './snapshot.ts';
import type { Version } from './version.ts';

/** Rows that are parsed at a time. */
const STEP = 500;

/** Locust cuts `stats` and `errors` to this many rows since 0.8a3. */
const ROW_LIMIT = 500;

/**
 * Reads the answer of `/stats/requests` of any Locust since 0.5.
 *
 * @param version the version if it is known; a few old ones look alike, and without it
 *   they are told apart by the best evidence in the answer.
 * @throws ShapeError when the answer is not Locust's.
 */
export function parseStats(answer: unknown, version: Version | null = null): Snapshot {
  return atOnce(parseStatsInSteps(answer, version));
}

/** Like parseStats. */
export function* parseStatsInSteps(
  answer: unknown,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): Steps<Snapshot> {
  const report = asObject(answer, '');
  for (const key of ['state', 'user_count', 'errors']) requireKey(report, key);
  const listed = arrayAt(report, 'stats');
  const rows = listed.filter(isRow);
  const ignored = new IgnoredCollector();
  const state = normalizeState(labelAt(report, 'state', ignored));
  const errorRows = listOf(report, 'errors', ignored);
  const generation = detectGeneration(report, rows, errorRows, version, ignored);

  const aggregateRow = findAggregate(rows, listed.length);
  let aggregate: RequestStats | null = null;
  const parsed: Endpoint[] = [];
  for (const [index, row] of listed.entries()) {
    ignored.enter('stats', index);
    if (!isRow(row)) ignored.addOdd('row', '', 'an object with a name', row);
    else if (row === aggregateRow) aggregate = parseRequestStats(row, generation, ignored);
    else parsed.push(parseEndpoint(row, generation, ignored));
    if ((index + 1) % STEP === 0) yield;
  }
  ignored.enter(null);
  const endpoints = foldEndpoints(parsed);
  const errors = foldErrors(parseErrors(errorRows, generation, ignored));
  const { workers, folded: foldedWorkers } = foldWorkers(parseWorkers(report, ignored));
  const listedEndpoints = listed.length - (aggregateRow === undefined ? 0 : 1);

  return {
    state,
    users: countAt(report, 'user_count', ignored),
    ...parseTotals(report, aggregate, ignored),
    currentQuantiles: parseWindowQuantiles(report, ignored, percentiles),
    aggregate,
    endpoints: endpoints.rows,
    errors: errors.rows,
    workers,
    endpointsTruncated:
      aggregate === null
        ? listed.length > 0
        : listedEndpoints >= ROW_LIMIT &&
          sumRequests(endpoints.rows) < (aggregate.requests ?? Infinity),
    errorsTruncated: errorRows.length === ROW_LIMIT,
    foldedEndpoints: endpoints.folded,
    foldedErrors: errors.folded,
    foldedWorkers,
    ignored,
  };
}

/** A list that may be odd, but must not cost the rest of the report. */
function listOf(report: JsonObject, key: string, ignored: IgnoredCollector): readonly unknown[] {
  const value = report[key];
  if (Array.isArray(value)) return value;
  if (value !== null) ignored.addOdd('row', key, 'a list', value);
  return [];
}

function isRow(value: unknown): value is JsonObject {
  return isObject(value) && 'name' in value;
}

/**
 * The last row, if it is Locust's own total. An endpoint of the same name may stand in its
 * place where 0.8a3 to 0.12.1 cut the total off; it counts less than the others together.
 *
 * @param listed how many rows Locust listed, odd ones included.
 */
function findAggregate(rows: readonly JsonObject[], listed: number): JsonObject | undefined {
  const last = rows.at(-1);
  if (last?.['name'] !== 'Aggregated' && last?.['name'] !== 'Total') return undefined;
  if ((last['method'] ?? '') !== '') return undefined;
  if (listed !== ROW_LIMIT || last['name'] === 'Aggregated') return last;
  if ('num_reqs' in last) return last; // up to 0.6.2, which cut nothing
  const others = rows.slice(0, -1).reduce((sum, row) => sum + requestsOf(row), 0);
  return requestsOf(last) >= others ? last : undefined;
}

function requestsOf({ num_requests: requests }: JsonObject): number {
  return typeof requests === 'number' ? requests : 0;
}

/**
 * The top-level rates mean the last ten seconds in some versions and the whole run in
 * others; the keys of the aggregate row have always meant ten seconds. The same goes for
 * the ratio, which 0.10.0 to 0.11.1 report wrongly.
 */
function parseTotals(
  report: JsonObject,
  aggregate: RequestStats | null,
  ignored: IgnoredCollector,
): Pick<Snapshot, 'totalRps' | 'totalFailuresPerSecond' | 'failRatio'> {
  const { requests, failures } = aggregate ?? { requests: null, failures: null };
  const rateAt = (key: string) => numberAt(report, key, 'rate', ignored);
  const ownTotal = (key: string) => (aggregate === null ? rateAt(key) : null);
  return {
    totalRps: aggregate?.currentRps ?? rateAt('current_rps') ?? ownTotal('total_rps'),
    totalFailuresPerSecond:
      aggregate?.currentFailuresPerSecond ??
      rateAt('current_fail_per_sec') ??
      ownTotal('total_fail_per_sec'),
    failRatio:
      requests === null || failures === null
        ? rateAt('fail_ratio')
        : requests === 0
          ? 0
          : failures / requests,
  };
}

function sumRequests(endpoints: Snapshot['endpoints']): number {
  return endpoints.reduce((sum, endpoint) => sum + (endpoint.requests ?? 0), 0);
}
