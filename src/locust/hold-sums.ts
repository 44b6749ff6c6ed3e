import { requestsFell } from './counts-fell.ts';
import { pairRows } from './pair-rows.ts';
import { ENDPOINT_IDENTITY } from './row-identity.ts';
import type { RequestStats, Snapshot } from './snapshot.ts';

/**
 * Keeps totals from falling. Locust gives means; mean × count can come out lower than
 * before by rounding, and by more where its mean leaves requests out that its count has.
 *
 * @param earlier what this function returned for the read before, with what was last known, as
 *   long as Locust's counts did not begin again. A single row's may have: it is then left alone.
 */
export function holdSums(earlier: Snapshot | null, current: Snapshot): Snapshot {
  if (earlier === null) return current;
  const earlierRow = pairRows(earlier.endpoints, current.endpoints, ENDPOINT_IDENTITY);
  return {
    ...current,
    aggregate: current.aggregate && holdRow(earlier.aggregate, current.aggregate),
    endpoints: current.endpoints.map((row, index) => holdRow(earlierRow(index), row)),
  };
}

function holdRow<Row extends RequestStats>(
  earlier: RequestStats | null | undefined,
  row: Row,
): Row {
  if (!earlier || requestsFell(earlier, row)) return row;
  const contentBytes = hold(earlier.contentBytes, row.contentBytes);
  const sumSeconds = hold(earlier.responseTime.sumSeconds, row.responseTime.sumSeconds);
  if (contentBytes === row.contentBytes && sumSeconds === row.responseTime.sumSeconds) return row;
  return { ...row, contentBytes, responseTime: { ...row.responseTime, sumSeconds } };
}

function hold(earlier: number | null, current: number | null): number | null {
  return earlier === null || current === null ? current : Math.max(earlier, current);
}
