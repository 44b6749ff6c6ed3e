import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Durations } from '../../src/locust/snapshot.ts';
import type { SparseBuckets } from '../../src/metrics/exposition/family.ts';
import { toClassicBuckets } from '../../src/metrics/histograms.ts';
import { createNativeCounter } from '../../src/metrics/native-buckets.ts';
import { durationsOf } from '../helpers/companion-report.ts';

const SCHEMAS = [0, 1, 2, 3, 4, 5, 6, 7];

/**
 * Whether so many milliseconds are at most base^index, where base is 2^2^-schema, in whole numbers:
 * both sides to the power of 2^schema.
 */
function isAtMost(ms: number, index: number, schema: number): boolean {
  const power = 2n ** BigInt(schema);
  const [left, right] = [BigInt(ms) ** power, 1000n ** power];
  return index >= 0 ? left <= right << BigInt(index) : left << BigInt(-index) <= right;
}

/** A copy, without the memory that is not used. */
function toNativeBuckets(durations: Durations, schema: number, maxBuckets?: number) {
  const { positive, negative, ...others } = createNativeCounter(schema, maxBuckets)(durations);
  return { ...others, positive: copy(positive), negative: copy(negative) };
}

function copy({ spans, spanCount, counts, length }: SparseBuckets): Runs {
  return {
    spans: Array.from(spans).slice(0, 2 * spanCount),
    counts: Array.from(counts).slice(0, length),
  };
}

interface Runs {
  readonly spans: readonly number[];
  readonly counts: readonly number[];
}

/** The index of the one bucket that a time is in. */
function bucketIndex(seconds: number, schema: number): number {
  const durations = {
    seconds: Float64Array.of(seconds),
    counts: Float64Array.of(1),
    sumSeconds: 0,
  };
  return toNativeBuckets(durations, schema).positive.spans[0]!;
}

function expand({ spans, counts }: Runs): Map<number, number> {
  const buckets = new Map<number, number>();
  let [index, place] = [0, 0];
  for (let span = 0; span < spans.length; span += 2) {
    index += spans[span]!;
    for (let length = spans[span + 1]!; length > 0; length -= 1) {
      buckets.set(index, counts[place]!);
      index += 1;
      place += 1;
    }
  }
  assert.equal(place, counts.length);
  return buckets;
}

function total({ zeroCount, positive, negative }: ReturnType<typeof toNativeBuckets>): number {
  return [...positive.counts, ...negative.counts].reduce((sum, count) => sum + count, zeroCount);
}

describe('the bucket of a time', () => {
  it('is the one whose bounds it lies between, the upper one included, by whole numbers', () => {
    const grid = [...Array(400).keys(), 990, 1000, 1500, 9900, 10_000, 61_000, 3_600_000];
    for (const schema of SCHEMAS) {
      for (const ms of grid.slice(1)) {
        const index = bucketIndex(ms / 1000, schema);
        assert.ok(isAtMost(ms, index, schema), `${ms} ms, ${schema}: above bucket ${index}`);
        assert.ok(!isAtMost(ms, index - 1, schema), `${ms} ms, ${schema}: below bucket ${index}`);
      }
    }
  });

  it('ends at each power of two', () => {
    for (const schema of SCHEMAS) {
      for (let power = -10; power <= 1023; power += 1) {
        const bound = 2 ** power;
        assert.equal(bucketIndex(bound, schema), power * 2 ** schema);
        assert.equal(bucketIndex(bound * (1 + Number.EPSILON), schema), power * 2 ** schema + 1);
      }
    }
  });
});

describe('native buckets', () => {
  it('have what is not longer than half a millisecond in the one at 0', () => {
    const { zeroCount, positive, negative } = toNativeBuckets(
      durationsOf({ [-0.51]: 1, [-0.5]: 2, 0: 4, 0.5: 8, 0.51: 16 }),
      4,
    );
    assert.equal(zeroCount, 14);
    assert.deepEqual(negative.counts, [1]);
    assert.deepEqual(positive.counts, [16]);
  });

  it('are runs, across no more than two empty ones', () => {
    const at = (...indexes: number[]) =>
      durationsOf(Object.fromEntries(indexes.map((index) => [1000 * 2 ** index, index + 10])));
    assert.deepEqual(toNativeBuckets(at(0, 1, 4, 8, 9), 0).positive, {
      spans: [0, 5, 3, 2],
      counts: [10, 11, 0, 0, 14, 18, 19],
    });
    assert.deepEqual(toNativeBuckets(at(-3), 0).positive, { spans: [-3, 1], counts: [7] });
  });

  it('of negative times mirror those of positive ones', () => {
    const counts = { 1: 5, 7: 6, 40: 7, 41: 8, 2500: 9 };
    const mirrored = Object.fromEntries(
      Object.entries(counts).map(([ms, count]) => [-Number(ms), count]),
    );
    assert.deepEqual(
      toNativeBuckets(durationsOf(mirrored), 4).negative,
      toNativeBuckets(durationsOf(counts), 4).positive,
    );
  });

  it('of no times are a run of none, or they would pass for classic ones', () => {
    assert.deepEqual(toNativeBuckets(durationsOf({}), 4), {
      ...{ schema: 4, zeroThreshold: 0.0005, zeroCount: 0 },
      positive: { spans: [0, 0], counts: [] },
      negative: { spans: [], counts: [] },
    });
  });

  it('become wider when there are too many', () => {
    const many = durationsOf(
      Object.fromEntries(Array.from({ length: 3000 }, (_, index) => [(index + 1) / 2, 1])),
    );
    const found = toNativeBuckets(many, 7);
    assert.equal(found.schema, 5);
    assert.ok(found.positive.counts.length <= 400);
    assert.deepEqual(found, toNativeBuckets(many, 5));
    assert.ok(toNativeBuckets(many, 6, 1e5).positive.counts.length > 400);
    // As wide as Prometheus has them, and no wider.
    assert.equal(toNativeBuckets(many, 7, 2).schema, -4);
  });
});

const anyCounts = fc.dictionary(
  fc
    .oneof(
      fc.integer({ min: 0, max: 120 }),
      fc.integer({ min: 0, max: 100 }).map((tens) => tens * 10),
      fc.integer({ min: 1, max: 70 }).map((seconds) => seconds * 1000),
      fc.integer({ min: -12, max: 6 }).map((power) => 1000 * 2 ** power),
      fc.constantFrom(-3, -250, 0.3, 125, 250, 1e9),
    )
    .map(String),
  fc.integer({ min: 1, max: 1e12 }),
  { noNullPrototype: true },
) as fc.Arbitrary<Record<number, number>>;

it('native buckets hold every time once', () => {
  fc.assert(
    fc.property(
      anyCounts,
      fc.constantFrom(...SCHEMAS),
      fc.integer({ min: 3, max: 60 }),
      (counts, schema, max) => {
        const all = Object.values(counts).reduce((sum, count) => sum + count, 0);
        assert.equal(total(toNativeBuckets(durationsOf(counts), schema, max)), all);
      },
    ),
  );
});

it('classic and native buckets agree where they have the same bound', () => {
  const bounds = Array.from({ length: 16 }, (_, index) => 2 ** (index - 9));
  fc.assert(
    fc.property(anyCounts, fc.constantFrom(...SCHEMAS), (counts, schema) => {
      const native = toNativeBuckets(durationsOf(counts), schema, 1e5);
      const { cumulativeCounts } = toClassicBuckets(durationsOf(counts), bounds);
      const buckets = expand(native.positive);
      const below = native.negative.counts.reduce((sum, count) => sum + count, native.zeroCount);
      for (const [place, bound] of bounds.entries()) {
        const last = Math.log2(bound) * 2 ** schema;
        const sum = [...buckets].reduce(
          (s, [index, count]) => s + (index <= last ? count : 0),
          below,
        );
        assert.equal(cumulativeCounts[place], sum, `${bound} s`);
      }
    }),
  );
});

it('no bucket falls and no schema becomes finer while times only come in', () => {
  fc.assert(
    fc.property(
      anyCounts,
      anyCounts,
      fc.constantFrom(...SCHEMAS),
      fc.integer({ min: 3, max: 60 }),
      (before, more, schema, max) => {
        const after: Record<number, number> = { ...before };
        for (const [ms, count] of Object.entries(more)) {
          after[Number(ms)] = (after[Number(ms)] ?? 0) + count;
        }
        const now = toNativeBuckets(durationsOf(after), schema, max);
        const first = toNativeBuckets(durationsOf(before), schema, max);
        assert.ok(now.schema <= first.schema);
        // Prometheus merges the earlier ones to compare; by hand, that is the coarser schema.
        const earlier =
          now.schema >= 0 ? toNativeBuckets(durationsOf(before), now.schema, 1e5) : null;
        for (const sign of ['positive', 'negative'] as const) {
          const buckets = expand(now[sign]);
          for (const [index, count] of earlier === null ? [] : expand(earlier[sign])) {
            assert.ok((buckets.get(index) ?? 0) >= count);
          }
        }
        const bounds = [0.005, 0.1, 1, 10];
        const [then, later] = [before, after].map(
          (counts) => toClassicBuckets(durationsOf(counts), bounds).cumulativeCounts,
        );
        for (const place of bounds.keys()) assert.ok(later![place]! >= then![place]!);
      },
    ),
  );
});
