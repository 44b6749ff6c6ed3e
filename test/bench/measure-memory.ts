import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchLocust } from './bench-locust.ts';
import type { Mode } from './modes.ts';
import { startMeasured } from './measured-program.ts';
import { readProcessMemory, readProcessTimes, type ProcessMemory } from './process-figures.ts';
import type { Program } from './programs.ts';
import { scrapeHeaders, type LoadGenerator } from './scrape-load.ts';

export interface MemoryRow {
  readonly program: Program['name'];
  readonly mode: string;
  readonly scrapes: number;
  readonly before: ProcessMemory;
  readonly after: ProcessMemory;
  readonly cpuSeconds: number;
  readonly locustReads: number;
  /** CPU that it takes when nobody asks. */
  readonly idleMsPerSecond: number;
}

/** So many scrapes, one after the other without a pause, in the encoding that Prometheus asks for. */
export async function measureMemory(
  program: Parameters<typeof startMeasured>[0],
  { label, newReport }: Pick<Mode, 'label' | 'newReport'>,
  { scrapes, idleMs }: { readonly scrapes: number; readonly idleMs: number },
  locust: BenchLocust,
  generator: LoadGenerator,
): Promise<MemoryRow> {
  await locust.play(newReport);
  const measured = await startMeasured(program, locust.endpoints);
  try {
    const format = program.name === 'exporter' ? 'openmetrics' : 'text';
    const headers = scrapeHeaders({ format, gzip: true });
    const idleMsPerSecond = await idleCpu(measured.pid, idleMs);
    const before = readProcessMemory(measured.pid);
    const readsBefore = await locust.reads();
    const { cpuSeconds } = readProcessTimes(measured.pid);
    await generator.load({ url: measured.metricsUrl, headers, scrapers: 1, scrapes });
    return {
      ...{ program: program.name, mode: label, scrapes, before },
      after: readProcessMemory(measured.pid),
      cpuSeconds: readProcessTimes(measured.pid).cpuSeconds - cpuSeconds,
      locustReads: (await locust.reads()) - readsBefore,
      idleMsPerSecond,
    };
  } finally {
    await measured.stop();
  }
}

async function idleCpu(pid: number, idleMs: number): Promise<number> {
  const { cpuSeconds } = readProcessTimes(pid);
  const startMs = performance.now();
  await sleep(idleMs);
  const seconds = (performance.now() - startMs) / 1000;
  return ((readProcessTimes(pid).cpuSeconds - cpuSeconds) * 1000) / seconds;
}
