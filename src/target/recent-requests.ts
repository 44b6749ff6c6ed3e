import { countDurations, quantilesOf } from '../locust/durations.ts';
import { ENDPOINT_IDENTITY, pairRows } from '../locust/rows/identity.ts';
import { requestsFell } from '../locust/rows/known-rows.ts';
import type { Durations, Endpoint, Quantile, RequestStats, Snapshot } from '../locust/snapshot.ts';

/** The percentiles of the requests of about the last minute, as far back as is known. */
export interface RecentPercentiles {
  /** How far back the requests go. */
  readonly seconds: number;
  /** Which percentiles there are, in ascending order. */
  readonly fractions: readonly number[];
  /** None where it had no requests. */
  readonly aggregate: readonly Quantile[];
  /** @param index of the row in `endpoints` of the snapshot. */
  readonly ofEndpoint: (index: number) => readonly Quantile[];
}

const FRACTIONS = [0.5, 0.95, 0.99];

/** Keeps what is needed of one snapshot after another to know the requests of the last minute. */
export interface RecentRequests {
  /** @param nowMs of a clock that never jumps. */
  add(snapshot: Snapshot, nowMs: number): void;
  /**
   * Of the snapshot that was added last, compared with the one of about a minute before.
   *
   * @returns null without the companion, and before there is anything to compare with.
   */
  percentiles(): RecentPercentiles | null;
}

const WINDOW_MS = 60_000;

/** A snapshot is kept no more often than this; the window can be longer by this much. */
const SPACING_MS = 15_000;

/** Different response times in all that is kept, at 16 bytes each; more of them make the window shorter. */
const MAX_KEPT_TIMES = 2 ** 20;

interface Kept {
  readonly atMs: number;
  readonly aggregate: RequestStats | null;
  readonly endpoints: readonly Endpoint[];
  readonly times: number;
}

export function createRecentRequests(): RecentRequests {
  /** The oldest first. */
  let kept: Kept[] = [];
  let last: { readonly snapshot: Snapshot; readonly atMs: number } | null = null;

  return {
    add(snapshot, nowMs) {
      if (snapshot === last?.snapshot) return;
      if (snapshot.companion === null) {
        [kept, last] = [[], null];
        return;
      }
      const { aggregate, endpoints } = snapshot;
      const before = last?.snapshot.aggregate ?? null;
      if (before !== null && aggregate !== null && requestsFell(before, aggregate)) {
        // All that was counted since is recent.
        kept = [{ atMs: last?.atMs ?? nowMs, aggregate: null, endpoints: [], times: 0 }];
      }
      last = { snapshot, atMs: nowMs };
      const newest = kept.at(-1);
      if (newest === undefined || nowMs - newest.atMs >= SPACING_MS) {
        kept.push({ atMs: nowMs, aggregate, endpoints, times: countTimes(endpoints) });
      }
      kept = withinLimits(kept, nowMs);
    },
    percentiles() {
      const [base] = kept;
      if (last === null || base === undefined || base.atMs === last.atMs) return null;
      const { endpoints, aggregate } = last.snapshot;
      const earlier = pairRows(base.endpoints, endpoints, ENDPOINT_IDENTITY);
      return {
        fractions: FRACTIONS,
        seconds: (last.atMs - base.atMs) / 1000,
        aggregate: quantilesSince(base.aggregate, aggregate),
        ofEndpoint: (index) => quantilesSince(earlier(index) ?? null, endpoints[index] ?? null),
      };
    },
  };
}

function countTimes(endpoints: readonly Endpoint[]): number {
  return endpoints.reduce((sum, { durations }) => sum + (durations?.seconds.length ?? 0), 0);
}

/** Leaves one from a minute ago or longer, and no more of them than there is room for. */
function withinLimits(kept: readonly Kept[], nowMs: number): Kept[] {
  let first = kept.findLastIndex(({ atMs }) => nowMs - atMs >= WINDOW_MS);
  first = Math.max(0, first);
  let times = kept.slice(first).reduce((sum, one) => sum + one.times, 0);
  while (times > MAX_KEPT_TIMES && first < kept.length - 1) {
    times -= kept[first]?.times ?? 0;
    first += 1;
  }
  return kept.slice(first);
}

function quantilesSince(earlier: RequestStats | null, current: RequestStats | null): Quantile[] {
  const now = current?.durations ?? null;
  if (now === null) return [];
  const recent = subtract(now, earlier?.durations ?? null);
  return countDurations(recent) === 0 ? [] : quantilesOf(recent, FRACTIONS);
}

/** All of the current ones where the row began again. */
function subtract(current: Durations, earlier: Durations | null): Durations {
  if (earlier === null) return current;
  const { seconds } = current;
  const counts = Float64Array.from(current.counts);
  let from = 0;
  for (let index = 0; index < earlier.seconds.length; index += 1) {
    const time = earlier.seconds[index] ?? 0;
    while ((seconds[from] ?? Infinity) < time) from += 1;
    const left = seconds[from] === time ? (counts[from] ?? 0) - (earlier.counts[index] ?? 0) : -1;
    if (left < 0) return current;
    counts[from] = left;
  }
  return { seconds, counts, sumSeconds: null };
}
