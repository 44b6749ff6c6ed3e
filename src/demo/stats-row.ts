import type { Column } from './column.ts';
import type { RequestStats } from './request-stats.ts';
import { medianMs, percentileMs } from './response-time-histogram.ts';
import type { SimulatedRun } from './simulated-run.ts';

/** One element of `stats`, before it is written down in a version's terms. */
export interface StatsRow {
  readonly method: string | null;
  readonly name: string;
  readonly stats: RequestStats;
  readonly run: SimulatedRun;
  /** Instead of the median of the times. */
  readonly median?: number | null;
}

export const STATS_ROW_COLUMNS: readonly Column<StatsRow>[] = [
  { key: 'method', value: ({ method }) => method },
  { key: 'name', value: ({ name }) => name },
  { key: 'safe_name', since: '0.12.2', until: '2.37.12', value: safeName },
  { key: 'num_reqs', until: '0.6.2', value: shownRequests },
  { key: 'num_requests', since: '0.7.0', value: shownRequests },
  { key: 'num_failures', value: ({ stats }) => stats.failures },
  { key: 'avg_response_time', until: '2.29.1', value: averageMs },
  { key: 'avg_response_time', since: '2.30.1', value: averageMs },
  { key: 'min_response_time', value: (row) => extreme(row, row.stats.timed && row.stats.minMs) },
  { key: 'max_response_time', value: (row) => extreme(row, row.stats.maxMs) },
  { key: 'current_rps', value: currentRps },
  { key: 'current_fail_per_sec', since: '0.13.0', value: currentFailuresPerSecond },
  { key: 'total_rps', since: '2.31.0', value: lifetimeRps },
  { key: 'total_fail_per_sec', since: '2.31.0', value: lifetimeFailuresPerSecond },
  { key: 'median_response_time', value: shownMedian },
  { key: 'avg_content_length', value: averageLength },
  { key: 'ninetieth_response_time', since: '0.13.0', until: '2.27.0', value: percentile(0.9) },
  { key: 'ninety_ninth_response_time', since: '2.7.0', until: '2.27.0', value: percentile(0.99) },
  { key: 'response_time_percentile_0.95', since: '2.21.0', value: percentile(0.95) },
  { key: 'response_time_percentile_0.99', since: '2.21.0', value: percentile(0.99) },
];

export function shownRequests({ stats, run }: StatsRow): number {
  return run.features.countsFailuresAsRequests ? stats.requests : stats.requests - stats.failures;
}

export function averageMs({ stats }: StatsRow): number {
  return stats.totalMs / (stats.timed || 1);
}

export function shownMedian({ stats, run, median }: StatsRow): number | null {
  if (median !== undefined) return median;
  const middle = medianMs(stats.histogram, stats.timed);
  if (!run.features.clampsMedian || stats.timed === 0) return middle;
  return Math.max(Math.round(stats.minMs), Math.min(Math.round(stats.maxMs), middle));
}

/** Over ten seconds that end two before the last request of all; fewer at the beginning. */
export function currentRps({ stats, run }: StatsRow): number {
  const { from, to } = rateWindow(run);
  const requests = stats.requestsWithin(from, to);
  const hidden = run.features.countsFailuresAsRequests ? 0 : stats.failuresWithin(from, to);
  return to > from ? (requests - hidden) / (to - from) : 0;
}

export function currentFailuresPerSecond({ stats, run }: StatsRow): number {
  const { from, to } = rateWindow(run);
  return to > from ? stats.failuresWithin(from, to) / (to - from) : 0;
}

function rateWindow(run: SimulatedRun): { from: number; to: number } {
  const to = run.lastRequestSecond - 2;
  return { from: Math.max(to - 10, run.statsSince + 1), to };
}

export function lifetimeRps(row: StatsRow): number {
  return shownRequests(row) / (row.run.lastRequestSecond - row.run.statsSince || Infinity);
}

export function lifetimeFailuresPerSecond({ stats, run }: StatsRow): number {
  return stats.failures / (run.lastRequestSecond - run.statsSince || Infinity);
}

function extreme({ run }: StatsRow, ms: number): number {
  return run.features.roundsExtremes ? Math.round(ms) : ms;
}

function averageLength(row: StatsRow): number {
  const average = row.stats.bytes / (shownRequests(row) || 1);
  return row.run.features.floorsContentLength ? Math.floor(average) : average;
}

function percentile(fraction: number): (row: StatsRow) => number {
  return ({ stats }) => percentileMs(stats.histogram, stats.timed, fraction);
}

function safeName({ name }: StatsRow): string {
  return name.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
