import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { lowerMedian, mergeDurations, quantilesOf } from '../../src/locust/durations.ts';
import type { Durations } from '../../src/locust/snapshot.ts';

/** The distribution of these times, each as often as it is there. */
export function durationsOf(times: readonly number[]): Durations {
  const counts = new Map<number, number>();
  for (const time of [...times].sort((a, b) => a - b))
    counts.set(time, (counts.get(time) ?? 0) + 1);
  return {
    seconds: Float64Array.from(counts.keys()),
    counts: Float64Array.from(counts.values()),
    sumSeconds: times.reduce((sum, time) => sum + time, 0),
  };
}

// Few different numbers, so that many are in both; their sums are exact.
const times = fc.array(fc.integer({ min: -3, max: 20 }), { maxLength: 60 });

describe('merged distributions', () => {
  it('are the distribution of all their requests', () => {
    fc.assert(
      fc.property(times, times, (a, b) => {
        assert.deepEqual(mergeDurations(durationsOf(a), durationsOf(b)), durationsOf([...a, ...b]));
      }),
    );
  });

  it('have a sum only where both have one', () => {
    const [a, b] = [durationsOf([1, 2]), { ...durationsOf([3]), sumSeconds: null }];
    assert.equal(mergeDurations(a, b).sumSeconds, null);
    assert.equal(mergeDurations(b, a).sumSeconds, null);
    const huge = { ...a, sumSeconds: Number.MAX_VALUE };
    assert.equal(mergeDurations(huge, huge).sumSeconds, null);
  });
});

/** Locust's calculate_response_time_percentile, line by line. */
function percentileOfLocust(responseTimes: ReadonlyMap<number, number>, fraction: number): number {
  const requests = [...responseTimes.values()].reduce((sum, count) => sum + count, 0);
  const wanted = Math.trunc(requests * fraction);
  let processed = 0;
  for (const time of [...responseTimes.keys()].sort((a, b) => b - a)) {
    processed += responseTimes.get(time)!;
    if (requests - processed <= wanted) return time;
  }
  return 0;
}

/** Locust's median_from_dict, up to 2.46. */
function medianOfLocust(responseTimes: ReadonlyMap<number, number>): number {
  let position = ([...responseTimes.values()].reduce((sum, count) => sum + count, 0) - 1) / 2;
  let last = NaN;
  for (const time of [...responseTimes.keys()].sort((a, b) => a - b)) {
    last = time;
    if (position < responseTimes.get(time)!) return time;
    position -= responseTimes.get(time)!;
  }
  return last;
}

describe('quantiles', () => {
  const fractions = fc.uniqueArray(
    fc.constantFrom(0.001, 0.25, 0.5, 0.66, 0.9, 0.95, 0.99, 0.999, 1),
  );

  it('are those that Locust computes', () => {
    fc.assert(
      fc.property(
        times.filter((all) => all.length > 0),
        fractions,
        (all, some) => {
          const durations = durationsOf(all);
          const counts = new Map(
            [...durations.seconds].map((time, index) => [time, durations.counts[index]!]),
          );
          const sorted = some.sort((a, b) => a - b);
          assert.deepEqual(
            quantilesOf(durations, sorted),
            sorted.map((quantile) => ({ quantile, seconds: percentileOfLocust(counts, quantile) })),
          );
          assert.equal(lowerMedian(durations), medianOfLocust(counts));
        },
      ),
    );
  });

  it('are none where nothing was measured', () => {
    assert.deepEqual(quantilesOf(durationsOf([]), [0.5, 1]), []);
    assert.equal(lowerMedian(durationsOf([])), null);
  });
});
