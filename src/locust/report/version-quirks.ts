import type { IgnoredCollector, JsonObject } from './values.ts';
import { lifetimeQuantileKeys, type QuantileKey } from './quantiles.ts';
import { isBefore, type Version } from '../version.ts';

/** What differs between versions and cannot be read off the value itself. */
export interface VersionQuirks {
  /** Whether `num_requests` leaves the failed requests out: up to 0.9.0. */
  readonly countExcludesFailures: boolean;
  /** Whether names and texts in `errors` are HTML-escaped: 1.0 to 2.27.0. */
  readonly errorsEscaped: boolean;
  /** Where the quantiles of a row stand: all rows of a response have the same keys. */
  readonly quantileKeys: readonly QuantileKey[];
}

/**
 * Tells the quirks by the shape of a response.
 *
 * @param version decides only where two versions have the same shape.
 */
export function detectQuirks(
  report: JsonObject,
  rows: readonly JsonObject[],
  errors: readonly unknown[],
  version: Version | null,
  ignored: IgnoredCollector,
): VersionQuirks {
  return {
    quantileKeys: lifetimeQuantileKeys([...rows.slice(0, 1), ...rows.slice(-1)], ignored),
    countExcludesFailures: countExcludesFailures(report, rows, version),
    errorsEscaped: errors.length > 0 && errorsEscaped(report, rows, errors, version),
  };
}

function countExcludesFailures(
  report: JsonObject,
  rows: readonly JsonObject[],
  version: Version | null,
): boolean {
  const last = rows.at(-1);
  if (last === undefined) return false;
  if ('num_reqs' in last || 'slave_count' in report) return true; // 0.5–0.6.2, 0.5–0.8.1
  // 0.12.2 brought safe_name, 0.13.0 current_fail_per_sec; later answers have the name.
  if ('safe_name' in last || 'current_fail_per_sec' in last || last['name'] === 'Aggregated') {
    return false;
  }
  if (!('current_response_time_percentile_50' in report)) return true; // up to 0.8.1
  // 0.9.0 to 0.12.1 look the same where there are no errors that show the version.
  if (version !== null) return isBefore(version, [0, 10, 0]);
  return rows.some(({ num_failures: failures, num_requests: requests }) => {
    return typeof failures === 'number' && typeof requests === 'number' && failures > requests;
  });
}

function errorsEscaped(
  report: JsonObject,
  rows: readonly JsonObject[],
  errors: readonly unknown[],
  version: Version | null,
): boolean {
  const last = rows.at(-1);
  // ninetieth_response_time is in the rows of 0.13.0 to 2.27.0 and no others.
  if (last === undefined || !('ninetieth_response_time' in last)) return false;
  if ('slaves' in report) return false; // up to 0.14.6
  const since1_0 =
    'workers' in report || // 1.0
    'ninety_ninth_response_time' in last || // 2.7.0
    'current_response_time_percentile_1' in report || // 2.15.1
    'current_response_time_percentiles' in report; // 2.20.0
  if (since1_0) return true;
  if (version !== null) return !isBefore(version, [1, 0, 0]);
  const state = report['state'];
  if (state === 'spawning' || state === 'cleanup' || state === 'missing') return true;
  return looksEscaped(errors, rows);
}

/** Whether `html.escape` can have written the text: it leaves none of these characters bare. */
function canBeEscaped(text: string): boolean {
  return !/[<>"']|&(?!(?:amp|lt|gt|quot|#x27);)/.test(text);
}

/**
 * Whether the rows of `errors` are HTML-escaped, by their text alone. One bare special
 * character proves that they are not; and nearly every error text, being the repr of an
 * exception, has quotes.
 */
export function looksEscaped(errors: readonly unknown[], rows: readonly JsonObject[]): boolean {
  let entities = false;
  for (const error of errors) {
    if (typeof error !== 'object' || error === null) continue;
    const { name, error: text } = error as JsonObject;
    for (const value of [name, text]) {
      if (typeof value !== 'string') continue;
      if (!canBeEscaped(value)) return false;
      entities ||= value.includes('&');
    }
    // The endpoint of an error normally has a row of its own, where names are never escaped.
    if (
      typeof name === 'string' &&
      name.includes('&') &&
      rows.some((row) => row['name'] === name)
    ) {
      return false;
    }
  }
  return entities;
}
