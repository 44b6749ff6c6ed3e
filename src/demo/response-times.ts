const DECADES = [
  { from: 0, stepMs: 1, below: 100 },
  { from: 10, stepMs: 10, below: 100 },
  { from: 10, stepMs: 100, below: 100 },
  { from: 10, stepMs: 1000, below: 101 },
];

const BUCKETS_MS: readonly number[] = DECADES.flatMap(({ from, stepMs, below }) =>
  Array.from({ length: below - from }, (_, index) => (from + index) * stepMs),
);

/** Counts of response times rounded to two significant digits, as Locust keeps them. */
export type ResponseTimeHistogram = Uint32Array;

export function createHistogram(): ResponseTimeHistogram {
  return new Uint32Array(BUCKETS_MS.length);
}

/** Index of the bucket for a time of at most 100 s. */
export function bucketOf(ms: number): number {
  if (Math.round(ms) < 100) return Math.round(ms);
  if (Math.round(ms / 10) < 100) return 90 + Math.round(ms / 10);
  if (Math.round(ms / 100) < 100) return 180 + Math.round(ms / 100);
  return 270 + Math.round(ms / 1000);
}

/** The bucket that `fraction` of all `count` times do not exceed; 0 when there are none. */
export function percentileMs(
  histogram: ResponseTimeHistogram,
  count: number,
  fraction: number,
): number {
  const allowedBelow = Math.floor(count * fraction);
  let below = count;
  for (let bucket = histogram.length - 1; below > 0; bucket--) {
    below -= histogram[bucket] ?? 0;
    if (below < count && below <= allowedBelow) return BUCKETS_MS[bucket] ?? 0;
  }
  return 0;
}

/** The median; of an even number, the lower one in the middle. 0 without times. */
export function medianMs(histogram: ResponseTimeHistogram, count: number): number {
  if (count === 0) return 0;
  let seen = 0;
  return BUCKETS_MS[histogram.findIndex((times) => (seen += times) > (count - 1) / 2)] ?? 0;
}
/** Response times by second, for percentiles over about the last ten seconds. */
export class RecentResponseTimes {
  readonly #bySecond = new Map<number, ResponseTimeHistogram>();

  /** The histogram to count this second's times in. */
  beginSecond(second: number): ResponseTimeHistogram {
    const histogram = createHistogram();
    this.#bySecond.set(second, histogram);
    for (const old of this.#bySecond.keys()) if (old < second - 18) this.#bySecond.delete(old);
    return histogram;
  }

  clear(): void {
    this.#bySecond.clear();
  }

  /**
   * Locust subtracts the counts of ten seconds ago, for want of them the nearest that are from
   * two to eighteen seconds old; without those there is no percentile.
   */
  percentileMs(second: number, fraction: number): number | null {
    const distance = (from: number): number => Math.abs(second - 10 - from);
    const [nearest] = [...this.#bySecond.keys()].sort((a, b) => distance(a) - distance(b));
    if (nearest === undefined || distance(nearest) > 8) return null;
    const sum = createHistogram();
    let count = 0;
    for (const [from, histogram] of this.#bySecond) {
      if (from < nearest) continue;
      histogram.forEach((times, bucket) => {
        sum[bucket] = (sum[bucket] ?? 0) + times;
        count += times;
      });
    }
    return percentileMs(sum, count, fraction);
  }
}
