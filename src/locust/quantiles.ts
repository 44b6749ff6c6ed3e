import { asObject, numberAt, type JsonObject } from './shape.ts';
import type { Quantile } from './snapshot.ts';

const PERCENTILE_KEY = 'response_time_percentile_';

/** The current percentiles with fixed names. Those of `_1` and `_2` can be configured, but the answer does not say to what. */
const WINDOW_KEYS = {
  current_response_time_percentile_50: 0.5,
  current_response_time_percentile_95: 0.95,
  current_response_time_percentile_1: 0.5,
  current_response_time_percentile_2: 0.95,
};

const LIFETIME_KEYS = {
  median_response_time: 0.5,
  ninetieth_response_time: 0.9,
  ninety_ninth_response_time: 0.99,
};

/** The percentiles of the last ten seconds in any of their three generations of keys. */
export function parseWindowQuantiles(report: JsonObject): Quantile[] {
  const quantiles = new Map<number, number>();
  addNamed(quantiles, report, WINDOW_KEYS);
  const nested = report['current_response_time_percentiles'];
  if (nested !== undefined && nested !== null) {
    addPercentiles(quantiles, asObject(nested, 'current_response_time_percentiles'));
  }
  return toSortedList(quantiles);
}

/** The percentiles of a row since the statistics began. */
export function parseLifetimeQuantiles(row: JsonObject): Quantile[] {
  const quantiles = new Map<number, number>();
  addNamed(quantiles, row, LIFETIME_KEYS);
  addPercentiles(quantiles, row);
  return toSortedList(quantiles);
}

function addNamed(
  quantiles: Map<number, number>,
  source: JsonObject,
  names: Readonly<Record<string, number>>,
): void {
  for (const [key, quantile] of Object.entries(names)) {
    const milliseconds = numberAt(source, key);
    if (milliseconds !== null) quantiles.set(quantile, milliseconds / 1000);
  }
}

/** Keys such as `response_time_percentile_0.95`: users choose which there are. */
function addPercentiles(quantiles: Map<number, number>, source: JsonObject): void {
  for (const key of Object.keys(source)) {
    if (!key.startsWith(PERCENTILE_KEY)) continue;
    const suffix = key.slice(PERCENTILE_KEY.length);
    const quantile = /^[\d.]+(e-\d+)?$/.test(suffix) ? Number(suffix) : NaN;
    if (!(quantile > 0 && quantile <= 1)) continue;
    const milliseconds = numberAt(source, key);
    if (milliseconds !== null) quantiles.set(quantile, milliseconds / 1000);
  }
}

function toSortedList(quantiles: Map<number, number>): Quantile[] {
  return Array.from(quantiles, ([quantile, seconds]) => ({ quantile, seconds })).sort(
    (a, b) => a.quantile - b.quantile,
  );
}
