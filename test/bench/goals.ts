import type { BenchResults } from './bench-report.ts';
import { costGoals } from './cost-goals.ts';
import { atMost, type GoalRow } from './goal-row.ts';
import type { LatencyRow } from './latency-row.ts';
import { figure, mebibytes } from './markdown-table.ts';
import { MODES, type Mode } from './modes.ts';

const ENDPOINTS = 500;
const MANY_SCRAPERS = 50;
const PAUSE_ENDPOINTS = 10_000;

const MOST = {
  onDemandToPredecessor: 0.35,
  loopToPredecessor: 0.05,
  rssAnonBytes: 48 * 2 ** 20,
  rssBytes: 110 * 2 ** 20,
  startMs: 120,
  pauseMs: 50,
};
const LEAST_SAMPLES_TO_PREDECESSOR = 1.5;
/** One read at a time is as many as one scraper causes, but not always as fast. */
const READS_TOLERANCE = 1.25;

/** Compares the measured figures with the goals. A missed goal is no failure. */
export function goals({
  starts,
  memory,
  latency,
  pauses,
  cost,
}: Pick<BenchResults, 'starts' | 'memory' | 'latency' | 'pauses' | 'cost'>): GoalRow[] {
  const rows: GoalRow[] = [];
  const one = plainText(latency, 1);
  const onDemand = ofMode(one, 'each-read');
  const predecessor = one.find(({ program }) => program === 'predecessor');
  const start = starts.find(({ program, cpus }) => program === 'exporter' && cpus === undefined);

  rows.push(
    ...atMost('median latency ÷ predecessor, on-demand', onDemand?.toPredecessor, {
      most: MOST.onDemandToPredecessor,
    }),
  );
  if (onDemand?.samples !== undefined && predecessor?.samples !== undefined) {
    const ratio = onDemand.samples / predecessor.samples;
    rows.push({
      what: 'samples ÷ predecessor',
      goal: `≥ ${LEAST_SAMPLES_TO_PREDECESSOR}`,
      measured: figure(ratio),
      reached: ratio >= LEAST_SAMPLES_TO_PREDECESSOR,
    });
  }
  rows.push(
    ...atMost('median latency ÷ predecessor, loop', ofMode(one, 'loop')?.toPredecessor, {
      most: MOST.loopToPredecessor,
    }),
  );
  for (const { key, label } of MODES) {
    const few = ofMode(one, key)?.locustReadsPerSecond;
    const many = ofMode(plainText(latency, MANY_SCRAPERS), key)?.locustReadsPerSecond;
    if (few === undefined) continue;
    const what = `reads of Locust per second with ${MANY_SCRAPERS} scrapers, not one; ${label}`;
    // Within a round of less than two seconds there may be one read more.
    rows.push(...atMost(what, many, { most: Math.max(few * READS_TOLERANCE, few + 1) }));
  }
  for (const { program, mode, after, scrapes } of memory) {
    if (program !== 'exporter') continue;
    const when = `after ${scrapes} scrapes, MiB; ${mode}`;
    rows.push(
      ...atMost(`RssAnon ${when}`, after.rssAnonBytes, {
        most: MOST.rssAnonBytes,
        show: mebibytes,
      }),
    );
    rows.push(...atMost(`RSS ${when}`, after.rssBytes, { most: MOST.rssBytes, show: mebibytes }));
  }
  rows.push(...atMost('start, ms', start?.medianMs, { most: MOST.startMs }));
  for (const { endpoints, mode, scrapes, p99Ms, slowestMs } of pauses) {
    if (endpoints !== PAUSE_ENDPOINTS || scrapes === 0) continue;
    const when = `of /healthz with ${endpoints.toLocaleString('en')} endpoints, ms; ${mode}`;
    rows.push(...atMost(`slowest answer ${when}`, slowestMs, { most: MOST.pauseMs }));
    rows.push(...atMost(`p99 ${when}`, p99Ms, { most: MOST.pauseMs }));
  }
  return [...rows, ...costGoals(cost)];
}

function plainText(latency: readonly LatencyRow[], count: number): LatencyRow[] {
  return latency.filter(
    ({ endpoints, scrapers, gzip, format }) =>
      endpoints === ENDPOINTS && scrapers === count && !gzip && format === 'text',
  );
}

function ofMode(rows: readonly LatencyRow[], key: Mode['key']): LatencyRow | undefined {
  const label = MODES.find((mode) => mode.key === key)?.label;
  return rows.find(({ program, mode }) => program === 'exporter' && mode === label);
}
