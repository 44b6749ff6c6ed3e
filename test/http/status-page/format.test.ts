import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatPercent,
  formatQuantile,
  formatRate,
  formatSeconds,
  formatShare,
} from '../../../src/http/status-page/format.ts';

type Case = readonly [value: number, text: string];

function checks(name: string, format: (value: number) => string, cases: readonly Case[]): void {
  it(name, () => {
    for (const [value, text] of cases) {
      assert.equal(format(value).replaceAll('\u00a0', ' '), text, String(value));
    }
  });
}

describe('figures on the status page', () => {
  checks('counts have thousands separators', formatCount, [
    [0, '0'],
    [999, '999'],
    [1234567, '1,234,567'],
    [1e300, '1.0e+300'],
  ]);
  checks('rates keep about three digits', formatRate, [
    [0, '0'],
    [0.001, '<0.01'],
    [0.126, '0.13'],
    [3, '3.0'],
    [14.4, '14.4'],
    [999.96, '1,000'],
    [1234.5, '1,235'],
  ]);
  checks('percentages are 0 and 100 only when they are just that', formatPercent, [
    [0, '0%'],
    [0.00001, '<0.01%'],
    [0.0025, '0.25%'],
    [0.1675, '16.8%'],
    [0.9996, '99.96%'],
    [0.999999, '>99.99%'],
    [1, '100%'],
    [1.5, '150%'],
    [1e307, '1.8e+308%'],
  ]);
  checks('a share is never above 100', formatShare, [
    [0, '0%'],
    [0.999999, '>99.99%'],
    [1, '100%'],
    [1.0000001, '>100%'],
    [1e307, '>100%'],
    [Infinity, '>100%'],
  ]);
  checks('times go from milliseconds to seconds', formatSeconds, [
    [0, '0 ms'],
    [0.00706, '7.1 ms'],
    [0.147, '147 ms'],
    [0.9996, '1.0 s'],
    [3.4, '3.4 s'],
    [147, '147 s'],
    [3600, '3,600 s'],
  ]);
  checks('sizes are decimal', formatBytes, [
    [0, '0 B'],
    [512, '512 B'],
    [999.9, '1.0 kB'],
    [1234, '1.2 kB'],
    [59330560, '59.3 MB'],
    [999_999, '1.0 MB'],
    [5e15, '5,000 TB'],
  ]);
  checks('durations show their two largest units', formatDuration, [
    [-5000, '0 s'],
    [12_999, '12 s'],
    [192_000, '3 min 12 s'],
    [7_500_000, '2 h 5 min'],
    [273_600_000, '3 d 4 h'],
  ]);
  checks('quantiles read as percentiles', formatQuantile, [
    [0.29, 'p29'],
    [0.5, 'p50'],
    [0.999, 'p99.9'],
    [1, 'p100'],
  ]);
});
