import type { LoadReply, LoadRequest } from './generate-load.ts';
import { startWorker } from './worker-process.ts';

export type Format = 'text' | 'openmetrics';

export interface Encoding {
  readonly format: Format;
  readonly gzip: boolean;
}

export interface LoadGenerator {
  /** @throws Error where a response is not 200 or is cut short */
  load(request: LoadRequest): Promise<LoadReply>;
  stop(): void;
}

const ACCEPT: Readonly<Record<Format, string>> = {
  text: 'text/plain;version=0.0.4',
  openmetrics: 'application/openmetrics-text;version=1.0.0',
};

/** Reports of the same run differ in the length of their numbers alone. */
const SMALLEST_SHARE = 0.9;

export function scrapeHeaders({ format, gzip }: Encoding): Record<string, string> {
  return { accept: ACCEPT[format], 'accept-encoding': gzip ? 'gzip' : 'identity' };
}

export function startLoadGenerator(): LoadGenerator {
  const worker = startWorker<LoadRequest, LoadReply>('generate-load.ts');
  return {
    async load(request) {
      const reply = await worker.ask(request);
      const { latenciesMs, failures, leastBytes, mostBytes } = reply;
      if (failures > 0 || latenciesMs.length !== request.scrapes) {
        const answers = `${latenciesMs.length} of ${request.scrapes}`;
        throw new Error(`${request.url}: ${answers} answered, ${failures} failures`);
      }
      if (leastBytes < mostBytes * SMALLEST_SHARE) {
        throw new Error(`${request.url}: a response of ${leastBytes} bytes, not ${mostBytes}`);
      }
      return reply;
    },
    stop: () => {
      worker.stop();
    },
  };
}
