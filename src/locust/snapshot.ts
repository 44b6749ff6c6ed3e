/**
 * What Locust reports at one moment, whatever its version, in Prometheus' units:
 * seconds, bytes, ratios from 0 to 1.
 *
 * `null` means that this Locust does not report it (or reported something that is not a finite
 * number); it is never a stand-in for 0.
 */
export interface Snapshot {
  /** `ready`, `spawning`, `running`, `cleanup`, `stopping`, `stopped`, `missing`, or one never heard of. */
  readonly state: string;
  readonly users: number | null;
  /** All endpoints together, over the last ten seconds. */
  readonly totalRps: number | null;
  readonly totalFailuresPerSecond: number | null;
  /** Failures ÷ all requests since the statistics began. */
  readonly failRatio: number | null;
  /** Response times over the last ten seconds, all endpoints together. */
  readonly currentQuantiles: readonly Quantile[];
  /** Locust's own Total or Aggregated row; `null` where it is missing or was cut off. */
  readonly aggregate: RequestStats | null;
  readonly endpoints: readonly Endpoint[];
  readonly errors: readonly ErrorOccurrences[];
  /** `null` when Locust does not run distributed. */
  readonly workers: Workers | null;
  readonly endpointsTruncated: boolean;
  readonly errorsTruncated: boolean;
  /** Rows without a row of their own: their labels are the same as another's, or above a limit. */
  readonly foldedEndpoints: number;
  readonly foldedErrors: number;
  readonly foldedWorkers: number;
  readonly ignored: IgnoredValues;
  /** What only the companion reports; null where the report is Locust's own. */
  readonly companion: CompanionReport | null;
}

/** What Locust's master knows and its web API does not report. */
export interface CompanionReport {
  /** How many users the run aims at. */
  readonly targetUsers: number | null;
  /** Users started per second. */
  readonly spawnRate: number | null;
  /** Users running now, by the name of their class. */
  readonly userClassUsers: ReadonlyMap<string, number>;
  /** Exceptions of the test's own code since the statistics began. */
  readonly exceptions: number | null;
  /** Unix time at which the run began; a reset of the statistics does not move it. */
  readonly runStartSeconds: number | null;
  /** Unix time at which the statistics began, by the run or by a reset. */
  readonly statsStartSeconds: number | null;
}

export interface Quantile {
  /** Above 0, at most 1. */
  readonly quantile: number;
  readonly seconds: number;
}

export interface RequestStats {
  /** All requests, failed ones included. */
  readonly requests: number | null;
  readonly failures: number | null;
  readonly contentBytes: number | null;
  readonly responseTime: ResponseTime;
  /** Over the last ten seconds. */
  readonly currentRps: number | null;
  readonly currentFailuresPerSecond: number | null;
  /** Mean rate since the statistics began; shows how long ago that was. */
  readonly meanRps: number | null;
  /** Its distribution of response times; null where it is not reported. Only the companion does. */
  readonly durations: Durations | null;
}

/** How many requests took how long, each time as Locust rounds it. Nothing changes it. */
export interface Durations {
  /** In ascending order, each time once; a test may report times below 0. */
  readonly seconds: Float64Array;
  /** How many requests took so long, at the same index. */
  readonly counts: Float64Array;
  /** The exact sum of all times; null where it could fall, as it can with a time below 0. */
  readonly sumSeconds: number | null;
}

export interface ResponseTime {
  /** Requests that a response time was recorded for. */
  readonly count: number | null;
  readonly sumSeconds: number | null;
  readonly minSeconds: number | null;
  readonly maxSeconds: number | null;
  /** Locust's own median; 0 where it says so of a row without measurements. */
  readonly medianSeconds: number | null;
  /** Since the statistics began, in ascending order, each quantile once. */
  readonly quantiles: readonly Quantile[];
}

export interface Endpoint extends RequestStats {
  /** `''` where Locust gives null. */
  readonly method: string;
  readonly name: string;
}

export interface ErrorOccurrences {
  readonly method: string;
  readonly name: string;
  readonly error: string;
  readonly occurrences: number | null;
}

export interface Workers {
  /** Number of workers in each state; Locusts before 0.9.0 report no states, all are `unknown` there. */
  readonly countByState: ReadonlyMap<string, number>;
  /** Empty for Locusts before 0.9.0. */
  readonly list: readonly Worker[];
}

export interface Worker {
  readonly id: string;
  readonly state: string;
  readonly users: number | null;
  /** Of one core; can pass 1. */
  readonly cpuRatio: number | null;
  readonly memoryBytes: number | null;
}

/** What only the index page of Locust's web UI contains. */
export interface LocustInfo {
  readonly version: string | null;
  /** The host under test; `null` when unset or when user classes disagree. */
  readonly host: string | null;
  /**
   * What the keys `current_response_time_percentile_1` and `_2` stand for, as quantiles. Absent
   * where the page does not say: it does from 2.15.1 to 2.27.0.
   */
  readonly currentPercentiles?: CurrentPercentiles;
}

export type CurrentPercentiles = readonly [number, number];

/** The states of a Locust, each as its newest name. */
export const RUNNER_STATES = [
  'ready',
  'spawning',
  'running',
  'cleanup',
  'stopping',
  'stopped',
  'missing',
] as const;

export const WORKER_STATES = ['ready', 'spawning', 'running', 'missing'] as const;

/** `hatching` became `spawning` in 1.2; a state that is not reported is `unknown`. */
export function normalizeState(state: string): string {
  if (state === '') return 'unknown';
  return state === 'hatching' ? 'spawning' : state;
}

/** Whether users may be at work; not so before the first run, after one, and without a runner. */
export function isActive(state: string): boolean {
  return state !== 'ready' && state !== 'stopped' && state !== 'missing';
}

/** What a calculation came to; null where it left the finite numbers. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Kinds of values that a report can have and that may have to be left out of it. */
export const IGNORED_KINDS = [
  'row',
  'label',
  'count',
  'time',
  'percentile',
  'rate',
  'size',
] as const;

export type IgnoredKind = (typeof IGNORED_KINDS)[number];

/** The values of one report that were left out because they are not what Locust sends. */
export interface IgnoredValues {
  readonly counts: Readonly<Record<IgnoredKind, number>>;
  /** The first one, such as `stats[3].num_requests: expected a count, got a list`. */
  readonly first: string | null;
}
