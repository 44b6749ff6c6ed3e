import { bucketOf, createHistogram } from './response-time-histogram.ts';

/** Enough for Locust's rate window, which reaches twelve seconds back. */
export const SECONDS_KEPT = 16;

export interface SimulatedRequest {
  readonly responseTimeMs: number;
  readonly bytes: number;
  readonly failed: boolean;
}

/** True totals of one endpoint, or of all. */
export class RequestStats {
  /** Failed ones included, whatever the simulated version shows. */
  requests = 0;
  failures = 0;
  /** Requests that count towards the times: not the failed ones in old versions. */
  timed = 0;
  totalMs = 0;
  minMs = Infinity;
  maxMs = 0;
  bytes = 0;
  readonly histogram = createHistogram();
  readonly #requestsIn = new Uint32Array(SECONDS_KEPT);
  readonly #failuresIn = new Uint32Array(SECONDS_KEPT);

  /** Must be called once before the requests of a second are added. */
  beginSecond(second: number): void {
    this.#requestsIn[second % SECONDS_KEPT] = 0;
    this.#failuresIn[second % SECONDS_KEPT] = 0;
  }

  add(second: number, request: SimulatedRequest, isTimed: boolean, countsBytes: boolean): void {
    const slot = second % SECONDS_KEPT;
    this.requests++;
    increment(this.#requestsIn, slot);
    if (request.failed) {
      this.failures++;
      increment(this.#failuresIn, slot);
    }
    if (countsBytes) this.bytes += request.bytes;
    if (!isTimed) return;
    this.timed++;
    this.totalMs += request.responseTimeMs;
    this.minMs = Math.min(this.minMs, request.responseTimeMs);
    this.maxMs = Math.max(this.maxMs, request.responseTimeMs);
    increment(this.histogram, bucketOf(request.responseTimeMs));
  }

  /** Seconds are not cleared: a rate looks no further back than the last clearing. */
  clear(): void {
    this.requests = this.failures = this.timed = this.totalMs = this.maxMs = this.bytes = 0;
    this.minMs = Infinity;
    this.histogram.fill(0);
  }

  /** Requests in the seconds from `from` up to, not including, `to`. */
  requestsWithin(from: number, to: number): number {
    return sumOfSeconds(this.#requestsIn, from, to);
  }

  failuresWithin(from: number, to: number): number {
    return sumOfSeconds(this.#failuresIn, from, to);
  }
}

function sumOfSeconds(counts: Uint32Array, from: number, to: number): number {
  let sum = 0;
  for (let second = from; second < to; second++) sum += counts[second % SECONDS_KEPT] ?? 0;
  return sum;
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}
