import type { Answers, ProxyReply, ProxyRequest } from './counting-proxy.ts';
import { startWorker } from './worker-process.ts';

/** The way to a Locust on which its responses are counted. */
export interface CountedLocust {
  readonly url: string;
  /** So far, by path. */
  answers(): Promise<Readonly<Record<string, Answers>>>;
  stop(): void;
}

export async function countLocust(locustUrl: string): Promise<CountedLocust> {
  const worker = startWorker<ProxyRequest, ProxyReply>('counting-proxy.ts');
  const { url } = await worker.ask({ order: 'forward', to: locustUrl });
  return {
    url,
    answers: async () => (await worker.ask({ order: 'count' })).answers,
    stop: () => {
      worker.stop();
    },
  };
}
