import { countDurations } from '../locust/durations.ts';
import type { Durations } from '../locust/snapshot.ts';
import type { ClassicBuckets, HistogramValue } from './exposition/family.ts';
import { createNativeCounter } from './native-buckets.ts';

export interface HistogramSettings {
  /** Of native histograms, from 0 to 7: each power of two has 2^schema buckets. */
  readonly schema: number;
  /** Which histograms have classic buckets. The text formats contain no others. */
  readonly classic: 'all' | 'aggregated' | 'off';
  /** Upper bounds of the classic buckets in seconds, in ascending order. */
  readonly bounds: readonly number[];
}

export const DEFAULT_HISTOGRAMS: HistogramSettings = {
  schema: 4,
  classic: 'all',
  bounds: [
    ...[0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.075],
    ...[0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75],
    ...[1, 1.5, 2, 3, 5, 10, 30, 60],
  ],
};

/** Makes histograms of distributions. */
export interface Histograms {
  readonly ofEndpoint: (durations: Durations) => HistogramValue;
  readonly ofAggregate: (durations: Durations) => HistogramValue;
}

export function createHistograms({ schema, classic, bounds }: HistogramSettings): Histograms {
  const toNative = createNativeCounter(schema);
  const toHistogram = (durations: Durations, hasClassic: boolean): HistogramValue => ({
    count: countDurations(durations),
    sum: durations.sumSeconds,
    classic: hasClassic ? toClassicBuckets(durations, bounds) : null,
    native: () => toNative(durations),
  });
  return {
    ofEndpoint: (durations) => toHistogram(durations, classic === 'all'),
    ofAggregate: (durations) => toHistogram(durations, classic !== 'off'),
  };
}

/**
 * Counts times up to each bound; one of exactly a bound counts in it.
 *
 * @param bounds in ascending order.
 */
export function toClassicBuckets(
  { seconds, counts }: Durations,
  bounds: readonly number[],
): ClassicBuckets {
  const cumulativeCounts: number[] = [];
  let count = 0;
  let place = 0;
  for (const bound of bounds) {
    for (; place < seconds.length && (seconds[place] ?? Infinity) <= bound; place += 1) {
      count += counts[place] ?? 0;
    }
    cumulativeCounts.push(count);
  }
  return { bounds, cumulativeCounts };
}
