import { setTimeout as sleep } from 'node:timers/promises';
import type { AskReply, AskRequest } from './ask-steadily.ts';
import type { BenchLocust } from './bench-locust.ts';
import { startMeasured, type MeasuredProgram } from './measured-program.ts';
import { MODES, type Mode } from './modes.ts';
import { exporterProgram } from './programs.ts';
import { scrapeHeaders, type LoadGenerator } from './scrape-load.ts';
import { percentile } from './statistics.ts';
import { startWorker } from './worker-process.ts';

export interface PauseRow {
  readonly endpoints: number;
  readonly mode: string;
  /** None where the exporter was left alone, to compare with. */
  readonly scrapes: number;
  readonly locustReads: number;
  /** Of `/healthz`. */
  readonly answers: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

interface Contender {
  readonly mode: Mode;
  readonly exporter: MeasuredProgram;
  /** Of each round, at least. */
  readonly scrapes: number;
  readonly leastMs: number;
}

interface Round {
  readonly latenciesMs: Float64Array;
  readonly scrapes: number;
  readonly locustReads: number;
}

const EVERY_MS = 5;
const ALONE_MS = 1000;
const ENCODING = { format: 'openmetrics', gzip: true } as const;
/** Of each round, fewer where they take long. */
const SCRAPES = { few: 10, many: 100 };
const FEW_FROM = 5000;
/** Of each round, where not every scrape reads Locust. */
const READS = 2;

/** How long others wait for the exporter while one scrapes it without a pause. */
export async function measurePauses(
  locust: BenchLocust,
  generator: LoadGenerator,
  rounds: number,
): Promise<PauseRow[]> {
  const asker = startWorker<AskRequest, AskReply>('ask-steadily.ts');
  const exporters: MeasuredProgram[] = [];
  try {
    const contenders: Contender[] = [];
    for (const mode of MODES.filter(({ key }) => key === 'each-read' || key === 'loop')) {
      await locust.play(mode.newReport);
      const program = { ...exporterProgram(locust.url, mode.settings), name: 'exporter' as const };
      const exporter = await startMeasured(program, locust.endpoints);
      exporter.halt();
      exporters.push(exporter);
      if (mode.key === 'each-read') {
        contenders.push({ ...{ mode, exporter }, scrapes: 0, leastMs: ALONE_MS });
      }
      const scrapes = locust.endpoints < FEW_FROM ? SCRAPES.many : SCRAPES.few;
      contenders.push({ ...{ mode, exporter, scrapes }, leastMs: mode.intervalMs * READS });
    }
    const results = contenders.map(() => [] as Round[]);
    for (let turn = 0; turn < rounds; turn++) {
      for (const [index, contender] of contenders.entries()) {
        const { mode, exporter } = contender;
        await locust.play(mode.newReport);
        await exporter.wake();
        try {
          results[index]!.push(await round(contender));
        } finally {
          exporter.halt();
        }
      }
    }
    return contenders.map(({ mode }, index) => summarize(mode, results[index]!));
  } finally {
    asker.stop();
    await Promise.all(exporters.map((exporter) => exporter.stop()));
  }

  async function round({ exporter, scrapes, leastMs }: Contender): Promise<Round> {
    const url = exporter.metricsUrl;
    const headers = scrapeHeaders(ENCODING);
    const readsBefore = await locust.reads();
    await asker.ask({ order: 'start', url: new URL('/healthz', url).href, everyMs: EVERY_MS });
    const endMs = performance.now() + leastMs;
    let done = 0;
    while (done < scrapes || performance.now() < endMs) {
      if (scrapes === 0) await sleep(EVERY_MS);
      else await generator.load({ url, headers, scrapers: 1, scrapes });
      done += scrapes;
    }
    const { latenciesMs } = await asker.ask({ order: 'stop' });
    return { latenciesMs, scrapes: done, locustReads: (await locust.reads()) - readsBefore };
  }

  function summarize({ label }: Mode, done: readonly Round[]): PauseRow {
    const sum = (value: (round: Round) => number): number =>
      done.reduce((all, one) => all + value(one), 0);
    const latenciesMs = done.flatMap((one) => [...one.latenciesMs]);
    return {
      ...{ endpoints: locust.endpoints, mode: label, answers: latenciesMs.length },
      scrapes: sum(({ scrapes }) => scrapes),
      locustReads: sum(({ locustReads }) => locustReads),
      p50Ms: percentile(latenciesMs, 0.5),
      p99Ms: percentile(latenciesMs, 0.99),
      slowestMs: percentile(latenciesMs, 1),
    };
  }
}
