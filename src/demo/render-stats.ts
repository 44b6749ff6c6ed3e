import { objectWriter, type Column } from './column.ts';
import { ERROR_ROW_COLUMNS, errorPairs } from './error-row.ts';
import { pythonJson } from './python-text.ts';
import { MASTER_COLUMNS, REPORT_COLUMNS } from './report-columns.ts';
import { shownWorkerState } from './shown-state.ts';
import type { SimulatedRun } from './simulated-run.ts';
import type { SimulatedWorker } from './simulated-workers.ts';
import { shownMedian, STATS_ROW_COLUMNS, type StatsRow } from './stats-row.ts';

const MOST_ROWS = 500;

const WORKER_COLUMNS: readonly Column<{ run: SimulatedRun; worker: SimulatedWorker }>[] = [
  { key: 'id', value: ({ worker }) => worker.id },
  { key: 'state', value: ({ run, worker }) => shownWorkerState(run, worker) },
  { key: 'user_count', value: ({ worker }) => worker.users },
  { key: 'cpu_usage', since: '0.14.0', value: ({ worker }) => worker.cpuPercent },
  { key: 'memory_usage', since: '2.4.2', value: ({ worker }) => worker.memoryBytes },
];

/** Makes the function that writes the body of `/stats/requests` as `version` does. */
export function statsRenderer(version: string): (run: SimulatedRun) => string {
  const writeRow = objectWriter(STATS_ROW_COLUMNS, version);
  const writeError = objectWriter(ERROR_ROW_COLUMNS, version);
  const writeWorker = objectWriter(WORKER_COLUMNS, version);
  const writeStandalone = objectWriter(REPORT_COLUMNS, version);
  const writeMaster = objectWriter([...REPORT_COLUMNS, ...MASTER_COLUMNS], version);
  return (run) => {
    const { features } = run;
    const most = features.cutsRows ? MOST_ROWS : Infinity;
    const rows = endpointRows(run);
    const aggregate = aggregateRow(run, rows);
    const shown = [...rows.slice(0, most), aggregate];
    const report = {
      run,
      aggregate,
      stats: (features.cutsAggregateToo ? shown.slice(0, most) : shown).map(writeRow),
      errors: features.errorsArePairs
        ? errorPairs(run)
        : run.errors.slice(0, most).map((error) => writeError({ ...error, run })),
      workers: run.workers.map((worker) => writeWorker({ run, worker })),
    };
    const body = run.workers.length > 0 ? writeMaster(report) : writeStandalone(report);
    return pythonJson(body, { indented: features.sortsKeys });
  };
}

function endpointRows(run: SimulatedRun): StatsRow[] {
  return run.endpoints
    .filter(({ listed }) => listed)
    .map(({ planned: { method, name }, stats }) => ({ method, name, stats, run }));
}

function aggregateRow(run: SimulatedRun, rows: readonly StatsRow[]): StatsRow {
  const { features, total: stats } = run;
  const isNull =
    features.aggregateMethodIsNull || (features.aggregateMethodStartsNull && !run.hasEverRun);
  const method = isNull ? null : '';
  const name = features.callsAggregateTotal ? 'Total' : 'Aggregated';
  const median = features.takesMedianOfMedians && { median: medianOfMedians(rows) };
  return { method, name, stats, run, ...median };
}

function medianOfMedians(rows: readonly StatsRow[]): number | null {
  const medians = rows.map((row) => shownMedian(row) ?? 0).sort((a, b) => a - b);
  return medians[Math.floor((medians.length - 1) / 2)] ?? null;
}
