import { ENDPOINT_IDENTITY, ERROR_IDENTITY, type RowIdentity } from './row-identity.ts';
import type { Endpoint, ErrorOccurrences, RequestStats } from './snapshot.ts';

export interface Folded<Row> {
  readonly rows: readonly Row[];
  /** How many rows were added to another one. */
  readonly folded: number;
}

/**
 * Adds up endpoints with the same method and name. Locust tells `null` from `''`, and one
 * lone surrogate from another; labels cannot.
 */
export function foldEndpoints(endpoints: readonly Endpoint[]): Folded<Endpoint> {
  return fold(endpoints, ENDPOINT_IDENTITY, mergeEndpoints);
}

export function foldErrors(errors: readonly ErrorOccurrences[]): Folded<ErrorOccurrences> {
  return fold(errors, ERROR_IDENTITY, (a, b) => ({
    ...a,
    occurrences: combine(a.occurrences, b.occurrences, sum),
  }));
}

function fold<Row>(
  rows: readonly Row[],
  { key, isBefore }: RowIdentity<Row>,
  merge: (a: Row, b: Row) => Row,
): Folded<Row> {
  if (isBefore !== null && isAscending(rows, isBefore)) return { rows, folded: 0 };
  const byKey = new Map<string, Row>();
  for (const row of rows) {
    const rowKey = key(row);
    const earlier = byKey.get(rowKey);
    byKey.set(rowKey, earlier === undefined ? row : merge(earlier, row));
  }
  const folded = rows.length - byKey.size;
  return { rows: folded === 0 ? rows : [...byKey.values()], folded };
}

/** In such a list no row is there twice. */
function isAscending<Row>(rows: readonly Row[], isBefore: (a: Row, b: Row) => boolean): boolean {
  return rows.every((row, index) => {
    const earlier = rows[index - 1];
    return earlier === undefined || isBefore(earlier, row);
  });
}

/** Quantiles of two rows cannot be merged and are left out. */
function mergeEndpoints(a: Endpoint, b: Endpoint): Endpoint {
  const merged: Record<keyof Omit<RequestStats, 'responseTime'>, number | null> = {
    requests: combine(a.requests, b.requests, sum),
    failures: combine(a.failures, b.failures, sum),
    contentBytes: combine(a.contentBytes, b.contentBytes, sum),
    currentRps: combine(a.currentRps, b.currentRps, sum),
    currentFailuresPerSecond: combine(a.currentFailuresPerSecond, b.currentFailuresPerSecond, sum),
    meanRps: combine(a.meanRps, b.meanRps, sum),
  };
  const [x, y] = [a.responseTime, b.responseTime];
  return {
    method: a.method,
    name: a.name,
    ...merged,
    responseTime: {
      count: combine(x.count, y.count, sum),
      sumSeconds: combine(x.sumSeconds, y.sumSeconds, sum),
      minSeconds: either(x.minSeconds, y.minSeconds, Math.min),
      maxSeconds: either(x.maxSeconds, y.maxSeconds, Math.max),
      medianSeconds: null,
      quantiles: [],
    },
  };
}

function sum(a: number, b: number): number {
  return a + b;
}

/** A total is known only when both its parts are. */
function combine(a: number | null, b: number | null, by: typeof sum): number | null {
  if (a === null || b === null) return null;
  const total = by(a, b);
  return Number.isFinite(total) ? total : null;
}

/** An extreme is that of whichever rows have one. */
function either(a: number | null, b: number | null, by: typeof sum): number | null {
  return a === null ? b : b === null ? a : by(a, b);
}
