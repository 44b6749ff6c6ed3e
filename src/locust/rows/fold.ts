import type { YieldingTask } from '../../async/run-yielding.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY, type RowIdentity } from './identity.ts';
import { mergeDurations, quantilesOf } from '../durations.ts';
import type { Durations, Endpoint, ErrorOccurrences, RequestStats } from '../snapshot.ts';

export interface Folded<Row> {
  readonly rows: readonly Row[];
  /** How many of the given rows have no row of their own. */
  readonly folded: number;
}

/**
 * Adds up endpoints with the same method and name. Locust distinguishes `null` from `''`, and one
 * lone surrogate from another; labels cannot.
 */
export function foldEndpoints(endpoints: readonly Endpoint[]): YieldingTask<Folded<Endpoint>> {
  return fold(endpoints, ENDPOINT_IDENTITY, mergeEndpoints);
}

export function foldErrors(
  errors: readonly ErrorOccurrences[],
): YieldingTask<Folded<ErrorOccurrences>> {
  return fold(errors, ERROR_IDENTITY, mergeErrors);
}

function* fold<Row>(
  rows: readonly Row[],
  { key, isBefore }: RowIdentity<Row>,
  merge: (a: Row, b: Row) => Row,
): YieldingTask<Folded<Row>> {
  if (isBefore !== null && isAscending(rows, isBefore)) return { rows, folded: 0 };
  const byKey = new Map<string, Row[]>();
  for (const row of rows) {
    const rowKey = key(row);
    const earlier = byKey.get(rowKey);
    if (earlier === undefined) byKey.set(rowKey, [row]);
    else earlier.push(row);
  }
  if (byKey.size === rows.length) return { rows, folded: 0 };
  const merged: Row[] = [];
  let folded = 0;
  for (const [first, ...others] of byKey.values()) {
    if (first === undefined) continue;
    merged.push(others.length === 0 ? first : yield* mergeAll(first, others, merge));
    if (others.length > 0) folded += others.length + 1;
  }
  return { rows: merged, folded };
}

/**
 * Merges neighbours in pairs, then the results in pairs, and so on. Merging one row after another
 * into a growing distribution would take quadratic time.
 */
export function* mergeAll<Row>(
  first: Row,
  others: readonly Row[],
  merge: (a: Row, b: Row) => Row,
): YieldingTask<Row> {
  let [head, rest] = [first, others];
  while (rest.length > 0) {
    const merged: Row[] = [];
    const [second, ...pairs] = rest;
    if (second !== undefined) head = merge(head, second);
    for (let index = 0; index < pairs.length; index += 2) {
      const [a, b] = pairs.slice(index, index + 2);
      if (a !== undefined) merged.push(b === undefined ? a : merge(a, b));
      yield;
    }
    rest = merged;
  }
  return head;
}

/** In such a list no row is there twice. */
function isAscending<Row>(rows: readonly Row[], isBefore: (a: Row, b: Row) => boolean): boolean {
  return rows.every((row, index) => {
    const earlier = rows[index - 1];
    return earlier === undefined || isBefore(earlier, row);
  });
}

/**
 * The labels are those of the first. Quantiles of two rows cannot be merged: they are known only where
 * both rows have their distribution, and then those that either row has.
 */
export function mergeEndpoints(a: Endpoint, b: Endpoint): Endpoint {
  const merged: Record<keyof Omit<RequestStats, 'responseTime' | 'durations'>, number | null> = {
    requests: addKnown(a.requests, b.requests),
    failures: addKnown(a.failures, b.failures),
    contentBytes: addKnown(a.contentBytes, b.contentBytes),
    currentRps: addKnown(a.currentRps, b.currentRps),
    currentFailuresPerSecond: addKnown(a.currentFailuresPerSecond, b.currentFailuresPerSecond),
    meanRps: addKnown(a.meanRps, b.meanRps),
  };
  const [x, y] = [a.responseTime, b.responseTime];
  const durations = mergeKnownDurations(a.durations, b.durations);
  const isWhole = hasDistribution(a) && hasDistribution(b);
  const fractions = [...new Set([...x.quantiles, ...y.quantiles].map(({ quantile }) => quantile))];
  const quantiles =
    durations !== null && isWhole
      ? quantilesOf(
          durations,
          fractions.sort((p, q) => p - q),
        )
      : [];
  return {
    method: a.method,
    name: a.name,
    ...merged,
    responseTime: {
      count: addKnown(x.count, y.count),
      sumSeconds: addKnown(x.sumSeconds, y.sumSeconds),
      minSeconds: combine(x.minSeconds, y.minSeconds, Math.min),
      maxSeconds: combine(x.maxSeconds, y.maxSeconds, Math.max),
      medianSeconds: quantiles.find(({ quantile }) => quantile === 0.5)?.seconds ?? null,
      quantiles,
    },
    durations,
  };
}

/** Whether the distribution contains everything that was measured. */
function hasDistribution({ durations, responseTime }: RequestStats): boolean {
  return durations !== null || responseTime.count === 0;
}

/** The sum of what is known, as with counts. */
function mergeKnownDurations(a: Durations | null, b: Durations | null): Durations | null {
  if (a === null || b === null) return a ?? b;
  return mergeDurations(a, b);
}

export function mergeErrors(a: ErrorOccurrences, b: ErrorOccurrences): ErrorOccurrences {
  return { ...a, occurrences: addKnown(a.occurrences, b.occurrences) };
}

/** The sum of what is known: an odd value in one row must not cost the total of the others. */
export function addKnown(a: number | null, b: number | null): number | null {
  return combine(a, b, (x, y) => x + y);
}

function combine(
  a: number | null,
  b: number | null,
  by: (a: number, b: number) => number,
): number | null {
  if (a === null || b === null) return a ?? b;
  const total = by(a, b);
  return Number.isFinite(total) ? total : null;
}
