import { withLastKnown, requestsFell, occurrencesFell } from './rows/known-rows.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY, pairRows, type RowIdentity } from './rows/identity.ts';
import {
  finiteOrNull,
  isActive,
  type Durations,
  type RequestStats,
  type Snapshot,
} from './snapshot.ts';

/** What is known from the reads so far about the run of a snapshot. */
export interface RunTrack {
  readonly snapshot: Snapshot;
  /** The snapshot with what is known of the counts that it lacks. */
  readonly known: Snapshot;
  /** When the snapshot was read, Unix time. */
  readonly atSeconds: number;
  /** Whether the statistics began again since the read before, by a new run or a reset. */
  readonly began: boolean;
  /** Unix time at which the statistics began, by the run or a reset; null where that cannot be known. */
  readonly startSeconds: number | null;
  /** As the companion last reported it in this run. */
  readonly reportedStartSeconds: number | null;
}

/** @param earlier the track of the read before this one; null for the first. */
export function trackRun(
  earlier: RunTrack | null,
  snapshot: Snapshot,
  atSeconds: number,
): RunTrack {
  const active = isActive(snapshot.state);
  const began =
    earlier !== null &&
    snapshot !== earlier.snapshot &&
    ((active && !isActive(earlier.snapshot.state)) ||
      hasLaterStart(earlier.reportedStartSeconds, snapshot) ||
      countsFell(earlier.known, snapshot));
  const same = began ? null : earlier;
  const reported = reportedStart(snapshot);
  const reportedStartSeconds = latest(reported, same?.reportedStartSeconds ?? null);
  const known = knownAt(snapshot, same);
  const track = { snapshot, known, atSeconds, began, reportedStartSeconds };
  if (reported !== null) return { ...track, startSeconds: reportedStartSeconds };
  if (snapshot.state === 'ready') return { ...track, startSeconds: null };
  if (earlier !== null && !began) return { ...track, startSeconds: earlier.startSeconds };
  if (!active) return { ...track, startSeconds: null };
  const estimate = estimateStart(snapshot, atSeconds);
  return {
    ...track,
    startSeconds: earlier === null ? estimate : Math.max(estimate ?? atSeconds, earlier.atSeconds),
  };
}

/** Starts that differ by less are the same one: a run sets its two times one after the other. */
const SAME_START_SECONDS = 1;

function hasLaterStart(reportedSeconds: number | null, snapshot: Snapshot): boolean {
  const now = reportedStart(snapshot);
  return reportedSeconds !== null && now !== null && now - reportedSeconds > SAME_START_SECONDS;
}

/**
 * The start of the statistics as the companion reports it. A master takes the earliest one of its
 * workers, whose clocks may be wrong; it cannot be before that of the run.
 */
function reportedStart({ companion }: Snapshot): number | null {
  return latest(companion?.runStartSeconds ?? null, companion?.statsStartSeconds ?? null);
}

function latest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

/**
 * The same track for a snapshot that was parsed again from the same response.
 *
 * @param earlier as for trackRun.
 */
export function replaceSnapshot(
  track: RunTrack,
  snapshot: Snapshot,
  earlier: RunTrack | null,
): RunTrack {
  return { ...track, snapshot, known: knownAt(snapshot, track.began ? null : earlier) };
}

/** Leaves out the rows that are gone, so that they count as gone only once. */
function knownAt(snapshot: Snapshot, earlier: RunTrack | null): Snapshot {
  const known = withLastKnown(earlier?.known ?? null, snapshot);
  return {
    ...known,
    endpoints: known.endpoints.slice(0, snapshot.endpoints.length),
    errors: known.errors.slice(0, snapshot.errors.length),
  };
}

/**
 * Since 2.31.0 the aggregate row has its requests' mean rate since the statistics began,
 * and so the time that took up to its last request, which is just now.
 */
function estimateStart({ aggregate }: Snapshot, atSeconds: number): number | null {
  if (!aggregate?.requests || !aggregate.meanRps) return null;
  return finiteOrNull(atSeconds - aggregate.requests / aggregate.meanRps);
}

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

/**
 * Keeps totals from falling. Locust gives means; mean × count can come out lower than
 * before by rounding, and by more where its mean leaves requests out that its count has. The
 * companion, which counts those by themselves, may have come since.
 *
 * @param earlier what this function returned for the read before, with what was last known, as
 *   long as Locust's counts did not begin again. A single row's may have: it is then left alone.
 */
export function keepMonotonic(earlier: Snapshot | null, current: Snapshot): Snapshot {
  if (earlier === null) return current;
  const earlierRow = pairRows(earlier.endpoints, current.endpoints, ENDPOINT_IDENTITY);
  return {
    ...current,
    aggregate: current.aggregate && keepRowMonotonic(earlier.aggregate, current.aggregate),
    endpoints: current.endpoints.map((row, index) => keepRowMonotonic(earlierRow(index), row)),
  };
}

function keepRowMonotonic<Row extends RequestStats>(
  earlier: RequestStats | null | undefined,
  row: Row,
): Row {
  if (!earlier || requestsFell(earlier, row)) return row;
  const [before, now] = [earlier.responseTime, row.responseTime];
  const contentBytes = maxKnown(earlier.contentBytes, row.contentBytes);
  const count = maxKnown(before.count, now.count);
  const sumSeconds = maxKnown(before.sumSeconds, now.sumSeconds);
  const durations = row.durations && keepSum(earlier.durations, row.durations);
  const isSame =
    contentBytes === row.contentBytes &&
    count === now.count &&
    sumSeconds === now.sumSeconds &&
    durations === row.durations;
  if (isSame) return row;
  return { ...row, contentBytes, responseTime: { ...now, count, sumSeconds }, durations };
}

function keepSum(earlier: Durations | null, current: Durations): Durations {
  const sumSeconds = maxKnown(earlier?.sumSeconds ?? null, current.sumSeconds);
  return sumSeconds === current.sumSeconds ? current : { ...current, sumSeconds };
}

function maxKnown(earlier: number | null, current: number | null): number | null {
  return earlier === null || current === null ? current : Math.max(earlier, current);
}
