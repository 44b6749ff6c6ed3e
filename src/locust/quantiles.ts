import { remember } from './remember.ts';
import { asObject, numberAt, type JsonObject } from './shape.ts';
import type { Quantile } from './snapshot.ts';

/** Where a quantile stands; a list of these is in ascending order of the quantiles. */
export type QuantileKey = readonly [key: string, quantile: number];

const PERCENTILE_KEY = 'response_time_percentile_';

/** The current percentiles with fixed names. Those of `_1` and `_2` can be configured, but the answer does not say to what. */
const WINDOW_KEYS: readonly QuantileKey[] = [
  ['current_response_time_percentile_50', 0.5],
  ['current_response_time_percentile_1', 0.5],
  ['current_response_time_percentile_95', 0.95],
  ['current_response_time_percentile_2', 0.95],
];

const LIFETIME_KEYS: readonly QuantileKey[] = [
  ['median_response_time', 0.5],
  ['ninetieth_response_time', 0.9],
  ['ninety_ninth_response_time', 0.99],
];

/** The percentiles of the last ten seconds in any of their three generations of keys. */
export function parseWindowQuantiles(report: JsonObject): Quantile[] {
  const nested = report['current_response_time_percentiles'] ?? null;
  if (nested === null) return quantilesAt(report, WINDOW_KEYS);
  const percentiles = asObject(nested, 'current_response_time_percentiles');
  const named = quantilesAt(report, WINDOW_KEYS);
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
