import type { Durations } from '../snapshot.ts';

/** Different times that one row may have; Locust's own rounding makes some 400. */
export const MAX_TIMES = 2 ** 14;

/** Where the times of a row belong, in the order in which they came. */
export interface TimesOrder {
  readonly seconds: Float64Array;
  /** The place in `seconds` of each. */
  readonly places: Uint16Array;
}

/**
 * Sorts the response times of one row after another: how many requests took how long. Locust keeps
 * the times of a row in the order in which they were first seen, so that nearly always they come as
 * in the read before, and then need no sorting.
 */
export class ResponseTimes {
  #length = 0;
  #hasNegative = false;
  /** That of the read before, as long as the times come so. */
  #expected: TimesOrder | null = null;
  #order: TimesOrder | null = null;
  readonly #counts = new Float64Array(MAX_TIMES);
  readonly #times = new Float64Array(MAX_TIMES);

  /** How many were added; as text, one can be there twice. */
  get length(): number {
    return this.#length;
  }

  get hasNegative(): boolean {
    return this.#hasNegative;
  }

  /** Of the times that `toDurations` returned last; null where one of them came twice. */
  get order(): TimesOrder | null {
    return this.#order;
  }

  /** @param expected the order of the same row in the read before, where it is known. */
  clear(expected: TimesOrder | null = null): void {
    this.#length = 0;
    this.#hasNegative = false;
    this.#expected = expected;
  }

  /** Up to MAX_TIMES times after `clear`. */
  add(milliseconds: number, count: number): void {
    if (count === 0) return;
    const index = this.#length;
    this.#length = index + 1;
    this.#times[index] = milliseconds;
    this.#counts[index] = count;
    if (milliseconds < 0) this.#hasNegative = true;
    const expected = this.#expected;
    if (expected === null) return;
    const place = expected.places[index] ?? MAX_TIMES;
    if (expected.seconds[place] !== milliseconds / 1000) this.#expected = null;
  }

  toDurations(sumSeconds: number | null): Durations {
    const isExpected = this.#expected?.places.length === this.#length;
    const order = isExpected ? this.#expected : this.#sort();
    if (order === null) return this.#joinEqual(sumSeconds);
    this.#order = order;
    const { seconds, places } = order;
    const counts = new Float64Array(places.length);
    const given = this.#counts;
    for (let index = 0; index < places.length; index += 1) {
      counts[places[index] ?? 0] = given[index] ?? 0;
    }
    return { seconds, counts, sumSeconds };
  }

  /** @returns null if one time is there more than once. */
  #sort(): TimesOrder | null {
    const times = this.#times.subarray(0, this.#length);
    const sorted = times.slice().sort();
    for (let place = 1; place < sorted.length; place += 1) {
      if (sorted[place] === sorted[place - 1]) return null;
    }
    const places = new Uint16Array(times.length);
    const seconds = new Float64Array(times.length);
    for (let index = 0; index < times.length; index += 1) {
      places[index] = placeOf(sorted, times[index] ?? 0);
      seconds[index] = (sorted[index] ?? 0) / 1000;
    }
    return { seconds, places };
  }

  /** In JSON, one time can be there in two ways: `5` and `5.0`. */
  #joinEqual(sumSeconds: number | null): Durations {
    this.#order = null;
    const counts = new Map<number, number>();
    for (let index = 0; index < this.#length; index += 1) {
      const time = this.#times[index] ?? 0;
      counts.set(time, (counts.get(time) ?? 0) + (this.#counts[index] ?? 0));
    }
    const times = Float64Array.from(counts.keys()).sort();
    return {
      seconds: times.map((milliseconds) => milliseconds / 1000),
      counts: times.map((milliseconds) => counts.get(milliseconds) ?? 0),
      sumSeconds,
    };
  }
}

/** @param sorted in ascending order, with the time in it. */
function placeOf(sorted: Float64Array, time: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] ?? 0) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
