import type { Durations } from '../snapshot.ts';

/** Different times that one row may have; Locust's own rounding makes some 400. */
export const MAX_TIMES = 2 ** 14;

const DIGIT_BITS = 8;
const DIGITS = 2 ** DIGIT_BITS;

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
  /** Of the times so far, that all are whole numbers which sortByDigits takes. */
  #isWhole = true;
  /** That of the read before, as long as the times come so. */
  #expected: TimesOrder | null = null;
  #order: TimesOrder | null = null;
  readonly #counts = new Float64Array(MAX_TIMES);
  #times = new Float64Array(MAX_TIMES);
  #spareTimes = new Float64Array(MAX_TIMES);
  /** The places in which the sorted times came. */
  #sources = new Uint16Array(MAX_TIMES);
  #spareSources = new Uint16Array(MAX_TIMES);
  readonly #starts = new Uint32Array(DIGITS + 1);

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
    this.#isWhole = true;
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
    if ((milliseconds | 0) !== milliseconds || milliseconds < 0) this.#isWhole = false;
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

  /** @returns null where one time is there more than once. */
  #sort(): TimesOrder | null {
    const length = this.#length;
    for (let index = 0; index < length; index += 1) this.#sources[index] = index;
    if (this.#isWhole) this.#sortByDigits();
    else this.#sortByComparing();
    const [times, sources] = [this.#times, this.#sources];
    const seconds = new Float64Array(length);
    const places = new Uint16Array(length);
    for (let place = 0; place < length; place += 1) {
      const time = times[place] ?? 0;
      if (place > 0 && times[place - 1] === time) return null;
      seconds[place] = time / 1000;
      places[sources[place] ?? 0] = place;
    }
    return { seconds, places };
  }

  /** A radix sort: sorting by comparing takes more time than all the rest of a report. */
  #sortByDigits(): void {
    let max = 0;
    for (const time of this.#times.subarray(0, this.#length)) if (time > max) max = time;
    for (let shift = 0; shift < 31 && max >> shift > 0; shift += DIGIT_BITS) {
      this.#sortByDigit(shift);
      [this.#times, this.#spareTimes] = [this.#spareTimes, this.#times];
      [this.#sources, this.#spareSources] = [this.#spareSources, this.#sources];
    }
  }

  #sortByDigit(shift: number): void {
    const length = this.#length;
    const [times, sources, starts] = [this.#times, this.#sources, this.#starts];
    const [sortedTimes, sortedSources] = [this.#spareTimes, this.#spareSources];
    starts.fill(0);
    for (let index = 0; index < length; index += 1) {
      const digit = ((times[index] ?? 0) >> shift) & (DIGITS - 1);
      starts[digit + 1] = (starts[digit + 1] ?? 0) + 1;
    }
    let start = 0;
    for (let digit = 1; digit < DIGITS; digit += 1) {
      start += starts[digit] ?? 0;
      starts[digit] = start;
    }
    for (let index = 0; index < length; index += 1) {
      const time = times[index] ?? 0;
      const digit = (time >> shift) & (DIGITS - 1);
      const to = starts[digit] ?? 0;
      starts[digit] = to + 1;
      sortedTimes[to] = time;
      sortedSources[to] = sources[index] ?? 0;
    }
  }

  /** Where users replaced Locust's rounding. */
  #sortByComparing(): void {
    const times = this.#times.slice(0, this.#length);
    const sources = this.#sources.subarray(0, this.#length);
    sources.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
    for (const [place, source] of sources.entries()) this.#times[place] = times[source] ?? 0;
  }

  /** As text, one time can be there in two ways: `5` and `5.0`. The times are sorted. */
  #joinEqual(sumSeconds: number | null): Durations {
    this.#order = null;
    const counts = new Map<number, number>();
    for (let place = 0; place < this.#length; place += 1) {
      const time = this.#times[place] ?? 0;
      const count = this.#counts[this.#sources[place] ?? 0] ?? 0;
      counts.set(time, (counts.get(time) ?? 0) + count);
    }
    const seconds = Float64Array.from(counts.keys(), (milliseconds) => milliseconds / 1000);
    return { seconds, counts: Float64Array.from(counts.values()), sumSeconds };
  }
}
