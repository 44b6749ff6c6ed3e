import { isWithin, type VersionRange } from './version-range.ts';

/** One release for each shape that Locust's answers have had, oldest first. */
export const SIMULATED_VERSIONS: readonly string[] = [
  ...['0.5.1', '0.7.5', '0.8.1', '0.9.0', '0.11.1', '0.12.2', '0.14.6'],
  ...['1.0.3', '2.0.0', '2.12.1', '2.15.1', '2.20.1', '2.24.1', '2.28.0', '2.30.0', '2.31.8'],
  ...['2.37.14', '2.43.4', '2.46.3'],
];

/** What Locust does differently from release to release, apart from the keys of its answers. */
const FEATURES = {
  errorsArePairs: { until: '0.6.2' },
  sortsByMethodFirst: { until: '0.6.2' },
  floorsContentLength: { until: '0.7.5' },
  memoizesStats: { since: '0.7.1' },
  labelsJsonAsHtml: { until: '0.8.1' },
  resetsWhenSpawned: { until: '0.8.1' },
  takesMedianOfMedians: { until: '0.8.1' },
  sortsKeys: { since: '0.9.0' },
  countsFailuresAsRequests: { since: '0.10.0' },
  noticesMissingWorkers: { since: '0.10.0' },
  failRatioAddsFailures: { until: '0.11.1' },
  keepsErrorsOnReset: { since: '0.7.0', until: '0.11.1' },
  hasStoppingMaster: { since: '0.11.1' },
  roundsExtremes: { since: '0.12.0' },
  cutsRows: { since: '0.8.0' },
  cutsAggregateToo: { since: '0.8.0', until: '0.12.1' },
  callsAggregateTotal: { until: '0.12.1' },
  startsWithNullPercentiles: { until: '0.12.1' },
  clampsMedian: { since: '0.12.2' },
  countsBytesOfFailures: { since: '0.13.0' },
  tellsHostOnSwarm: { since: '0.13.0' },
  takesLocustCount: { until: '0.14.6' },
  hasCleanup: { since: '1.0.0' },
  escapesErrors: { since: '1.0.0', until: '2.27.0' },
  takesHatchRate: { until: '1.1.1' },
  saysHatching: { until: '1.1.1' },
  allowsAnyOrigin: { since: '1.6.0' },
  showsSpawningWorkersAsRunning: { since: '2.0.0' },
  aggregateMethodIsNull: { until: '2.9.0' },
  aggregateMethodStartsNull: { since: '2.10.0', until: '2.45.0' },
  takesRunTime: { since: '2.12.1' },
  answersNotFoundWith500: { since: '2.18.1', until: '2.26.0' },
  hasModernPage: { since: '2.22.0' },
  reprsErrors: { until: '2.27.0' },
  explainsMissingFields: { since: '2.33.0' },
  totalRpsIsLifetime: { since: '2.43.4' },
} satisfies Record<string, VersionRange>;

export type LocustFeatures = Readonly<Record<keyof typeof FEATURES, boolean>>;

export function featuresOf(version: string): LocustFeatures {
  return Object.fromEntries(
    Object.entries(FEATURES).map(([feature, range]) => [feature, isWithin(version, range)]),
  ) as LocustFeatures;
}
