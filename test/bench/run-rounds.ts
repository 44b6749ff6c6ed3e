import type { BenchLocust } from './bench-locust.ts';
import type { LatencyRow } from './latency-row.ts';
import type { Contender, LatencyGroup } from './measure-latency.ts';
import { readProcessTimes } from './process-figures.ts';
import { scrapeHeaders, type LoadGenerator } from './scrape-load.ts';
import { mean, median, percentile, spread } from './statistics.ts';

export interface RoundLength {
  readonly rounds: number;
  /** About how long a round takes, unless the fewest scrapes take longer. */
  readonly roundMs: number;
}

interface Round {
  readonly latenciesMs: Float64Array;
  readonly seconds: number;
  readonly bytes: number;
  readonly cpuSeconds: number;
  readonly locustReads: number;
}

const FEWEST_SCRAPES = 3;
const MOST_SCRAPES = 5000;
/** One whose rounds take so many times longer than they should is measured once. */
const TOO_LONG = 5;

/** Measures contenders one after the other, again and again, so that noise hits all of them. */
export async function runRounds(
  contenders: readonly Contender[],
  group: LatencyGroup,
  locust: BenchLocust,
  generator: LoadGenerator,
  { rounds, roundMs }: RoundLength,
): Promise<LatencyRow[]> {
  const { scrapers, gzip } = group;
  const results = contenders.map(() => [] as Round[]);
  const scrapes = contenders.map(() => 0);
  for (let turn = 0; turn <= rounds; turn++) {
    for (const [index, contender] of contenders.entries()) {
      const done = results[index]!;
      const leastMs = Math.max(roundMs, contender.leastMs);
      if (done.some(({ seconds }) => seconds * 1000 > leastMs * TOO_LONG)) continue;
      await locust.play(contender.newReport);
      await contender.wake();
      try {
        if (turn === 0) scrapes[index] = await warmUp(contender, leastMs, done);
        else done.push(await round(contender, scrapes[index]!));
      } finally {
        contender.halt();
      }
    }
  }
  return contenders.map((contender, index) => summarize(contender, results[index]!));

  /** @returns how many scrapes make a round; what took too long for another is a round itself. */
  async function warmUp(contender: Contender, leastMs: number, done: Round[]): Promise<number> {
    let count = Math.max(scrapers, FEWEST_SCRAPES);
    for (let attempt = 0; attempt < 2; attempt++) {
      const tried = await round(contender, count);
      if (tried.seconds * 1000 > leastMs * TOO_LONG) {
        done.push(tried);
        return count;
      }
      const fitting = Math.round((count / tried.seconds) * (roundMs / 1000));
      count = Math.min(Math.max(fitting, scrapers, FEWEST_SCRAPES), MOST_SCRAPES);
    }
    return Math.ceil((count * leastMs) / roundMs);
  }

  async function round({ url, pid, format }: Contender, count: number): Promise<Round> {
    const headers = scrapeHeaders({ format, gzip });
    const readsBefore = await locust.reads();
    const { cpuSeconds } = readProcessTimes(pid);
    const reply = await generator.load({ url, headers, scrapers, scrapes: count });
    const { latenciesMs, seconds, mostBytes: bytes } = reply;
    return {
      ...{ latenciesMs, seconds, bytes },
      cpuSeconds: readProcessTimes(pid).cpuSeconds - cpuSeconds,
      locustReads: (await locust.reads()) - readsBefore,
    };
  }

  function summarize({ program, mode, format, samples }: Contender, done: Round[]): LatencyRow {
    const of = (value: (round: Round) => number): number[] => done.map(value);
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
    const count = sum(of(({ latenciesMs }) => latenciesMs.length));
    const medians = of(({ latenciesMs }) => percentile([...latenciesMs], 0.5));
    const reads = sum(of(({ locustReads }) => locustReads));
    return {
      ...{ endpoints: locust.endpoints, scrapers, gzip, program, mode, format },
      p50Ms: median(medians),
      p99Ms: median(of(({ latenciesMs }) => percentile([...latenciesMs], 0.99))),
      meanMs: median(of(({ latenciesMs }) => mean([...latenciesMs]))),
      spread: spread(medians),
      perSecond: count / sum(of(({ seconds }) => seconds)),
      cpuSecondsPer1000: (sum(of(({ cpuSeconds }) => cpuSeconds)) / count) * 1000,
      bytes: Math.max(...of(({ bytes }) => bytes)),
      ...(samples !== undefined && { samples }),
      ...{ scrapes: count, rounds: done.length },
      ...(program !== 'static file' && {
        locustReadsPer1000: (reads / count) * 1000,
        locustReadsPerSecond: reads / sum(of(({ seconds }) => seconds)),
      }),
    };
  }
}
