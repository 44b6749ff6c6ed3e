import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatPercentile } from '../../src/metrics/samples.ts';

const CASES: readonly (readonly [quantile: number, percentile: string])[] = [
  [0.5, '50'],
  [0.05, '5'],
  [0.95, '95'],
  [0.999, '99.9'],
  [0.9999, '99.99'],
  [1, '100'],
  [0.01, '1'],
  [0.001, '0.1'],
  [0.00025, '0.025'],
  [1e-7, '0.00001'],
  [0.123456789012345, '12.3456789012345'],
  // Times 100, these are 56.99999999999999 and 28.999999999999996.
  [0.57, '57'],
  [0.29, '29'],
];

describe('a quantile as a percentile', () => {
  for (const [quantile, percentile] of CASES) {
    it(`${quantile} is ${percentile}`, () => {
      assert.equal(formatPercentile(quantile), percentile);
    });
  }

  it('has the digits of the quantile, for each of a thousand', () => {
    for (let thousandths = 1; thousandths <= 1000; thousandths += 1) {
      const whole = Math.trunc(thousandths / 10);
      const tenths = thousandths % 10;
      const percentile = tenths === 0 ? `${whole}` : `${whole}.${tenths}`;
      assert.equal(formatPercentile(thousandths / 1000), percentile);
    }
  });
});
