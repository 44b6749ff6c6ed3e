import { setTimeout as sleep } from 'node:timers/promises';

/** Scrapers that keep their pace, as Prometheus does, spread over the time from scrape to scrape. */
export interface PacedScrapers {
  /** Throws what a scrape threw. */
  stop(): Promise<void>;
}

export function scrapeAtPace(
  scrapers: number,
  everyMs: number,
  scrape: (scraper: number) => Promise<unknown>,
): PacedScrapers {
  const ending = new AbortController();
  const startMs = performance.now();

  async function keepScraping(scraper: number): Promise<void> {
    const offsetMs = (scraper * everyMs) / scrapers;
    for (let dueMs = startMs + offsetMs; ; dueMs += everyMs) {
      const { signal } = ending;
      const waitMs = Math.max(0, dueMs - performance.now());
      await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await scrape(scraper);
    }
  }

  const all = Promise.all(Array.from({ length: scrapers }, (_, scraper) => keepScraping(scraper)));
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
