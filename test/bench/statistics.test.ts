import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mean, median, percentile, spread } from './statistics.ts';

describe('the statistics of the benchmark', () => {
  it('take a percentile by nearest rank, in any order of the values', () => {
    const values = Array.from({ length: 200 }, (_, index) => 200 - index);
    assert.equal(percentile(values, 0.5), 100);
    assert.equal(percentile(values, 0.99), 198);
    assert.equal(percentile(values, 1), 200);
    assert.equal(percentile([7], 0.01), 7);
    assert.ok(Number.isNaN(percentile([], 0.5)));
  });

  it('take the mean of the middle two as the median of an even number', () => {
    assert.equal(median([9, 1, 5]), 5);
    assert.equal(median([10, 1, 2, 4]), 3);
    assert.ok(Number.isNaN(median([])));
  });

  it('tell how far values lie apart', () => {
    assert.equal(mean([1, 2, 6]), 3);
    assert.equal(spread([8, 10, 13]), 0.5);
    assert.equal(spread([4]), 0);
  });
});
