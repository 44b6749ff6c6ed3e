import type { Durations } from '../locust/snapshot.ts';
import type { NativeBuckets, SparseBuckets } from './exposition/family.ts';

/** Locust rounds to whole milliseconds: its 0 is at most half of one. */
const ZERO_THRESHOLD = 0.0005;

/** Of one histogram. Locust's own rounding makes no more than 230 with any schema. */
const MAX_BUCKETS = 400;

/** What HISTOGRAM_SCHEMA can be, and what Prometheus has for wider buckets than these. */
export const FINEST_SCHEMA = 7;
export const COARSEST_SCHEMA = 0;
const WIDEST_SCHEMA = -4;

/**
 * Counts times in the sparse buckets of a native histogram.
 *
 * Where there would be more than `maxBuckets`, the next coarser schema is taken. While counts only
 * grow it never becomes finer again, since more times never make fewer buckets. That matters:
 * Prometheus merges its older buckets when a schema is coarser than before, and takes a finer one
 * for a counter reset.
 *
 * @param schema from COARSEST_SCHEMA to FINEST_SCHEMA.
 */
export function toNativeBuckets(
  { seconds, counts }: Durations,
  schema: number,
  maxBuckets = MAX_BUCKETS,
): NativeBuckets {
  const positive = createBuckets();
  const negative = createBuckets();
  let zeroCount = 0;
  for (let place = 0; place < seconds.length; place += 1) {
    const time = seconds[place] ?? 0;
    const count = counts[place] ?? 0;
    if (time > ZERO_THRESHOLD) addCount(positive, bucketIndex(time, schema), count);
    else if (time < -ZERO_THRESHOLD) addCount(negative, bucketIndex(-time, schema), count);
    else zeroCount += count;
  }
  // From the time nearest to 0 on, as those above it.
  negative.indexes.reverse();
  negative.counts.reverse();
  return withinLimit({ positive, negative, zeroCount, schema }, maxBuckets);
}

/** Buckets that are not empty, by ascending index. */
interface Buckets {
  readonly indexes: number[];
  readonly counts: number[];
}

function createBuckets(): Buckets {
  return { indexes: [], counts: [] };
}

/** @param index follows the one before, or is the same. */
function addCount({ indexes, counts }: Buckets, index: number, count: number): void {
  if (count === 0) return;
  const last = counts.length - 1;
  if (indexes[last] === index) {
    counts[last] = (counts[last] ?? 0) + count;
  } else {
    indexes.push(index);
    counts.push(count);
  }
}

interface Unlimited {
  readonly positive: Buckets;
  readonly negative: Buckets;
  readonly zeroCount: number;
  readonly schema: number;
}

function withinLimit(
  { positive, negative, zeroCount, schema }: Unlimited,
  maxBuckets: number,
): NativeBuckets {
  const runs = { positive: toRuns(positive, true), negative: toRuns(negative, false) };
  const length = runs.positive.counts.length + runs.negative.counts.length;
  if (length <= maxBuckets || schema === WIDEST_SCHEMA) {
    return { schema, zeroThreshold: ZERO_THRESHOLD, zeroCount, ...runs };
  }
  const coarser = { positive: halve(positive), negative: halve(negative) };
  return withinLimit({ ...coarser, zeroCount, schema: schema - 1 }, maxBuckets);
}

/** Two neighbours become one: their upper bound is that of the second. */
function halve({ indexes, counts }: Buckets): Buckets {
  const halved = createBuckets();
  for (const [place, index] of indexes.entries()) {
    addCount(halved, Math.ceil(index / 2), counts[place] ?? 0);
  }
  return halved;
}

/** Empty buckets up to here cost less than a run of its own; so does client_golang count. */
const MAX_GAP = 2;

/** @param isNeverEmpty whether there is a run of no buckets where there are none. */
function toRuns({ indexes, counts }: Buckets, isNeverEmpty: boolean): SparseBuckets {
  const runs = { spans: [] as number[], counts: [] as number[] };
  // Without buckets of any kind a histogram would count as a classic one.
  if (indexes.length === 0 && isNeverEmpty) runs.spans.push(0, 0);
  let next = 0;
  for (let place = 0; place < indexes.length; place += 1) {
    const index = indexes[place] ?? 0;
    const gap = index - next;
    if (place === 0 || gap > MAX_GAP) runs.spans.push(gap, 0);
    else for (let empty = 0; empty < gap; empty += 1) addToRun(runs, 0);
    addToRun(runs, counts[place] ?? 0);
    next = index + 1;
  }
  return runs;
}

function addToRun({ spans, counts }: { spans: number[]; counts: number[] }, count: number): void {
  counts.push(count);
  spans[spans.length - 1] = (spans.at(-1) ?? 0) + 1;
}

/**
 * Where the powers of two from 0.5 to 1 are divided, with the finest schema. All coarser ones
 * have some of these, exactly. But for 0.5 they are irrational, and no time of a test, which has a
 * few decimal digits, is as near to one as these are to the numbers that client_golang has.
 */
const DIVISIONS = Float64Array.from(
  { length: 2 ** FINEST_SCHEMA },
  (_, place) => 2 ** (place / 2 ** FINEST_SCHEMA - 1),
);

const FLOAT = new Float64Array(1);
const WORDS = new Uint32Array(FLOAT.buffer);
const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
const HIGH_WORD = IS_LITTLE_ENDIAN ? 1 : 0;
const EXPONENT_BITS = 0x7ff;
const EXPONENT_SHIFT = 20;

/** The exponent in a float of 0.5 to 1. */
const OF_HALVES = 1022;

/**
 * Finds the bucket `(base^(index-1), base^index]` of a time, where base is 2^2^-schema. A
 * logarithm would be wrong by one at the bounds.
 *
 * @param seconds above ZERO_THRESHOLD.
 */
export function bucketIndex(seconds: number, schema: number): number {
  FLOAT[0] = seconds;
  const high = WORDS[HIGH_WORD] ?? 0;
  const exponent = ((high >>> EXPONENT_SHIFT) & EXPONENT_BITS) - OF_HALVES;
  WORDS[HIGH_WORD] = high - (exponent << EXPONENT_SHIFT);
  const fraction = FLOAT[0];
  // The first division that is not below it.
  const step = 2 ** (FINEST_SCHEMA - schema);
  let [low, end] = [0, 2 ** schema];
  while (low < end) {
    const middle = (low + end) >>> 1;
    if ((DIVISIONS[middle * step] ?? 1) < fraction) low = middle + 1;
    else end = middle;
  }
  return low + (exponent - 1) * 2 ** schema;
}
