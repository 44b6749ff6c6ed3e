import type { NewReport, ReplayReply, ReplayRequest } from './replay-locust.ts';
import { startWorker } from './worker-process.ts';

/** A Locust in its own process, whose requests cost almost nothing. */
export interface BenchLocust {
  readonly url: string;
  readonly endpoints: number;
  readonly reportBytes: number;
  play(newReport: NewReport): Promise<void>;
  /** Of `/stats/requests`, so far. */
  reads(): Promise<number>;
  stop(): void;
}

const ERRORS = 20;
const WORKERS = 8;

/** @param delayMs how long each response takes */
export async function startBenchLocust(endpoints: number, delayMs = 0): Promise<BenchLocust> {
  const worker = startWorker<ReplayRequest, ReplayReply>('replay-locust.ts');
  const { url, bytes } = await worker.ask({
    ...{ order: 'record', endpoints, errors: ERRORS, workers: WORKERS },
  });
  return {
    ...{ url, endpoints, reportBytes: bytes },
    async play(newReport) {
      await worker.ask({ order: 'play', newReport, delayMs });
    },
    async reads() {
      const { reads } = await worker.ask({ order: 'count' });
      return reads['/stats/requests'] ?? 0;
    },
    stop: () => {
      worker.stop();
    },
  };
}
