import { runSync, type YieldingTask } from '../../async/run-yielding.ts';
import { foldEndpoints, foldErrors } from '../rows/fold.ts';
import { foldWorkers } from '../rows/limit-workers.ts';
import { detectQuirks } from './version-quirks.ts';
import {
  IgnoredCollector,
  arrayAt,
  asObject,
  countAt,
  isObject,
  labelAt,
  numberAt,
  requireKey,
  type JsonObject,
} from './values.ts';
import { asList, firstOf, listOf, visitList, type JsonList } from './json-list.ts';
import { parseErrors } from './parse-errors.ts';
import { parseEndpoint, parseRequestStats, parseWorkers } from './parse-row.ts';
import { parseWindowQuantiles } from './quantiles.ts';
import { normalizeState } from '../snapshot.ts';
import type { CurrentPercentiles, Endpoint, RequestStats, Snapshot } from '../snapshot.ts';
import type { Version } from '../version.ts';

/** Locust cuts `stats` and `errors` to this many rows since 0.8a3. */
const ROW_LIMIT = 500;

/**
 * Reads the response of `/stats/requests` of any Locust since 0.5.
 *
 * @param version the version if it is known; a few old ones look alike, and without it
 *   the best evidence in the response decides.
 * @throws ShapeError when the response is not Locust's.
 */
export function parseStats(response: unknown, version: Version | null = null): Snapshot {
  return runSync(parseStatsInSteps(response, version));
}

/** Like parseStats. */
export function* parseStatsInSteps(
  response: unknown,
  version: Version | null,
  percentiles?: CurrentPercentiles,
): YieldingTask<Snapshot> {
  const report = asObject(response, '');
  for (const key of ['state', 'user_count', 'errors']) requireKey(report, key);
  const listed = statsOf(report);
  const ignored = new IgnoredCollector();
  const state = normalizeState(labelAt(report, 'state', ignored));
  const errorRows = errorsOf(report, ignored);
  const sample = yield* sampleRows(listed);
  const rows = sample.map(({ row }) => row);
  const someErrors = yield* firstOf(errorRows, ROW_LIMIT);
  const quirks = detectQuirks(report, rows, someErrors, version, ignored);

  const aggregateIndex = hasAggregate(rows, listed.length) ? sample.at(-1)?.index : undefined;
  const aggregates: RequestStats[] = [];
  const parsed: Endpoint[] = [];
  yield* visitList(listed, (row, index) => {
    ignored.enter('stats', index);
    if (!isRow(row)) ignored.addOdd('row', '', 'an object with a name', row);
    else if (index === aggregateIndex) aggregates.push(parseRequestStats(row, quirks, ignored));
    else parsed.push(parseEndpoint(row, quirks, ignored));
  });
  ignored.enter(null);
  const [aggregate = null] = aggregates;
  const endpoints = yield* foldEndpoints(parsed);
  yield;
  const errors = yield* foldErrors(yield* parseErrors(errorRows, quirks, ignored));
  const { workers, folded: foldedWorkers } = foldWorkers(yield* parseWorkers(report, ignored));
  const listedEndpoints = listed.length - (aggregate === null ? 0 : 1);

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
    companion: null,
  };
}

/** @throws ShapeError when there is no list. */
function statsOf(report: JsonObject): JsonList {
  return asList(report['stats']) ?? listOf(arrayAt(report, 'stats'));
}

/** A list that may be odd, but must not cost the rest of the report. */
function errorsOf(report: JsonObject, ignored: IgnoredCollector): JsonList {
  const value = report['errors'];
  const list = asList(value);
  if (list === null && value !== null) ignored.addOdd('row', 'errors', 'a list', value);
  return list ?? listOf([]);
}

interface PlacedRow {
  readonly row: JsonObject;
  readonly index: number;
}

/** The rows that show the version: the last row, and as many others as an old Locust sends. */
function* sampleRows(listed: JsonList): YieldingTask<PlacedRow[]> {
  const first = yield* firstOf(listed, ROW_LIMIT + 1);
  const all = first.map((row, index) => ({ row, index }));
  if (listed.length > first.length) all.push({ row: listed.last(), index: listed.length - 1 });
  return all.filter((placed): placed is PlacedRow => isRow(placed.row));
}

function isRow(value: unknown): value is JsonObject {
  return isObject(value) && 'name' in value;
}

/**
 * Whether the last row is Locust's own total. An endpoint of the same name may stand in its
 * place where 0.8a3 to 0.12.1 cut the total off; it counts less than the others together.
 *
 * @param listed how many rows Locust listed, odd ones included.
 */
function hasAggregate(rows: readonly JsonObject[], listed: number): boolean {
  const last = rows.at(-1);
  if (last?.['name'] !== 'Aggregated' && last?.['name'] !== 'Total') return false;
  if ((last['method'] ?? '') !== '') return false;
  if (listed !== ROW_LIMIT || last['name'] === 'Aggregated') return true;
  if ('num_reqs' in last) return true; // up to 0.6.2, which cut nothing
  const others = rows.slice(0, -1).reduce((sum, row) => sum + requestsOf(row), 0);
  return requestsOf(last) >= others;
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
