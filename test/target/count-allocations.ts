// Prints how many bytes a scrape allocates on the heap for each row, as JSON: run by allocations.test.ts.
import { atOnce } from '../../src/async/in-turns.ts';
import { parseReport } from '../../src/locust/report/read-report.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import { createPage } from '../../src/metrics/exposition/formats.ts';
import { createRowLabels } from '../../src/metrics/samples.ts';
import type { RawReport } from '../helpers/raw-report.ts';
import { readFixture } from '../locust/samples.ts';

const ROUNDS = 4;

const endpoints = Number(process.argv[2]);
const FIXTURE = 'locust-2.46.3/standalone-running-600-endpoints.stats-requests.json';
const fixture = JSON.parse(readFixture(FIXTURE)) as RawReport;
const page = createPage('text');

function answer(round: number): Buffer {
  const rows = Array.from({ length: endpoints }, (_, index) => ({
    ...fixture.stats[0]!,
    name: `/${String(index).padStart(5, '0')}`,
    num_requests: 1000 * round + index,
    avg_response_time: 10 + index / 7,
  }));
  return Buffer.from(JSON.stringify({ ...fixture, stats: [...rows, fixture.stats.at(-1)] }));
}

const answers = Array.from({ length: ROUNDS + 1 }, (_, round) => answer(round));

const parse = (round: number) => parseReport(answers[round]!, null);

const labels = createRowLabels();

function render(round: number, snapshots: readonly ReturnType<typeof parse>[]): void {
  const report = { snapshot: snapshots[round]!, info: null, runStartSeconds: 1 };
  page.cut(0);
  atOnce(page.write(buildFamilies(CATALOG, 'locust', report, labels)));
}

/** The first round, which makes what stays, does not count. */
function bytesPerRow(work: (round: number) => void): number {
  work(0);
  globalThis.gc!();
  const before = process.memoryUsage().heapUsed;
  for (let round = 1; round <= ROUNDS; round += 1) work(round);
  return (process.memoryUsage().heapUsed - before) / ROUNDS / endpoints;
}

const snapshots = Array.from({ length: ROUNDS + 1 }, (_, round) => parse(round));
const figures = {
  parse: bytesPerRow(parse),
  render: bytesPerRow((round) => {
    render(round, snapshots);
  }),
};
process.stdout.write(JSON.stringify(figures));
