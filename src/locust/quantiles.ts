import { remember } from './remember.ts';
import { asObject, numberAt, type JsonObject } from './shape.ts';
import type { CurrentPercentiles, Quantile } from './snapshot.ts';

/** Where a quantile stands; a list of these is in ascending order of the quantiles. */
export type QuantileKey = readonly [key: string, quantile: number];

const PERCENTILE_KEY = 'response_time_percentile_';

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
 * @param configured what the keys `_1` and `_2` stand for, which the report does not tell.
 */
export function parseWindowQuantiles(
  report: JsonObject,
  configured: CurrentPercentiles = DEFAULT_PERCENTILES,
): Quantile[] {
  const nested = report['current_response_time_percentiles'] ?? null;
  const named = quantilesAt(report, windowKeys(configured));
  if (nested === null) return named;
  const percentiles = asObject(nested, 'current_response_time_percentiles');
  const found = quantilesAt(percentiles, percentileKeys(percentiles));
  const others = named.filter(({ quantile }) => found.every((one) => one.quantile !== quantile));
  return [...others, ...found].sort((a, b) => a.quantile - b.quantile);
}

/** Where the percentiles since the statistics began stand in all rows that have the keys of this one. */
export function lifetimeQuantileKeys(row: JsonObject): readonly QuantileKey[] {
  const named = LIFETIME_KEYS.filter(([key]) => key in row);
  return inOrder([...named, ...percentileKeys(row)]);
}

/** Each quantile once: the later of two values for one stays. */
export function quantilesAt(source: JsonObject, keys: readonly QuantileKey[]): Quantile[] {
  const quantiles: Quantile[] = [];
  for (const [key, quantile] of keys) {
    const milliseconds = numberAt(source, key);
    if (milliseconds === null) continue;
    if (quantiles.at(-1)?.quantile === quantile) quantiles.pop();
    quantiles.push({ quantile, seconds: milliseconds / 1000 });
  }
  return quantiles;
}

/** Keys such as `response_time_percentile_0.95`: users choose which there are. */
function percentileKeys(source: JsonObject): QuantileKey[] {
  const keys = Object.keys(source).flatMap((key): QuantileKey[] => {
    if (!key.startsWith(PERCENTILE_KEY)) return [];
    const quantile = quantileOf(key.slice(PERCENTILE_KEY.length));
    return quantile === null ? [] : [[key, quantile]];
  });
  return inOrder(keys);
}

function inOrder(keys: QuantileKey[]): QuantileKey[] {
  return keys.sort(([, a], [, b]) => a - b);
}

const quantileOf = remember((suffix) => {
  const quantile = /^[\d.]+(e-\d+)?$/.test(suffix) ? Number(suffix) : NaN;
  return quantile > 0 && quantile <= 1 ? quantile : null;
});
