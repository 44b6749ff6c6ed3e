import type { Durations } from '../locust/snapshot.ts';
import type { NativeBuckets } from './exposition/family.ts';

/** Locust rounds to whole milliseconds: its 0 is at most half of one. */
const ZERO_THRESHOLD = 0.0005;

/** Of one histogram. With schema 4 that is enough for all times from 1 ms to nine hours. */
const MAX_BUCKETS = 400;

/** Prometheus has no schema with wider buckets. */
const WIDEST_SCHEMA = -4;

/** Counts times in native buckets, in memory that the next call uses again. */
export type NativeCounter = (durations: Durations) => NativeBuckets;

/**
 * Makes what counts times in the sparse buckets of native histograms.
 *
 * Where there would be more than `maxBuckets`, the next coarser schema is taken. While counts only
 * grow it never becomes finer again, since more times never make fewer buckets. That matters:
 * Prometheus merges its older buckets when a schema is coarser than before, and takes a finer one
 * for a counter reset.
 *
 * @param schema from WIDEST_SCHEMA to 7.
 * @param maxBuckets enough for all times of a test with WIDEST_SCHEMA, which are a few.
 */
export function createNativeCounter(schema: number, maxBuckets = MAX_BUCKETS): NativeCounter {
  const positive = createRuns(maxBuckets);
  const negative = createRuns(maxBuckets);

  return (durations) => {
    const { seconds } = durations;
    let firstPositive = 0;
    while (firstPositive < seconds.length && (seconds[firstPositive] ?? 0) <= ZERO_THRESHOLD) {
      firstPositive += 1;
    }
    for (let used = schema; ; used -= 1) {
      const scale = scaleOf(used);
      // From the time nearest to 0 on, in both directions.
      addTimes(positive, durations, scale, firstPositive, 1);
      const zeroCount = addTimes(negative, durations, scale, firstPositive - 1, -1);
      if (positive.length + negative.length > maxBuckets && used > WIDEST_SCHEMA) continue;
      // Without buckets of any kind a histogram would count as a classic one.
      if (positive.spanCount === 0) addRun(positive, 0, 0);
      return { schema: used, zeroThreshold: ZERO_THRESHOLD, zeroCount, positive, negative };
    }
  };
}

/** SparseBuckets in the making. */
interface Runs {
  readonly spans: Int32Array;
  spanCount: number;
  readonly counts: Float64Array;
  length: number;
  /** What there is room for. */
  readonly capacity: number;
}

/** Up to so many empty buckets cost less than a run of its own; so does client_golang count. */
const MAX_GAP = 2;

function createRuns(maxBuckets: number): Runs {
  // One bucket more than allowed shows that there are too many; empty ones come before it.
  const capacity = maxBuckets + MAX_GAP + 1;
  return {
    ...{ spans: new Int32Array(2 * capacity), spanCount: 0 },
    ...{ counts: new Float64Array(capacity), length: 0, capacity },
  };
}

/**
 * Fills the runs with the times on one side of 0, from one place on, until there are too many buckets.
 *
 * @returns how many of them are not longer than ZERO_THRESHOLD.
 */
function addTimes(
  runs: Runs,
  { seconds, counts }: Durations,
  { firstIndex, bounds }: Scale,
  from: number,
  direction: 1 | -1,
): number {
  runs.spanCount = 0;
  runs.length = 0;
  let zeroCount = 0;
  let next = 0;
  let above = 0;
  for (let place = from; place >= 0 && place < seconds.length; place += direction) {
    const time = direction * (seconds[place] ?? 0);
    const count = counts[place] ?? 0;
    if (time <= ZERO_THRESHOLD) {
      zeroCount += count;
      continue;
    }
    if (count === 0) continue;
    if ((bounds[above] ?? Infinity) < time) above = findBound(bounds, time, above + 1);
    const gap = firstIndex + above - next;
    if (gap < 0 && runs.length > 0) {
      runs.counts[runs.length - 1] = (runs.counts[runs.length - 1] ?? 0) + count;
      continue;
    }
    if (runs.length + MAX_GAP >= runs.capacity) {
      runs.length = runs.capacity;
      break;
    }
    if (runs.length === 0 || gap > MAX_GAP) {
      addRun(runs, gap, 1);
    } else {
      for (let empty = 0; empty < gap; empty += 1) runs.counts[runs.length++] = 0;
      const last = 2 * runs.spanCount - 1;
      runs.spans[last] = (runs.spans[last] ?? 0) + gap + 1;
    }
    runs.counts[runs.length] = count;
    runs.length += 1;
    next = firstIndex + above + 1;
  }
  return zeroCount;
}

function addRun(runs: Runs, offset: number, length: number): void {
  runs.spans[2 * runs.spanCount] = offset;
  runs.spans[2 * runs.spanCount + 1] = length;
  runs.spanCount += 1;
}

/** The bounds of all buckets from ZERO_THRESHOLD to the largest number. */
interface Scale {
  /** Of the bucket that the first bound is the upper one of. */
  readonly firstIndex: number;
  readonly bounds: Float64Array;
}

/** 2^-11 is the power of two next below ZERO_THRESHOLD, 2^1024 the one above all numbers. */
const [FIRST_POWER, LAST_POWER] = [-11, 1024];

const SCALES = new Map<number, Scale>();

/** Makes the bounds of a schema when they are first needed: 130 kB with schema 4. */
function scaleOf(schema: number): Scale {
  let scale = SCALES.get(schema);
  if (scale === undefined) {
    const firstIndex = Math.floor(FIRST_POWER * 2 ** schema) + 1;
    const length = Math.ceil(LAST_POWER * 2 ** schema) - firstIndex + 1;
    const bounds = Float64Array.from({ length }, (_, place) => boundOf(firstIndex + place, schema));
    SCALES.set(schema, (scale = { firstIndex, bounds }));
  }
  return scale;
}

/**
 * The upper bound of a bucket: base^index, where base is 2^2^-schema. It is exact where it is a
 * power of two. All others are irrational, and no time of a test, which has a few decimal digits,
 * is as near to one as these are to the bounds that client_golang has in its tables.
 */
function boundOf(index: number, schema: number): number {
  const perPower = 2 ** schema;
  const power = Math.floor(index / perPower);
  const rest = index - power * perPower;
  return schema > 0 ? 2 ** (rest / perPower) * 2 ** power : 2 ** (index / perPower);
}

/** The next bounds are tried one by one: most times are near the one before. */
const NEXT_BOUNDS = 16;

/** @returns the place of the first bound that is not below a time, from the place `from` on. */
function findBound(bounds: Float64Array, seconds: number, from: number): number {
  const near = Math.min(from + NEXT_BOUNDS, bounds.length - 1);
  let low = from;
  while (low < near && (bounds[low] ?? Infinity) < seconds) low += 1;
  if (low < near) return low;
  let end = bounds.length - 1;
  while (low < end) {
    const middle = (low + end) >>> 1;
    if ((bounds[middle] ?? Infinity) < seconds) low = middle + 1;
    else end = middle;
  }
  return low;
}
