import {
  createHistogram,
  percentileMs,
  type ResponseTimeHistogram,
} from './response-time-histogram.ts';

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
