import type { Column } from './column.ts';
import { countWorkers, shownState } from './shown-state.ts';
import type { SimulatedRun } from './simulated-run.ts';
import {
  averageMs,
  currentFailuresPerSecond,
  currentRps,
  lifetimeFailuresPerSecond,
  lifetimeRps,
  shownRequests,
  type StatsRow,
} from './stats-row.ts';

/** The whole answer; its parts are already written in the version's terms. */
export interface Report {
  readonly run: SimulatedRun;
  readonly aggregate: StatsRow;
  readonly stats: readonly unknown[];
  readonly errors: readonly unknown[];
  readonly workers: readonly unknown[];
}

export const REPORT_COLUMNS: readonly Column<Report>[] = [
  { key: 'stats', value: ({ stats }) => stats },
  { key: 'errors', value: ({ errors }) => errors },
  { key: 'total_rps', value: totalRps },
  { key: 'total_fail_per_sec', since: '2.18.4', value: totalFailuresPerSecond },
  { key: 'current_rps', since: '2.45.0', value: ({ aggregate }) => currentRps(aggregate) },
  {
    key: 'current_fail_per_sec',
    since: '2.45.0',
    value: ({ aggregate }) => currentFailuresPerSecond(aggregate),
  },
  {
    key: 'total_avg_response_time',
    since: '2.20.0',
    until: '2.29.1',
    value: ({ aggregate }) => averageMs(aggregate),
  },
  { key: 'fail_ratio', value: failRatio },
  ...flatPercentile('50', '1', 0.5),
  ...flatPercentile('95', '2', 0.95),
  { ...nestedPercentiles([0.95]), since: '2.22.0', until: '2.29.1' },
  { ...nestedPercentiles([0.5, 0.95]), since: '2.30.0' },
  { key: 'state', value: ({ run }) => shownState(run) },
  { key: 'user_count', value: ({ run }) => run.users },
];

/** What a Locust that has workers adds. */
export const MASTER_COLUMNS: readonly Column<Report>[] = [
  { key: 'slave_count', until: '0.8.1', value: ({ workers }) => workers.length },
  { key: 'slaves', since: '0.9.0', until: '0.14.6', value: ({ workers }) => workers },
  { key: 'workers', since: '1.0.0', value: ({ workers }) => workers },
  { key: 'worker_count', since: '2.37.2', value: ({ run }) => countWorkers(run) },
];

function totalRps({ run, aggregate }: Report): number {
  return run.features.totalRpsIsLifetime ? lifetimeRps(aggregate) : currentRps(aggregate);
}

function totalFailuresPerSecond({ run, aggregate }: Report): number {
  return run.features.totalRpsIsLifetime
    ? lifetimeFailuresPerSecond(aggregate)
    : currentFailuresPerSecond(aggregate);
}

function failRatio({ run: { features, total }, aggregate }: Report): number {
  const shown = shownRequests(aggregate);
  return total.failures / (shown + (features.failRatioAddsFailures ? total.failures : 0) || 1);
}

function flatPercentile(inPercent: string, position: string, fraction: number): Column<Report>[] {
  const key = 'current_response_time_percentile';
  const value = ({ run }: Report): number | null => currentPercentile(run, fraction);
  return [
    { key: `${key}_${inPercent}`, since: '0.9.0', until: '2.15.0', value },
    { key: `${key}_${position}`, since: '2.15.1', until: '2.21.0', value },
  ];
}

function nestedPercentiles(fractions: readonly number[]): Column<Report> {
  return {
    key: 'current_response_time_percentiles',
    value: ({ run }) =>
      Object.fromEntries(
        fractions.map((fraction) => [
          `response_time_percentile_${fraction}`,
          currentPercentile(run, fraction),
        ]),
      ),
  };
}

/** Before the first run Locust takes its own start for the beginning of empty statistics. */
function currentPercentile(run: SimulatedRun, fraction: number): number | null {
  if (run.hasEverRun) return run.recentTimes.percentileMs(run.second, fraction);
  return run.second > 18 || run.features.startsWithNullPercentiles ? null : 0;
}
