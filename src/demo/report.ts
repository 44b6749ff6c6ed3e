import type { RequestStats } from './request-stats.ts';
import type { ErrorOccurrences, SimulatedRun, SimulatedWorker } from './simulated-run.ts';

/** Locust lists this many endpoints and errors at most. */
export const MAX_ROWS = 500;

/**
 * Writes the body of `/stats/requests`, as Locust 2.47 does.
 *
 * @param maxRows Infinity for a list that no real Locust gives.
 */
export function renderReport(run: SimulatedRun, maxRows = MAX_ROWS): string {
  const { total, workers } = run;
  const endpoints = run.endpoints.filter(({ isListed }) => isListed).slice(0, maxRows);
  const report = {
    current_fail_per_sec: total.currentFailuresPerSecond(run),
    current_response_time_percentiles: {
      'response_time_percentile_0.5': currentPercentile(run, 0.5),
      'response_time_percentile_0.95': currentPercentile(run, 0.95),
    },
    current_rps: total.currentRps(run),
    errors: run.errors.slice(0, maxRows).map((error) => errorRow(run, error)),
    fail_ratio: total.failures / (total.requests || 1),
    state: shownState(run),
    stats: [
      ...endpoints.map(({ planned, stats }) => statsRow(run, planned.method, planned.name, stats)),
      statsRow(run, '', 'Aggregated', total),
    ],
    total_fail_per_sec: meanRate(run, total.failures),
    total_rps: meanRate(run, total.requests),
    user_count: run.users,
  };
  if (workers.length === 0) return pythonJson(report);
  return pythonJson({
    ...report,
    worker_count: countWorkers(run),
    workers: workers.map((worker) => workerRow(run, worker)),
  });
}

/** The state in the word that Locust has for it. */
export function shownState({ state, workers }: SimulatedRun): string {
  return state === 'stopping' && workers.length === 0 ? 'cleanup' : state;
}

/** Workers that are not missing. */
export function countWorkers({ workers }: SimulatedRun): number {
  return workers.filter(({ isMissing }) => !isMissing).length;
}

/** JSON as Flask writes it: keys in order, indented, other than ASCII escaped. */
export function pythonJson(value: object): string {
  const text = JSON.stringify(value, (_key, inner: unknown) => withSortedKeys(inner), 2);
  return `${escapeNonAscii(text)}\n`;
}

/** Escapes all that is not ASCII, as Python does. */
export function escapeNonAscii(json: string): string {
  return json.replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function withSortedKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function statsRow(run: SimulatedRun, method: string, name: string, stats: RequestStats): object {
  return {
    method,
    name,
    num_requests: stats.requests,
    num_failures: stats.failures,
    avg_content_length: stats.bytes / (stats.requests || 1),
    avg_response_time: stats.totalMs / (stats.requests || 1),
    min_response_time: stats.requests === 0 ? 0 : Math.round(stats.minMs),
    max_response_time: Math.round(stats.maxMs),
    median_response_time: stats.medianMs(),
    'response_time_percentile_0.95': stats.percentileMs(0.95),
    'response_time_percentile_0.99': stats.percentileMs(0.99),
    current_rps: stats.currentRps(run),
    current_fail_per_sec: stats.currentFailuresPerSecond(run),
    total_rps: meanRate(run, stats.requests),
    total_fail_per_sec: meanRate(run, stats.failures),
  };
}

function meanRate({ lastRequestSecond, statsSince }: SimulatedRun, count: number): number {
  return count / (lastRequestSecond - statsSince || Infinity);
}

function errorRow(run: SimulatedRun, occurrences: ErrorOccurrences): object {
  const { method, name, error } = occurrences;
  return {
    method,
    name,
    error: error.type === undefined ? error.message : `${error.type}(${pythonRepr(error.message)})`,
    occurrences: occurrences.occurrences,
    first_seen: run.unixSeconds(occurrences.firstSeenSecond),
    last_seen: run.unixSeconds(occurrences.lastSeenSecond),
  };
}

/** Text as Python's `repr` shows it. */
function pythonRepr(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const inner = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\t', '\\t')
    .replaceAll(quote, `\\${quote}`);
  return quote + inner + quote;
}

function workerRow(run: SimulatedRun, worker: SimulatedWorker): object {
  return {
    id: worker.id,
    state: workerState(run, worker),
    user_count: worker.users,
    cpu_usage: worker.cpuPercent,
    memory_usage: worker.memoryBytes,
  };
}

/** A worker runs while the master still spawns. */
function workerState({ state }: SimulatedRun, { isMissing }: SimulatedWorker): string {
  if (isMissing) return 'missing';
  return state === 'ready' || state === 'stopped' ? 'ready' : 'running';
}

/** Before the first run Locust takes its own start for the beginning of empty statistics. */
function currentPercentile(run: SimulatedRun, fraction: number): number | null {
  if (run.hasEverRun) return run.recentTimes.percentileMs(run.second, fraction);
  return run.second > 18 ? null : 0;
}
