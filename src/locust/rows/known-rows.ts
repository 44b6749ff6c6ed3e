import { ENDPOINT_IDENTITY, ERROR_IDENTITY, pairRows, type RowIdentity } from './identity.ts';
import type { ErrorOccurrences, RequestStats, Snapshot } from '../snapshot.ts';

/** How many rows that Locust lists no more are remembered. */
export const MAX_GONE = 1000;

/**
 * What is known of the counts at a read: those of the snapshot, and where it lacks a value or a
 * row, the last ones of the reads before. So an odd value in one read neither hides that the
 * counts began again nor makes a total fall. Rows that are gone stand at the end of their list.
 *
 * @param earlier what this function returned for the read before; null where Locust's counts
 *   began again since.
 */
export function withLastKnown(earlier: Snapshot | null, current: Snapshot): Snapshot {
  if (earlier === null) return current;
  const endpoints = mergeKnownRows(
    earlier.endpoints,
    current.endpoints,
    ENDPOINT_IDENTITY,
    fillStats,
  );
  const errors = mergeKnownRows(earlier.errors, current.errors, ERROR_IDENTITY, fillError);
  return {
    ...current,
    aggregate: fillAggregate(earlier.aggregate, current.aggregate),
    endpoints: endpoints.slice(0, current.endpoints.length + MAX_GONE),
    errors: errors.slice(0, current.errors.length + MAX_GONE),
  };
}

/**
 * @param earlier what this function returned for the read before.
 * @returns the current rows, filled, and after them the earlier ones that are gone, those that
 *   went last first.
 */
export function mergeKnownRows<Row>(
  earlier: readonly Row[],
  current: readonly Row[],
  identity: RowIdentity<Row>,
  fill: (earlier: Row, current: Row) => Row,
): readonly Row[] {
  const before = pairRows(earlier, current, identity);
  const now = pairRows(current, earlier, identity);
  const filled = current.map((row, index) => {
    const same = before(index);
    return same === undefined ? row : fill(same, row);
  });
  const gone = earlier.filter((_, index) => now(index) === undefined);
  return filled.concat(gone);
}

/** @returns the current stats themselves where they lack nothing that is known. */
export function fillStats<Row extends RequestStats>(earlier: RequestStats, current: Row): Row {
  const [x, y] = [earlier.responseTime, current.responseTime];
  const lacks =
    (current.requests === null && earlier.requests !== null) ||
    (current.failures === null && earlier.failures !== null) ||
    (current.contentBytes === null && earlier.contentBytes !== null) ||
    (y.count === null && x.count !== null) ||
    (y.sumSeconds === null && x.sumSeconds !== null) ||
    (current.durations === null && earlier.durations !== null);
  if (!lacks || requestsFell(earlier, current)) return current;
  return {
    ...current,
    requests: current.requests ?? earlier.requests,
    failures: current.failures ?? earlier.failures,
    contentBytes: current.contentBytes ?? earlier.contentBytes,
    responseTime: {
      ...y,
      count: y.count ?? x.count,
      sumSeconds: y.sumSeconds ?? x.sumSeconds,
    },
    durations: current.durations ?? earlier.durations,
  };
}

export function fillError(earlier: ErrorOccurrences, current: ErrorOccurrences): ErrorOccurrences {
  if (current.occurrences !== null || earlier.occurrences === null) return current;
  return { ...current, occurrences: earlier.occurrences };
}

function fillAggregate(
  earlier: RequestStats | null,
  current: RequestStats | null,
): RequestStats | null {
  if (earlier === null || current === null) return current ?? earlier;
  return fillStats(earlier, current);
}

export function requestsFell(earlier: RequestStats, current: RequestStats): boolean {
  return (
    fell(earlier.requests, current.requests) ||
    fell(earlier.failures, current.failures) ||
    // Up to 0.9.0 this is the requests without the failures. The companion leaves out those without
    // a time, which Locust's own report does not.
    (isOfSameSource(earlier, current) &&
      fell(earlier.responseTime.count, current.responseTime.count))
  );
}

function isOfSameSource(earlier: RequestStats, current: RequestStats): boolean {
  return (earlier.durations === null) === (current.durations === null);
}

export function occurrencesFell(earlier: ErrorOccurrences, current: ErrorOccurrences): boolean {
  return fell(earlier.occurrences, current.occurrences);
}

function fell(earlier: number | null, current: number | null): boolean {
  return earlier !== null && current !== null && current < earlier;
}
