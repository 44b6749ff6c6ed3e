import { atOnce, type Steps } from '../async/in-turns.ts';
import { foldEndpoints, foldErrors } from './fold-rows.ts';
import { detectGeneration } from './generation.ts';
import { parseErrors } from './parse-errors.ts';
import { parseEndpoint, parseRequestStats } from './parse-row.ts';
import { parseWorkers } from './parse-workers.ts';
import { parseWindowQuantiles } from './quantiles.ts';
import { normalizeState } from './runner-state.ts';
import {
  arrayAt,
  asObject,
  finiteOrNull,
  mapObjects,
  numberAt,
  requireKey,
  stringAt,
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
  const state = normalizeState(stringAt(report, 'state'));
  requireKey(report, 'user_count');
  const rows = mapObjects(arrayAt(report, 'stats'), 'stats', (row) => row);
  const errorRows = arrayAt(report, 'errors');
  const generation = detectGeneration(report, rows, errorRows, version);

  const hasAggregate = isAggregate(rows);
  const endpointRows = hasAggregate ? rows.slice(0, -1) : rows;
  const parsed: Endpoint[] = [];
  for (let start = 0; start < endpointRows.length; start += STEP) {
    const some = endpointRows.slice(start, start + STEP);
    parsed.push(...mapObjects(some, 'stats', (row) => parseEndpoint(row, generation), start));
    yield;
  }
  const endpoints = foldEndpoints(parsed);
  const [aggregate = null] = hasAggregate
    ? mapObjects(
        rows.slice(-1),
        'stats',
        (row) => parseRequestStats(row, generation),
        endpointRows.length,
      )
    : [];
  const errors = foldErrors(parseErrors(errorRows, generation));

  return {
    state,
    users: numberAt(report, 'user_count'),
    ...parseTotals(report, aggregate),
    currentQuantiles: parseWindowQuantiles(report, percentiles),
    aggregate,
    endpoints: endpoints.rows,
    errors: errors.rows,
    workers: parseWorkers(report),
    endpointsTruncated:
      aggregate === null
        ? rows.length > 0
        : endpointRows.length >= ROW_LIMIT &&
          sumRequests(endpoints.rows) < (aggregate.requests ?? 0),
    errorsTruncated: errorRows.length === ROW_LIMIT,
    foldedEndpoints: endpoints.folded,
    foldedErrors: errors.folded,
  };
}

/**
 * Whether the last row is Locust's own total. An endpoint of the same name may stand in
 * its place where 0.8a3 to 0.12.1 cut the total off; it counts less than the others together.
 */
function isAggregate(rows: readonly JsonObject[]): boolean {
  const last = rows.at(-1);
  if (last === undefined) return false;
  if (last['name'] !== 'Aggregated' && last['name'] !== 'Total') return false;
  if ((last['method'] ?? '') !== '') return false;
  if (rows.length !== ROW_LIMIT || last['name'] === 'Aggregated') return true;
  if ('num_reqs' in last) return true; // up to 0.6.2, which cut nothing
  const others = rows.slice(0, -1).reduce((sum, row) => sum + Number(row['num_requests']), 0);
  return Number(last['num_requests']) >= others;
}

/**
 * The top-level rates mean the last ten seconds in some versions and the whole run in
 * others; the keys of the aggregate row have always meant ten seconds. The same goes for
 * the ratio, which 0.10.0 to 0.11.1 report wrongly.
 */
function parseTotals(
  report: JsonObject,
  aggregate: RequestStats | null,
): Pick<Snapshot, 'totalRps' | 'totalFailuresPerSecond' | 'failRatio'> {
  const { requests, failures } = aggregate ?? { requests: null, failures: null };
  const ownTotal = (key: string) => (aggregate === null ? numberAt(report, key) : null);
  return {
    totalRps: aggregate?.currentRps ?? numberAt(report, 'current_rps') ?? ownTotal('total_rps'),
    totalFailuresPerSecond:
      aggregate?.currentFailuresPerSecond ??
      numberAt(report, 'current_fail_per_sec') ??
      ownTotal('total_fail_per_sec'),
    failRatio:
      requests === null || failures === null
        ? numberAt(report, 'fail_ratio')
        : requests === 0
          ? 0
          : finiteOrNull(failures / requests),
  };
}

function sumRequests(endpoints: Snapshot['endpoints']): number {
  return endpoints.reduce((sum, endpoint) => sum + (endpoint.requests ?? 0), 0);
}
