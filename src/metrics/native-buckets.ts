import type { Durations } from '../locust/snapshot.ts';
import type { NativeBuckets } from './exposition/family.ts';

/** Locust rounds to whole milliseconds: its 0 is at most half of one. */
const ZERO_THRESHOLD = 0.0005;

/** Of one histogram. With schema 4 that is enough for all times from 1 ms to nine hours. */
const MAX_BUCKETS = 400;

/** The finest that HISTOGRAM_SCHEMA can be, and the one of Prometheus with the widest buckets. */
const FINEST_SCHEMA = 7;
const WIDEST_SCHEMA = -4;

/**
 * Counts times in the sparse buckets of a native histogram.
 *
 * Where there would be more than `maxBuckets`, the next coarser schema is taken. While counts only
 * grow it never becomes finer again, since more times never make fewer buckets. That matters:
 * Prometheus merges its older buckets when a schema is coarser than before, and takes a finer one
 * for a counter reset.
 *
 * @param schema from WIDEST_SCHEMA to FINEST_SCHEMA.
 */
export function toNativeBuckets(
  durations: Durations,
  schema: number,
  maxBuckets = MAX_BUCKETS,
): NativeBuckets {
  const { seconds, counts } = durations;
  const scale = scaleOf(schema);
  const positive = createRuns();
  const negative = createRuns();
  let zeroCount = 0;
  let firstPositive = 0;
  while (firstPositive < seconds.length && (seconds[firstPositive] ?? 0) <= ZERO_THRESHOLD) {
    firstPositive += 1;
  }
  for (let place = firstPositive, above = 0; place < seconds.length; place += 1) {
    above = findBound(scale.bounds, seconds[place] ?? 0, above);
    addCount(positive, scale.firstIndex + above, counts[place] ?? 0);
  }
  // From the time nearest to 0 on, as those above it.
  for (let place = firstPositive - 1, above = 0; place >= 0; place -= 1) {
    const time = -(seconds[place] ?? 0);
    if (time <= ZERO_THRESHOLD) {
      zeroCount += counts[place] ?? 0;
    } else {
      above = findBound(scale.bounds, time, above);
      addCount(negative, scale.firstIndex + above, counts[place] ?? 0);
    }
  }
  const isTooMany = positive.counts.length + negative.counts.length > maxBuckets;
  if (isTooMany && schema > WIDEST_SCHEMA) {
    return toNativeBuckets(durations, schema - 1, maxBuckets);
  }
  // Without buckets of any kind a histogram would count as a classic one.
  if (positive.spans.length === 0) positive.spans.push(0, 0);
  return {
    ...{ schema, zeroThreshold: ZERO_THRESHOLD, zeroCount },
    positive: { spans: positive.spans, counts: positive.counts },
    negative: { spans: negative.spans, counts: negative.counts },
  };
}

/** SparseBuckets in the making. */
interface Runs {
  readonly spans: number[];
  readonly counts: number[];
  /** Of the bucket after the last one. */
  next: number;
}

function createRuns(): Runs {
  return { spans: [], counts: [], next: 0 };
}

/** Up to so many empty buckets cost less than a run of its own; so does client_golang count. */
const MAX_GAP = 2;

/** @param index follows the one before, or is the same. */
function addCount(runs: Runs, index: number, count: number): void {
  if (count === 0) return;
  const { spans, counts } = runs;
  const last = counts.length - 1;
  const gap = index - runs.next;
  if (last >= 0 && gap < 0) {
    counts[last] = (counts[last] ?? 0) + count;
    return;
  }
  if (last < 0 || gap > MAX_GAP) {
    spans.push(gap, 1);
  } else {
    for (let empty = 0; empty < gap; empty += 1) counts.push(0);
    spans[spans.length - 1] = (spans[spans.length - 1] ?? 0) + gap + 1;
  }
  counts.push(count);
  runs.next = index + 1;
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

/**
 * Finds the bucket `(base^(index-1), base^index]` of a time. A logarithm would be wrong by one at
 * the bounds.
 *
 * @param seconds above ZERO_THRESHOLD.
 */
export function bucketIndex(seconds: number, schema: number): number {
  const { firstIndex, bounds } = scaleOf(schema);
  return firstIndex + findBound(bounds, seconds, 0);
}
