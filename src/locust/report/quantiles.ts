import type { CurrentPercentiles, Quantile } from '../snapshot.ts';
import { cutText, memoize } from '../text.ts';
import { amountAt, type IgnoredCollector, isObject, type JsonObject } from './values.ts';

/** Where a quantile stands; a list of these is in ascending order of the quantiles. */
export type QuantileKey = readonly [key: string, quantile: number];

const PERCENTILE_KEY = 'response_time_percentile_';

const WINDOW_OBJECT = 'current_response_time_percentiles';

/** Percentiles of any one row, apart from those with fixed names. */
const MAX_PERCENTILES = 100;

/** What `_1` and `_2` stand for in Locust's own configuration. */
const DEFAULT_PERCENTILES: CurrentPercentiles = [0.5, 0.95];

/** The current percentiles with fixed names. */
function windowKeys([first, second]: CurrentPercentiles): readonly QuantileKey[] {
  return inOrder([
    ['current_response_time_percentile_50', 0.5],
    ['current_response_time_percentile_1', first],
    ['current_response_time_percentile_95', 0.95],
    ['current_response_time_percentile_2', second],
  ]);
}

const LIFETIME_KEYS: readonly QuantileKey[] = [
  ['median_response_time', 0.5],
  ['ninetieth_response_time', 0.9],
  ['ninety_ninth_response_time', 0.99],
];

/**
 * The percentiles of the last ten seconds in any of their three generations of keys.
 *
 * @param configured what the keys `_1` and `_2` stand for, which the report does not contain.
 */
export function parseWindowQuantiles(
  report: JsonObject,
  ignored: IgnoredCollector,
  configured: CurrentPercentiles = DEFAULT_PERCENTILES,
): Quantile[] {
  const named = quantilesAt(report, windowKeys(configured), ignored);
  const nested = report[WINDOW_OBJECT];
  if (nested === undefined || nested === null) return named;
  if (!isObject(nested)) {
    ignored.addOdd('percentile', WINDOW_OBJECT, 'an object', nested);
    return named;
  }
  const found = quantilesAt(nested, inOrder(percentileKeys([nested], ignored)), ignored);
  const others = named.filter(({ quantile }) => found.every((one) => one.quantile !== quantile));
  return [...others, ...found].sort((a, b) => a.quantile - b.quantile);
}

/**
 * Where the percentiles since the statistics began stand in all rows.
 *
 * @param rows that have the same keys; a few do, in case one of them is odd.
 */
export function lifetimeQuantileKeys(
  rows: readonly JsonObject[],
  ignored: IgnoredCollector,
): readonly QuantileKey[] {
  const named = LIFETIME_KEYS.filter(([key]) => rows.some((row) => key in row));
  return inOrder([...named, ...percentileKeys(rows, ignored)]);
}

/** Each quantile once: the later of two values for one stays. */
export function quantilesAt(
  source: JsonObject,
  keys: readonly QuantileKey[],
  ignored: IgnoredCollector,
): Quantile[] {
  const quantiles: Quantile[] = [];
  for (const [key, quantile] of keys) {
    const milliseconds = amountAt(source, key, 'percentile', ignored);
    if (milliseconds === null) continue;
    if (quantiles.at(-1)?.quantile === quantile) quantiles.pop();
    quantiles.push({ quantile, seconds: milliseconds / 1000 });
  }
  return quantiles;
}

/** Keys such as `response_time_percentile_0.95`: users choose which there are. */
function percentileKeys(sources: readonly JsonObject[], ignored: IgnoredCollector): QuantileKey[] {
  const found = new Map<string, number>();
  for (const key of new Set(sources.flatMap((source) => Object.keys(source)))) {
    if (!key.startsWith(PERCENTILE_KEY)) continue;
    const quantile = quantileOf(key.slice(PERCENTILE_KEY.length));
    if (quantile === null) {
      ignored.add('percentile', cutText(key, 64), 'expected a percentile above 0 and up to 1');
      continue;
    }
    if (found.size < MAX_PERCENTILES) found.set(key, quantile);
    else ignored.add('percentile', cutText(key, 64), `more than ${MAX_PERCENTILES} percentiles`);
  }
  return [...found];
}

function inOrder(keys: QuantileKey[]): QuantileKey[] {
  return keys.sort(([, a], [, b]) => a - b);
}

/** A fraction as Python writes it; null for what is no quantile. */
export const quantileOf = memoize((suffix) => {
  const quantile = /^[\d.]+(e-\d+)?$/.test(suffix) ? Number(suffix) : NaN;
  return quantile > 0 && quantile <= 1 ? quantile : null;
});
