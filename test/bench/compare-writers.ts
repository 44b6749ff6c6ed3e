import { Counter, Gauge, Registry } from 'prom-client';
import { runSync } from '../../src/async/run-yielding.ts';
import { parseReport } from '../../src/locust/report/read-report.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import { createPage } from '../../src/metrics/exposition/formats.ts';
import { parseExposition, type ParsedFamily } from '../helpers/parse-exposition.ts';
import { recordReports } from './record-reports.ts';
import { median } from './statistics.ts';

export interface WriterRow {
  readonly writer: 'our own' | 'prom-client';
  /** To encode a report of so many endpoints. */
  readonly medianMs: number;
  readonly samples: number;
}

const ROUNDS = 7;
const WRITINGS = 20;

/**
 * Two ways from a report to bytes: the writer of this program, and a registry of prom-client that
 * is made anew for each report, as labels that are gone must not stay.
 */
export async function compareWriters(endpoints: number): Promise<WriterRow[]> {
  const { reports } = recordReports({ endpoints, errors: 20, workers: 8 });
  const report = {
    info: null,
    runStartSeconds: 1,
    snapshot: parseReport(Buffer.from(String(reports[0])), null),
  };
  const page = createPage('text');
  const ownWriter = (): Promise<Buffer> => {
    page.cut(0);
    runSync(page.write(buildFamilies(CATALOG, 'locust', report)));
    return Promise.resolve(page.bytes());
  };
  const families = parseExposition((await ownWriter()).toString(), 'text');
  const writers = { 'our own': ownWriter, 'prom-client': () => writeByPromClient(families) };
  const timesMs = { 'our own': [] as number[], 'prom-client': [] as number[] };
  for (let round = 0; round <= ROUNDS; round += 1) {
    for (const writer of ['our own', 'prom-client'] as const) {
      const startMs = performance.now();
      for (let count = 0; count < WRITINGS; count += 1) await writers[writer]();
      // In the first round nothing is compiled yet.
      if (round > 0) timesMs[writer].push((performance.now() - startMs) / WRITINGS);
    }
  }
  const samples = families.reduce((sum, family) => sum + family.samples.length, 0);
  return (['our own', 'prom-client'] as const).map((writer) => ({
    ...{ writer, samples, medianMs: median(timesMs[writer]) },
  }));
}

/** As gauges, since its summaries cannot be told their quantiles. */
async function writeByPromClient(families: readonly ParsedFamily[]): Promise<Buffer> {
  const registers = [new Registry()];
  for (const { type, help, samples } of families) {
    const metrics = new Map<string, Gauge | Counter>();
    for (const { name, labels, value } of samples) {
      let metric = metrics.get(name);
      if (metric === undefined) {
        const labelNames = Object.keys(labels);
        const settings = { name, help, labelNames, registers };
        metric = type === 'counter' ? new Counter(settings) : new Gauge(settings);
        metrics.set(name, metric);
      }
      if (metric instanceof Counter) metric.inc(labels, value);
      else metric.set(labels, value);
    }
  }
  return Buffer.from(await registers[0]!.metrics());
}
