import type { Generation } from './generation.ts';
import { quantilesAt } from './quantiles.ts';
import { countAt, labelAt, numberAt, requireKey, type JsonObject } from './shape.ts';
import type { Endpoint, RequestStats, ResponseTime } from './snapshot.ts';

export function parseEndpoint(row: JsonObject, generation: Generation): Endpoint {
  requireKey(row, 'name');
  const method = labelAt(row, 'method');
  const name = labelAt(row, 'name');
  return Object.assign(parseRequestStats(row, generation), { method, name });
}

export function parseRequestStats(row: JsonObject, generation: Generation): RequestStats {
  const countKey = 'num_reqs' in row ? 'num_reqs' : 'num_requests';
  requireKey(row, countKey);
  requireKey(row, 'num_failures');
  const counted = countAt(row, countKey);
  const failures = countAt(row, 'num_failures');
  return {
    requests: generation.countExcludesFailures ? add(counted, failures) : counted,
    failures,
    contentBytes: snapToInteger(total(numberAt(row, 'avg_content_length'), counted)),
    responseTime: parseResponseTime(row, counted, generation.quantileKeys),
    currentRps: numberAt(row, 'current_rps'),
    currentFailuresPerSecond: numberAt(row, 'current_fail_per_sec'),
    meanRps: numberAt(row, 'total_rps'),
  };
}

/** Locust fills a row without measurements with zeros, which say nothing. */
function parseResponseTime(
  row: JsonObject,
  count: number | null,
  quantileKeys: Generation['quantileKeys'],
): ResponseTime {
  const medianSeconds = toSeconds(numberAt(row, 'median_response_time'));
  if (count === 0) {
    return {
      count,
      sumSeconds: 0,
      minSeconds: null,
      maxSeconds: null,
      medianSeconds,
      quantiles: [],
    };
  }
  return {
    count,
    medianSeconds,
    sumSeconds: toSeconds(total(numberAt(row, 'avg_response_time'), count)),
    minSeconds: toSeconds(numberAt(row, 'min_response_time')),
    maxSeconds: toSeconds(numberAt(row, 'max_response_time')),
    quantiles: quantilesAt(row, quantileKeys),
  };
}

function toSeconds(milliseconds: number | null): number | null {
  return milliseconds === null ? null : milliseconds / 1000;
}

function add(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return null;
  return Number.isFinite(a + b) ? a + b : null;
}

/** Mean × count; null below 0, which a total of this kind cannot be. */
function total(mean: number | null, count: number | null): number | null {
  if (mean === null || count === null) return null;
  const product = mean * count;
  return product < 0 || !Number.isFinite(product) ? null : product;
}

/** A total of whole numbers, rebuilt from its mean, is off by a few parts in 10¹⁵ at most. */
function snapToInteger(value: number | null): number | null {
  if (value === null) return null;
  const rounded = Math.round(value);
  return Math.abs(value - rounded) <= 1e-12 * value ? rounded : value;
}
