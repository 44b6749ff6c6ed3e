import { bucketOf, createHistogram, medianMs, percentileMs } from './response-times.ts';
import type { SimulatedRequest } from './traffic.ts';

/** Enough for Locust's rate window, which reaches twelve seconds back. */
export const SECONDS_KEPT = 16;

/** The time that a rate is about, in seconds of the simulation. */
export interface RateClock {
  /** When the statistics began: at the last new run or reset. */
  readonly statsSince: number;
  /** The second of the last request of any endpoint. */
  readonly lastRequestSecond: number;
}

/** The statistics of one endpoint, or of all endpoints together. */
export class RequestStats {
  requests = 0;
  failures = 0;
  totalMs = 0;
  minMs = Infinity;
  maxMs = 0;
  bytes = 0;
  readonly #histogram = createHistogram();
  readonly #requestsIn = new Uint32Array(SECONDS_KEPT);
  readonly #failuresIn = new Uint32Array(SECONDS_KEPT);

  /** Must be called once before the requests of a second are added. */
  beginSecond(second: number): void {
    this.#requestsIn[second % SECONDS_KEPT] = 0;
    this.#failuresIn[second % SECONDS_KEPT] = 0;
  }

  add(second: number, { responseTimeMs, bytes, error }: SimulatedRequest): void {
    const slot = second % SECONDS_KEPT;
    this.requests++;
    increment(this.#requestsIn, slot);
    if (error !== undefined) {
      this.failures++;
      increment(this.#failuresIn, slot);
    }
    this.bytes += bytes;
    this.totalMs += responseTimeMs;
    this.minMs = Math.min(this.minMs, responseTimeMs);
    this.maxMs = Math.max(this.maxMs, responseTimeMs);
    increment(this.#histogram, bucketOf(responseTimeMs));
  }

  /** Leaves the seconds alone: a rate looks no further back than to the last clearing. */
  clear(): void {
    this.requests = this.failures = this.totalMs = this.maxMs = this.bytes = 0;
    this.minMs = Infinity;
    this.#histogram.fill(0);
  }

  percentileMs(fraction: number): number {
    return percentileMs(this.#histogram, this.requests, fraction);
  }

  /** Locust keeps the median, which is rounded, between the minimum and the maximum. */
  medianMs(): number {
    const median = medianMs(this.#histogram, this.requests);
    if (this.requests === 0) return median;
    return Math.max(Math.round(this.minMs), Math.min(Math.round(this.maxMs), median));
  }

  /** Over ten seconds that end two seconds before the last request; fewer at the beginning. */
  currentRps(clock: RateClock): number {
    return rateWithin(this.#requestsIn, clock);
  }

  currentFailuresPerSecond(clock: RateClock): number {
    return rateWithin(this.#failuresIn, clock);
  }
}

function rateWithin(counts: Uint32Array, { statsSince, lastRequestSecond }: RateClock): number {
  const end = lastRequestSecond - 2;
  const start = Math.max(end - 10, statsSince + 1);
  if (end <= start) return 0;
  let sum = 0;
  for (let second = start; second < end; second++) sum += counts[second % SECONDS_KEPT] ?? 0;
  return sum / (end - start);
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
