import { pairRows } from './pair-rows.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY, type RowIdentity } from './row-identity.ts';
import type { RequestStats, Snapshot } from './snapshot.ts';

/**
 * Whether any of Locust's counts is lower than before, or a row is gone: either means that
 * all its counts began again.
 */
export function countsFell(earlier: Snapshot, current: Snapshot): boolean {
  return (
    (earlier.aggregate !== null &&
      current.aggregate !== null &&
      requestsFell(earlier.aggregate, current.aggregate)) ||
    rowsFell(
      earlier.endpoints,
      current.endpoints,
      ENDPOINT_IDENTITY,
      requestsFell,
      current.endpointsTruncated,
    ) ||
    rowsFell(
      earlier.errors,
      current.errors,
      ERROR_IDENTITY,
      (a, b) => fell(a.occurrences, b.occurrences),
      current.errorsTruncated,
    )
  );
}

/** @param truncated whether rows may be missing from `current` for want of room. */
function rowsFell<Row>(
  earlier: readonly Row[],
  current: readonly Row[],
  identity: RowIdentity<Row>,
  rowFell: (earlier: Row, current: Row) => boolean,
  truncated: boolean,
): boolean {
  const now = pairRows(current, earlier, identity);
  return earlier.some((row, index) => {
    const same = now(index);
    return same === undefined ? !truncated : rowFell(row, same);
  });
}

function requestsFell(earlier: RequestStats, current: RequestStats): boolean {
  return (
    fell(earlier.requests, current.requests) ||
    fell(earlier.failures, current.failures) ||
    // Up to 0.9.0 this is the requests without the failures.
    fell(earlier.responseTime.count, current.responseTime.count)
  );
}

function fell(earlier: number | null, current: number | null): boolean {
  return earlier !== null && current !== null && current < earlier;
}
