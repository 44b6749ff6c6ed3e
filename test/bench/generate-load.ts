import autocannon from 'autocannon';
import { answerParent } from './worker-process.ts';

export interface LoadRequest {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly scrapers: number;
  /** Of all scrapers together; each sends its next request as soon as it has the response. */
  readonly scrapes: number;
}

export interface LoadReply {
  readonly latenciesMs: Float64Array;
  readonly seconds: number;
  /** Of the smallest answer, with its headers. */
  readonly leastBytes: number;
  readonly mostBytes: number;
  /** Responses other than 200, and missing ones. */
  readonly failures: number;
}

/** How often autocannon looks whether it is done. */
const SAMPLE_MS = 10;
const TIMEOUT_SECONDS = 60;

answerParent(
  ({ url, headers, scrapers, scrapes }: LoadRequest) =>
    new Promise<LoadReply>((resolve, reject) => {
      // autocannon's own histogram counts whole milliseconds.
      const latenciesMs: number[] = [];
      let [leastBytes, mostBytes, not200, lastMs] = [Infinity, 0, 0, 0];
      const startMs = performance.now();
      const options = {
        ...{ url, headers: { ...headers }, connections: scrapers, amount: scrapes },
        ...{ timeout: TIMEOUT_SECONDS, sampleInt: SAMPLE_MS },
      };
      const instance = autocannon(options, (problem: Error | null, result) => {
        if (problem) {
          reject(problem);
          return;
        }
        resolve({
          latenciesMs: Float64Array.from(latenciesMs),
          seconds: (lastMs - startMs) / 1000,
          ...{ leastBytes, mostBytes },
          failures: not200 + result.errors,
        });
      });
      instance.on('response', (_client, status, bytes, latencyMs) => {
        latenciesMs.push(latencyMs);
        lastMs = performance.now();
        leastBytes = Math.min(leastBytes, bytes);
        mostBytes = Math.max(mostBytes, bytes);
        if (status !== 200) not200++;
      });
    }),
);
