import { remember } from './remember.ts';
import { asObject, numberAt, type JsonObject } from './shape.ts';
import type { Quantile } from './snapshot.ts';

const PERCENTILE_KEY = 'response_time_percentile_';

/** The current percentiles with fixed names. Those of `_1` and `_2` can be configured, but the answer does not say to what. */
const WINDOW_KEYS = [
  ['current_response_time_percentile_50', 0.5],
  ['current_response_time_percentile_95', 0.95],
  ['current_response_time_percentile_1', 0.5],
  ['current_response_time_percentile_2', 0.95],
] as const;

const LIFETIME_KEYS = [
  ['median_response_time', 0.5],
  ['ninetieth_response_time', 0.9],
  ['ninety_ninth_response_time', 0.99],
] as const;

/** The percentiles of the last ten seconds in any of their three generations of keys. */
export function parseWindowQuantiles(report: JsonObject): Quantile[] {
  const quantiles: Quantile[] = [];
  addNamed(quantiles, report, WINDOW_KEYS);
  const nested = report['current_response_time_percentiles'];
  if (nested !== undefined && nested !== null) {
    addPercentiles(quantiles, asObject(nested, 'current_response_time_percentiles'));
  }
  return quantiles;
}

/** The percentiles of a row since the statistics began. */
export function parseLifetimeQuantiles(row: JsonObject): Quantile[] {
  const quantiles: Quantile[] = [];
  addNamed(quantiles, row, LIFETIME_KEYS);
  addPercentiles(quantiles, row);
  return quantiles;
}

function addNamed(
  quantiles: Quantile[],
  source: JsonObject,
  names: readonly (readonly [key: string, quantile: number])[],
): void {
  for (const [key, quantile] of names) add(quantiles, quantile, numberAt(source, key));
}

/** Keys such as `response_time_percentile_0.95`: users choose which there are. */
function addPercentiles(quantiles: Quantile[], source: JsonObject): void {
  for (const key in source) {
    if (!key.startsWith(PERCENTILE_KEY)) continue;
    const quantile = quantileOf(key.slice(PERCENTILE_KEY.length));
    if (quantile !== null) add(quantiles, quantile, numberAt(source, key));
  }
}

const quantileOf = remember((suffix) => {
  const quantile = /^[\d.]+(e-\d+)?$/.test(suffix) ? Number(suffix) : NaN;
  return quantile > 0 && quantile <= 1 ? quantile : null;
});

/** Keeps the list in ascending order; the later of two values for one quantile stays. */
function add(quantiles: Quantile[], quantile: number, milliseconds: number | null): void {
  if (milliseconds === null) return;
  const one = { quantile, seconds: milliseconds / 1000 };
  let place = quantiles.length;
  while (place > 0 && (quantiles[place - 1]?.quantile ?? 0) >= quantile) place -= 1;
  const isKnown = quantiles[place]?.quantile === quantile;
  quantiles.splice(place, isKnown ? 1 : 0, one);
}
