import { isSince } from './locust-versions.ts';
import type { RawError, RawReport, RawRow } from './raw-report.ts';

/** A response of any release, before 0.8 too, with the names and forms that RawReport knows. */
export function modernizeReport(
  version: string,
  report: Readonly<Record<string, unknown>>,
): RawReport {
  const stats = (report['stats'] as Record<string, unknown>[]).map(modernizeRow);
  const errors = (report['errors'] as unknown[]).map(modernizeError);
  const workers = (report['workers'] ?? report['slaves']) as { state: string }[] | undefined;
  return {
    ...report,
    ...{ stats, errors },
    state: modernState(report['state'] as string),
    user_count: report['user_count'] as number,
    ...(workers && { workers: workers.map((one) => ({ ...one, state: modernState(one.state) })) }),
    current_response_time_percentiles: windowPercentiles(version, report),
  };
}

function modernizeRow(row: Record<string, unknown>): RawRow {
  return { num_requests: row['num_reqs'], ...row } as unknown as RawRow;
}

/** Up to 0.6.2 an error is a pair of text and count, of no endpoint. */
function modernizeError(error: unknown): RawError {
  if (!Array.isArray(error)) return error as RawError;
  const [text, occurrences] = error as [string, number];
  return { method: '', name: '', error: text, occurrences };
}

function modernState(state: string): string {
  return state === 'hatching' ? 'spawning' : state;
}

/** By their shares, as 2.20.0 and later have them; before that in keys of their own. */
function windowPercentiles(
  version: string,
  report: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const [first, second] = isSince(version, '2.15.1') ? ['1', '2'] : ['50', '95'];
  return {
    'response_time_percentile_0.5': report[`current_response_time_percentile_${first}`],
    'response_time_percentile_0.95': report[`current_response_time_percentile_${second}`],
    ...(report['current_response_time_percentiles'] as object | undefined),
  };
}
