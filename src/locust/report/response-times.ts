import type { Durations } from '../snapshot.ts';

/** Different times that one row may have; Locust's own rounding makes some 400. */
export const MAX_TIMES = 2 ** 14;

const DIGIT_BITS = 8;
const DIGITS = 2 ** DIGIT_BITS;

/** Sorts the response times of one row after another: how many requests took how long. */
export class ResponseTimes {
  #length = 0;
  #hasNegative = false;
  /** Of the times so far, that all are whole numbers which sortByDigits takes. */
  #isWhole = true;
  #times = new Float64Array(MAX_TIMES);
  #counts = new Float64Array(MAX_TIMES);
  #spareTimes = new Float64Array(MAX_TIMES);
  #spareCounts = new Float64Array(MAX_TIMES);
  readonly #starts = new Uint32Array(DIGITS + 1);

  /** How many were added; as text, one can be there twice. */
  get length(): number {
    return this.#length;
  }

  get hasNegative(): boolean {
    return this.#hasNegative;
  }

  clear(): void {
    this.#length = 0;
    this.#hasNegative = false;
    this.#isWhole = true;
  }

  /** Up to MAX_TIMES times after `clear`. */
  add(milliseconds: number, count: number): void {
    if (count === 0) return;
    if (milliseconds < 0) this.#hasNegative = true;
    if ((milliseconds | 0) !== milliseconds || milliseconds < 0) this.#isWhole = false;
    this.#times[this.#length] = milliseconds;
    this.#counts[this.#length] = count;
    this.#length += 1;
  }

  toDurations(sumSeconds: number | null): Durations {
    if (this.#isWhole) this.#sortByDigits();
    else this.#sortByComparing();
    this.#joinEqual();
    const length = this.#length;
    const both = new Float64Array(2 * length);
    const seconds = both.subarray(0, length);
    const counts = both.subarray(length);
    for (let index = 0; index < length; index += 1) {
      seconds[index] = (this.#times[index] ?? 0) / 1000;
      counts[index] = this.#counts[index] ?? 0;
    }
    return { seconds, counts, sumSeconds };
  }

  /** A radix sort: sorting by comparing takes more time than all the rest of a report. */
  #sortByDigits(): void {
    const length = this.#length;
    let max = 0;
    for (let index = 0; index < length; index += 1) max = Math.max(max, this.#times[index] ?? 0);
    const starts = this.#starts;
    for (let shift = 0; shift < 31 && max >> shift > 0; shift += DIGIT_BITS) {
      const digitAt = (index: number) => ((this.#times[index] ?? 0) >> shift) & (DIGITS - 1);
      starts.fill(0);
      for (let index = 0; index < length; index += 1) {
        const digit = digitAt(index);
        starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
      }
      for (let digit = 1; digit < DIGITS; digit += 1) {
        starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0);
      }
      for (let index = 0; index < length; index += 1) {
        const digit = digitAt(index);
        const to = starts[digit] ?? 0;
        starts[digit] = to + 1;
        this.#spareTimes[to] = this.#times[index] ?? 0;
        this.#spareCounts[to] = this.#counts[index] ?? 0;
      }
      [this.#times, this.#spareTimes] = [this.#spareTimes, this.#times];
      [this.#counts, this.#spareCounts] = [this.#spareCounts, this.#counts];
    }
  }

  /** Where users replaced Locust's rounding. */
  #sortByComparing(): void {
    const times = this.#times.slice(0, this.#length);
    const counts = this.#counts.slice(0, this.#length);
    const order = Uint32Array.from(times.keys()).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    for (const [index, from] of order.entries()) {
      this.#times[index] = times[from] ?? 0;
      this.#counts[index] = counts[from] ?? 0;
    }
  }

  /** As text, one time can be there in two ways: `5` and `5.0`. */
  #joinEqual(): void {
    let kept = 0;
    for (let index = 1; index < this.#length; index += 1) {
      if (this.#times[index] === this.#times[kept]) {
        this.#counts[kept] = (this.#counts[kept] ?? 0) + (this.#counts[index] ?? 0);
      } else {
        kept += 1;
        if (kept === index) continue;
        this.#times[kept] = this.#times[index] ?? 0;
        this.#counts[kept] = this.#counts[index] ?? 0;
      }
    }
    if (this.#length > 0) this.#length = kept + 1;
  }
}
