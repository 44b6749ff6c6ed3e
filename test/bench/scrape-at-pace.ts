import { setTimeout as sleep } from 'node:timers/promises';

/** Scrapers that keep their pace, as Prometheus does, spread over the time from scrape to scrape. */
export interface PacedScrapers {
  /** Throws what a scrape threw. */
  stop(): Promise<void>;
}

export function scrapeAtPace(
  scrapers: number,
  everyMs: number,
  scrape: () => Promise<unknown>,
): PacedScrapers {
  const ending = new AbortController();
  const startMs = performance.now();

  async function keepScraping(offsetMs: number): Promise<void> {
    for (let dueMs = startMs + offsetMs; ; dueMs += everyMs) {
      const { signal } = ending;
      const waitMs = Math.max(0, dueMs - performance.now());
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await scrape();
    }
  }

  const all = Promise.all(
    Array.from({ length: scrapers }, (_, index) => keepScraping((index * everyMs) / scrapers)),
  );
  all.catch(() => {
    ending.abort();
  });
  return {
    async stop() {
      ending.abort();
      await all;
    },
  };
}
