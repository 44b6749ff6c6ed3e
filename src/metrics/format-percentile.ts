/** Digits that a percentile has before its point and the same quantile has after it. */
const SHIFT = 2;

/**
 * Writes a quantile as a percentile: 0.5 as `50`, 0.999 as `99.9`.
 *
 * The point moves within the decimal digits, because a product would be inexact: 100 times 0.57
 * is 56.99999999999999.
 *
 * @param quantile above 0, at most 1.
 */
export function formatPercentile(quantile: number): string {
  const [mantissa = '', exponent = ''] = quantile.toExponential().split('e');
  const digits = mantissa.replace('.', '');
  const point = 1 + Number(exponent) + SHIFT;
  if (point <= 0) return `0.${'0'.repeat(-point)}${digits}`;
  if (point >= digits.length) return digits.padEnd(point, '0');
  return `${digits.slice(0, point)}.${digits.slice(point)}`;
}
