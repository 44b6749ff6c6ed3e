import { pairRows } from './pair-rows.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY, type RowIdentity } from './row-identity.ts';
import type { ErrorOccurrences, RequestStats, Snapshot } from './snapshot.ts';

/**
 * Whether Locust's counts began again. The aggregate decides: a test may take single rows out
 * or reset them while the run goes on. Where its requests are not known, any row decides whose
 * count is lower than before, or that is gone.
 */
export function countsFell(earlier: Snapshot, current: Snapshot): boolean {
  const [before, now] = [earlier.aggregate, current.aggregate];
  if (before !== null && now !== null) {
    if (requestsFell(before, now)) return true;
    if (before.requests !== null && now.requests !== null) return false;
  }
  return (
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
      occurrencesFell,
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

export function requestsFell(earlier: RequestStats, current: RequestStats): boolean {
  return (
    fell(earlier.requests, current.requests) ||
    fell(earlier.failures, current.failures) ||
    // Up to 0.9.0 this is the requests without the failures.
    fell(earlier.responseTime.count, current.responseTime.count)
  );
}

export function occurrencesFell(earlier: ErrorOccurrences, current: ErrorOccurrences): boolean {
  return fell(earlier.occurrences, current.occurrences);
}

function fell(earlier: number | null, current: number | null): boolean {
  return earlier !== null && current !== null && current < earlier;
}
