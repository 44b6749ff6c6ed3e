import { isActive } from './runner-state.ts';
import type { RequestStats, Snapshot } from './snapshot.ts';

/** Locust's window of ten seconds ends two seconds before the last request. */
const WINDOW_MS = 12_000;

/** Until when the request count stood where it stands. */
export interface Standstill {
  readonly requests: number;
  readonly sinceMs: number;
}

/**
 * @param known a snapshot with what is known of the counts that it lacks: an odd count must not
 *   seem to be a new one.
 * @param nowMs of a clock that never jumps.
 */
export function trackStandstill(
  earlier: Standstill | null,
  known: Snapshot,
  nowMs: number,
): Standstill {
  const requests =
    known.aggregate?.requests ??
    known.endpoints.reduce((sum, endpoint) => sum + (endpoint.requests ?? 0), 0);
  return earlier?.requests === requests ? earlier : { requests, sinceMs: nowMs };
}

/**
 * Locust relates its rates to the last request, not to now: they freeze when requests end.
 * Once no user is at work, or no request has come for as long as the window is, rates
 * become 0 and the window's percentiles end.
 */
export function settleRates(snapshot: Snapshot, standstill: Standstill, nowMs: number): Snapshot {
  if (isActive(snapshot.state) && nowMs - standstill.sinceMs <= WINDOW_MS) return snapshot;
  return endRates(snapshot);
}

const ended = new WeakMap<Snapshot, Snapshot>();

/** Rates that are 0, and no percentiles of the window. @returns the same for the same one */
export function endRates(snapshot: Snapshot): Snapshot {
  const before = ended.get(snapshot);
  if (before !== undefined) return before;
  const settled = settle(snapshot);
  ended.set(snapshot, settled);
  return settled;
}

function settle(snapshot: Snapshot): Snapshot {
  return {
    ...snapshot,
    totalRps: zero(snapshot.totalRps),
    totalFailuresPerSecond: zero(snapshot.totalFailuresPerSecond),
    currentQuantiles: [],
    aggregate: snapshot.aggregate && settleRow(snapshot.aggregate),
    endpoints: snapshot.endpoints.map(settleRow),
  };
}

function settleRow<Row extends RequestStats>(row: Row): Row {
  return {
    ...row,
    currentRps: zero(row.currentRps),
    currentFailuresPerSecond: zero(row.currentFailuresPerSecond),
  };
}

/** A rate that this Locust does not report stays unreported. */
function zero(rate: number | null): number | null {
  return rate === null ? null : 0;
}
