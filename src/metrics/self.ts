import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { ERROR_CODES, type ErrorCode } from '../locust/errors.ts';
import { type Snapshot, IGNORED_KINDS } from '../locust/snapshot.ts';
import { toFamily, type ClientMetric } from './client-families.ts';
import type { Family } from './exposition/family.ts';

export interface BuildInfo {
  readonly version: string;
  /** Of the source, as git names it. */
  readonly revision: string;
}

/** What the exporter did to the last report. */
export type ReportFigures = Pick<
  Snapshot,
  'foldedEndpoints' | 'foldedErrors' | 'foldedWorkers' | 'ignored'
>;

/** Metrics about the exporter itself, which live as long as the process. */
export interface SelfMetrics {
  /** @param durationSeconds of the read, failed or not. */
  readDone(durationSeconds: number): void;
  readSucceeded(atSeconds: number, report: ReportFigures): void;
  readFailed(code: ErrorCode): void;
  pushDone(result: PushResult): void;
  targetEvicted(): void;
  families(): Promise<Family[]>;
}

const PUSH_RESULTS = ['ok', 'failed'] as const;
export type PushResult = (typeof PUSH_RESULTS)[number];

/** Names, types and help texts, for the documentation. */
export const SELF_METRICS = {
  buildInfo: {
    name: 'locust_exporter_build_info',
    type: 'gauge',
    help: 'Version of the exporter, revision of its source, version of Node.js; always 1.',
    labels: ['version', 'revision', 'node_version'],
  },
  scrapeDuration: {
    name: 'locust_exporter_scrape_duration_seconds',
    type: 'gauge',
    help: 'How long the last read of Locust took, whether it failed or not.',
    labels: [],
  },
  lastSuccess: {
    name: 'locust_exporter_last_success_timestamp_seconds',
    type: 'gauge',
    help: 'Unix time of the last read of Locust that gave a valid report; absent before the first.',
    labels: [],
  },
  scrapeErrors: {
    name: 'locust_exporter_scrape_errors_total',
    type: 'counter',
    help: 'Reads of Locust that failed, and scrapes that could not wait for one, by what went wrong.',
    labels: ['code'],
  },
  foldedRows: {
    name: 'locust_exporter_folded_rows',
    type: 'gauge',
    help: 'Rows of the last report that have no metrics of their own, but share them with other rows or with (other).',
    labels: ['kind'],
  },
  ignoredValues: {
    name: 'locust_exporter_ignored_values',
    type: 'gauge',
    help: 'Values of the last report that were left out because they are not what Locust sends, by what they should be.',
    labels: ['kind'],
  },
  pushes: {
    name: 'locust_exporter_pushes_total',
    type: 'counter',
    help: 'Pushes to the Pushgateway so far; absent without PUSHGATEWAY_URL.',
    labels: ['result'],
  },
  targets: {
    name: 'locust_exporter_targets',
    type: 'gauge',
    help: 'Targets of /probe that the exporter keeps in memory; absent without PROBE_TARGETS.',
    labels: [],
  },
  targetEvictions: {
    name: 'locust_exporter_target_evictions_total',
    type: 'counter',
    help: 'Locusts of /probe that were forgotten early, to make room for another one; absent without PROBE_TARGETS.',
    labels: [],
  },
} as const satisfies Record<string, Omit<Family, 'samples'> & { labels: readonly string[] }>;

/** What ContainerSolutions/locust_exporter says of itself; this is no Go program of a branch. */
export const LEGACY_BUILD_INFO = {
  name: 'locustexporter_build_info',
  type: 'gauge',
  help: 'Version of the exporter and revision of its source, always 1.',
  labels: ['branch', 'goversion', 'revision', 'version'],
} as const;

export interface SelfMetricsOptions {
  /**
   * `process`: of this process, and of no Locust. `reads`: of the reads of one Locust, without the
   * process. `all`: both, where there is one Locust alone.
   */
  readonly about?: 'all' | 'process' | 'reads';
  /** Whether LEGACY_BUILD_INFO is among them. */
  readonly legacy?: boolean;
  /** Whether there are pushes to count. */
  readonly pushes?: boolean;
  /** Counts the targets of /probe; null where it is off. */
  readonly targets?: (() => number) | null;
}

export function createSelfMetrics(
  { version, revision }: BuildInfo,
  { about = 'all', legacy = false, pushes = false, targets = null }: SelfMetricsOptions = {},
): SelfMetrics {
  const registry = new Registry();
  const settingsFor =
    (isShown: boolean) =>
    <Spec extends { name: string; help: string; labels: readonly string[] }>(spec: Spec) => ({
      name: spec.name,
      help: spec.help,
      labelNames: [...spec.labels] as Spec['labels'][number][],
      registers: isShown ? [registry] : [],
    });
  const ofProcess = settingsFor(about !== 'reads');
  const ofReads = settingsFor(about !== 'process');
  new Gauge(ofProcess(SELF_METRICS.buildInfo)).set(
    { version, revision, node_version: process.version },
    1,
  );
  if (legacy) {
    const labels = { branch: '', goversion: '', revision, version };
    new Gauge(ofProcess(LEGACY_BUILD_INFO)).set(labels, 1);
  }
  const duration = new Gauge(ofReads(SELF_METRICS.scrapeDuration));
  const lastSuccess = new Gauge(ofReads(SELF_METRICS.lastSuccess));
  // prom-client prints 0 for a gauge that was never set; no read has succeeded in 1970.
  lastSuccess.remove();
  duration.remove();
  const errors = new Counter(ofReads(SELF_METRICS.scrapeErrors));
  for (const code of ERROR_CODES) errors.inc({ code }, 0);
  const folded = new Gauge(ofReads(SELF_METRICS.foldedRows));
  const ignored = new Gauge(ofReads(SELF_METRICS.ignoredValues));
  for (const kind of IGNORED_KINDS) ignored.set({ kind }, 0);
  const pushed = pushes ? new Counter(ofProcess(SELF_METRICS.pushes)) : null;
  for (const result of PUSH_RESULTS) pushed?.inc({ result }, 0);
  const evictions = targets && countTargets(targets);
  if (about !== 'reads') {
    collectDefaultMetrics({
      register: registry,
      eventLoopMonitoringPrecision: LAG_RESOLUTION_MS,
    });
  }

  function countTargets(count: () => number): Counter {
    new Gauge({
      ...ofProcess(SELF_METRICS.targets),
      collect() {
        this.set(count());
      },
    });
    return new Counter(ofProcess(SELF_METRICS.targetEvictions));
  }

  return {
    readDone: (durationSeconds) => {
      duration.set(durationSeconds);
    },
    readSucceeded(atSeconds, report) {
      lastSuccess.set(atSeconds);
      folded.set({ kind: 'endpoints' }, report.foldedEndpoints);
      folded.set({ kind: 'errors' }, report.foldedErrors);
      folded.set({ kind: 'workers' }, report.foldedWorkers);
      for (const kind of IGNORED_KINDS) ignored.set({ kind }, report.ignored.counts[kind]);
    },
    readFailed: (code) => {
      errors.inc({ code });
    },
    pushDone: (result) => {
      pushed?.inc({ result });
    },
    targetEvicted: () => {
      evictions?.inc();
    },
    families: async () => {
      const metrics = (await registry.getMetricsAsJSON()) as object[] as ClientMetric[];
      return correctLags(metrics)
        .map(toFamily)
        .filter((family) => !isMisnamed(family));
    },
  };
}

/**
 * prom-client has gauges that end in `_total`, the mark of a counter. Each is the sum of a
 * family without it, such as `nodejs_active_handles`.
 */
function isMisnamed({ name, type }: Family): boolean {
  return type === 'gauge' && name.endsWith('_total');
}

/**
 * Milliseconds between two looks at the event loop. With the 10 of prom-client, these alone take
 * 0.7 % of a CPU: more than all the rest does at a scrape every five seconds.
 */
export const LAG_RESOLUTION_MS = 100;

const STATISTIC = /^nodejs_eventloop_lag_(?:min|max|mean|stddev|p\d+)_seconds$/;
const SPREAD = 'nodejs_eventloop_lag_stddev_seconds';
const MEAN = 'nodejs_eventloop_lag_mean_seconds';

/**
 * prom-client reports the time from one measurement to the next instead of the delay, and
 * 292 years before the first measurement. That is absent here.
 */
export function correctLags(metrics: readonly ClientMetric[]): ClientMetric[] {
  const mean = metrics.find(({ name }) => name === MEAN)?.values?.[0]?.value ?? NaN;
  return metrics.map((metric) => {
    const { name, values = [] } = metric;
    if (!STATISTIC.test(name)) return metric;
    if (Number.isNaN(mean)) return { ...metric, values: [] };
    if (name === SPREAD) return metric;
    return {
      ...metric,
      values: values.map((one) => ({
        ...one,
        value: Math.max(0, one.value - LAG_RESOLUTION_MS / 1000),
      })),
    };
  });
}
