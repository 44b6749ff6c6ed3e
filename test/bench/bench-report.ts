import type { WriterRow } from './compare-writers.ts';
import type { CostRow } from './cost-row.ts';
import type { GoalRow } from './goal-row.ts';
import { goals } from './goals.ts';
import type { LatencyRow } from './latency-row.ts';
import { figure, markdownTable, mebibytes } from './markdown-table.ts';
import type { CgroupRow } from './measure-in-cgroup.ts';
import type { MemoryRow } from './measure-memory.ts';
import type { PauseRow } from './measure-pauses.ts';
import type { StartRow } from './measure-start.ts';

export interface BenchResults {
  /** Machine, versions and options of the measurement, by their names. */
  readonly setting: Readonly<Record<string, string>>;
  readonly starts: readonly StartRow[];
  readonly memory: readonly MemoryRow[];
  readonly writers: readonly WriterRow[];
  readonly cgroup: readonly CgroupRow[];
  readonly pauses: readonly PauseRow[];
  readonly cost: readonly CostRow[];
  readonly latency: readonly LatencyRow[];
}

/** The results as Markdown; parts that were not measured are absent. */
export function benchReport(results: BenchResults): string {
  const { setting, starts, memory, writers, cgroup, pauses, cost, latency } = results;
  const sizes = [...new Set(latency.map(({ endpoints }) => endpoints))];
  return [
    markdownTable<readonly [string, string]>(
      [
        { heading: 'measured on', cell: ([what]) => what, align: 'left' },
        { heading: '', cell: ([, value]) => value, align: 'left' },
      ],
      Object.entries(setting),
    ),
    section('Figures to reach', goalTable, goals(results)),
    section('Start', startTable, starts),
    section('Memory', memoryTable, memory),
    section('In little memory', cgroupTable, cgroup),
    section('Pauses', pauseTable, pauses),
    section('Writers', writerTable, writers),
    section('Cost to a real Locust', costTable, cost),
    ...sizes.map((size) =>
      section(
        `Latency with ${size.toLocaleString('en')} endpoints`,
        latencyTable,
        latency.filter(({ endpoints }) => endpoints === size),
      ),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function section<Row>(
  heading: string,
  table: (rows: readonly Row[]) => string,
  rows: readonly Row[],
): string {
  return rows.length === 0 ? '' : `## ${heading}\n\n${table(rows)}`;
}

function goalTable(rows: readonly GoalRow[]): string {
  return markdownTable(
    [
      { heading: 'figure', cell: ({ what }) => what, align: 'left' },
      { heading: 'to reach', cell: ({ goal }) => goal },
      { heading: 'measured', cell: ({ measured }) => measured },
      { heading: 'reached', cell: ({ reached }) => (reached ? 'yes' : 'no') },
    ],
    rows,
  );
}

function startTable(rows: readonly StartRow[]): string {
  return markdownTable(
    [
      { heading: 'program', cell: ({ program }) => program, align: 'left' },
      { heading: 'CPU', cell: ({ cpus }) => String(cpus ?? 'all') },
      { heading: 'median ms', cell: ({ medianMs }) => figure(medianMs) },
      { heading: 'least', cell: ({ leastMs }) => figure(leastMs) },
      { heading: 'most', cell: ({ mostMs }) => figure(mostMs) },
    ],
    rows,
  );
}

function memoryTable(rows: readonly MemoryRow[]): string {
  return markdownTable(
    [
      { heading: 'program', cell: ({ program }) => program, align: 'left' },
      { heading: 'mode', cell: ({ mode }) => mode, align: 'left' },
      { heading: 'scrapes', cell: ({ scrapes }) => String(scrapes) },
      { heading: 'RSS before, MiB', cell: ({ before }) => mebibytes(before.rssBytes) },
      { heading: 'after', cell: ({ after }) => mebibytes(after.rssBytes) },
      { heading: 'peak', cell: ({ after }) => mebibytes(after.peakRssBytes) },
      { heading: 'RssAnon before, MiB', cell: ({ before }) => mebibytes(before.rssAnonBytes) },
      { heading: 'after', cell: ({ after }) => mebibytes(after.rssAnonBytes) },
      {
        heading: 'CPU s per 1,000',
        cell: ({ cpuSeconds, scrapes }) => figure((cpuSeconds / scrapes) * 1000),
      },
      { heading: 'reads of Locust', cell: ({ locustReads }) => String(locustReads) },
      { heading: 'CPU ms per s, idle', cell: ({ idleMsPerSecond }) => figure(idleMsPerSecond) },
    ],
    rows,
  );
}

function writerTable(rows: readonly WriterRow[]): string {
  return markdownTable(
    [
      { heading: 'writer', cell: ({ writer }) => writer, align: 'left' },
      { heading: 'samples', cell: ({ samples }) => String(samples) },
      { heading: 'median ms', cell: ({ medianMs }) => figure(medianMs) },
      { heading: '÷ our own', cell: ({ medianMs }) => figure(medianMs / rows[0]!.medianMs) },
    ],
    rows,
  );
}

function cgroupTable(rows: readonly CgroupRow[]): string {
  return markdownTable(
    [
      { heading: 'limit, MiB', cell: ({ limitBytes }) => String(limitBytes / 2 ** 20) },
      { heading: 'mode', cell: ({ mode }) => mode, align: 'left' },
      { heading: 'endpoints', cell: ({ endpoints }) => String(endpoints) },
      { heading: 'scrapes', cell: ({ scrapes }) => String(scrapes) },
      { heading: 'p50 ms', cell: ({ p50Ms }) => figure(p50Ms) },
      { heading: 'p99 ms', cell: ({ p99Ms }) => figure(p99Ms) },
      { heading: 'slowest ms', cell: ({ slowestMs }) => figure(slowestMs) },
      {
        heading: 'major faults at start',
        cell: ({ startMajorFaults }) => String(startMajorFaults),
      },
      { heading: 'later', cell: ({ majorFaults }) => String(majorFaults) },
      { heading: 'peak of the group, MiB', cell: ({ peakBytes }) => mebibytes(peakBytes) },
      { heading: 'RssAnon after, MiB', cell: ({ rssAnonBytes }) => mebibytes(rssAnonBytes) },
      { heading: 'failure', cell: ({ failure }) => failure || 'none', align: 'left' },
      { heading: 'OOM kills', cell: ({ outOfMemoryKills }) => String(outOfMemoryKills) },
    ],
    rows,
  );
}

function pauseTable(rows: readonly PauseRow[]): string {
  return markdownTable(
    [
      { heading: 'endpoints', cell: ({ endpoints }) => String(endpoints) },
      { heading: 'mode', cell: ({ mode }) => mode, align: 'left' },
      { heading: 'scrapes', cell: ({ scrapes }) => String(scrapes) },
      { heading: 'reads of Locust', cell: ({ locustReads }) => String(locustReads) },
      { heading: 'answers of /healthz', cell: ({ answers }) => String(answers) },
      { heading: 'p50 ms', cell: ({ p50Ms }) => figure(p50Ms) },
      { heading: 'p99 ms', cell: ({ p99Ms }) => figure(p99Ms) },
      { heading: 'slowest ms', cell: ({ slowestMs }) => figure(slowestMs) },
    ],
    rows,
  );
}

function costTable(rows: readonly CostRow[]): string {
  const page = rows.find(({ asker }) => asker === 'page, Statistics')?.costMsPerMinute ?? NaN;
  return markdownTable(
    [
      { heading: 'who asks', cell: ({ asker }) => asker, align: 'left' },
      { heading: 'scrapers', cell: ({ scrapers }) => (scrapers === 0 ? '–' : String(scrapers)) },
      {
        heading: 'requests per minute',
        cell: ({ allRequestsPerMinute }) => allRequestsPerMinute.toFixed(0),
      },
      {
        heading: 'of which',
        cell: ({ requestsPerMinute }) => pathList(requestsPerMinute),
        align: 'left',
      },
      { heading: 'new reports', cell: ({ newReportsPerMinute }) => newReportsPerMinute.toFixed(0) },
      { heading: 'kB per minute', cell: ({ bytesPerMinute }) => figure(bytesPerMinute / 1000) },
      { heading: 'CPU ms per minute', cell: ({ cpuMsPerMinute }) => figure(cpuMsPerMinute) },
      { heading: 'above nobody', cell: ({ costMsPerMinute }) => figure(costMsPerMinute) },
      { heading: 'least', cell: ({ leastCostMs }) => figure(leastCostMs) },
      { heading: 'most', cell: ({ mostCostMs }) => figure(mostCostMs) },
      { heading: '÷ page', cell: ({ costMsPerMinute }) => figure(costMsPerMinute / page) },
    ],
    rows,
  );
}

function pathList(requestsPerMinute: CostRow['requestsPerMinute']): string {
  return Object.entries(requestsPerMinute)
    .map(([path, count]) => `${path} ${count.toFixed(0)}`)
    .join(', ');
}

function latencyTable(rows: readonly LatencyRow[]): string {
  return markdownTable(
    [
      { heading: 'scrapers', cell: ({ scrapers }) => String(scrapers) },
      {
        heading: 'encoding',
        cell: ({ format, gzip }) => (gzip ? `${format}, gzip` : format),
        align: 'left',
      },
      { heading: 'program', cell: ({ program }) => program, align: 'left' },
      { heading: 'mode', cell: ({ mode }) => mode, align: 'left' },
      { heading: 'p50 ms', cell: ({ p50Ms }) => figure(p50Ms) },
      { heading: 'p99 ms', cell: ({ p99Ms }) => figure(p99Ms) },
      { heading: 'mean ms', cell: ({ meanMs }) => figure(meanMs) },
      { heading: 'spread', cell: ({ spread }) => `${(spread * 100).toFixed(0)} %` },
      { heading: '÷ predecessor', cell: ({ toPredecessor }) => figure(toPredecessor) },
      { heading: '÷ static file', cell: ({ toStaticFile }) => figure(toStaticFile) },
      { heading: 'scrapes/s', cell: ({ perSecond }) => figure(perSecond) },
      {
        heading: 'CPU s per 1,000',
        cell: ({ cpuSecondsPer1000 }) => figure(cpuSecondsPer1000),
      },
      {
        heading: 'reads of Locust per 1,000',
        cell: ({ locustReadsPer1000 }) => figure(locustReadsPer1000),
      },
      { heading: 'bytes', cell: ({ bytes }) => String(bytes) },
      {
        heading: 'samples',
        cell: ({ samples }) => (samples === undefined ? '–' : String(samples)),
      },
    ],
    rows,
  );
}
