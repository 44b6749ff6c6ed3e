import { execFileSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import type { BenchLocust } from './bench-locust.ts';
import { checkExposition } from './check-exposition.ts';
import { getBody } from './measured-program.ts';
import { createMemoryCgroup } from './memory-cgroup.ts';
import type { Mode } from './modes.ts';
import { readProcessMemory, readProcessTimes } from './process-figures.ts';
import { exporterProgram, startProgram } from './programs.ts';
import { scrapeHeaders, type LoadGenerator } from './scrape-load.ts';
import { percentile } from './statistics.ts';

export interface CgroupRow {
  readonly limitBytes: number;
  readonly mode: string;
  readonly endpoints: number;
  /** Successful scrapes; 0 if one failed. */
  readonly scrapes: number;
  /** Empty if all succeeded. */
  readonly failure: string;
  readonly startMajorFaults: number;
  readonly majorFaults: number;
  readonly peakBytes: number;
  readonly rssAnonBytes: number;
  readonly outOfMemoryKills: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly slowestMs: number;
}

/** Node that has to read its program from disk, in a container with little memory. */
export async function measureInCgroup(
  limitBytes: number,
  { label, settings, newReport }: Mode,
  scrapes: number,
  locust: BenchLocust,
  generator: LoadGenerator,
): Promise<CgroupRow> {
  const folder = await temporaryFolder('bench-cgroup');
  const cgroup = createMemoryCgroup(path.basename(folder.path), limitBytes);
  try {
    // A copy, since nobody else then has its pages in memory.
    const node = path.join(folder.path, 'node');
    copyFileSync(process.execPath, node);
    execFileSync('sync', [node]);
    execFileSync('dd', [`if=${node}`, 'iflag=nocache', 'count=0', 'status=none']);
    await locust.play(newReport);
    const started = await startProgram(cgroup.hold(exporterProgram(locust.url, settings, node)));
    const { pid } = started.process;
    try {
      const { majorFaults: startMajorFaults } = readProcessTimes(pid);
      const { latenciesMs, failure } = await scrape(`${started.url}/metrics`);
      const ended = started.process.exit !== undefined;
      return {
        ...{ limitBytes, mode: label, endpoints: locust.endpoints, startMajorFaults },
        ...{ scrapes: latenciesMs.length, failure },
        majorFaults: ended ? NaN : readProcessTimes(pid).majorFaults - startMajorFaults,
        peakBytes: cgroup.peakBytes(),
        rssAnonBytes: ended ? NaN : readProcessMemory(pid).rssAnonBytes,
        outOfMemoryKills: cgroup.outOfMemoryKills(),
        p50Ms: percentile(latenciesMs, 0.5),
        p99Ms: percentile(latenciesMs, 0.99),
        slowestMs: percentile(latenciesMs, 1),
      };
    } finally {
      await started.process.stop();
    }
  } finally {
    cgroup.remove();
    await folder.remove();
  }

  async function scrape(url: string): Promise<{ latenciesMs: number[]; failure: string }> {
    const encoding = { format: 'openmetrics', gzip: true } as const;
    try {
      const body = await getBody(url, encoding);
      checkExposition('exporter', body.toString(), locust.endpoints);
      const headers = scrapeHeaders(encoding);
      const { latenciesMs } = await generator.load({ url, headers, scrapers: 1, scrapes });
      return { latenciesMs: [...latenciesMs], failure: '' };
    } catch (error) {
      return { latenciesMs: [], failure: (error as Error).message };
    }
  }
}
