import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  bucketOf,
  createHistogram,
  medianMs,
  percentileMs,
  type ResponseTimeHistogram,
} from '../../src/demo/response-times.ts';

describe('the histogram of response times', () => {
  it('rounds to two significant digits', () => {
    const rounded = [0.2, 12.4, 99.4, 99.6, 147, 996, 1049, 9960, 58_760, 100_000].map((ms) =>
      medianMs(histogramOf([ms]), 1),
    );
    assert.deepEqual(rounded, [0, 12, 99, 100, 150, 1000, 1000, 10_000, 59_000, 100_000]);
  });

  it('gives the lower one of two in the middle', () => {
    assert.equal(medianMs(histogramOf([10, 20, 30, 40]), 4), 20);
    assert.equal(medianMs(histogramOf([10, 20, 30]), 3), 20);
  });

  it('gives percentiles as Locust counts them', () => {
    const hundred = histogramOf(Array.from({ length: 100 }, (_, index) => index + 1));
    assert.equal(percentileMs(hundred, 100, 0.95), 96);
    assert.equal(percentileMs(hundred, 100, 0.5), 51);
    assert.equal(percentileMs(histogramOf([5]), 1, 0.99), 5);
    assert.equal(percentileMs(createHistogram(), 0, 0.5), 0);
  });
});

function histogramOf(times: readonly number[]): ResponseTimeHistogram {
  const histogram = createHistogram();
  for (const ms of times) histogram[bucketOf(ms)]! += 1;
  return histogram;
}
