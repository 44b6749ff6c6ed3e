import type { Outcome } from './outcome.ts';

/** Decides when Locust is read. */
export interface Collector {
  /**
   * What is known of Locust now.
   *
   * @param timeoutMs how long the caller can wait; Infinity when that is not known.
   * @param scraper an object that is the same for each scrape of one scraper.
   */
  current(timeoutMs: number, scraper?: object): Promise<Outcome>;
  /** Starts reading, where that does not wait for scrapes. */
  start(): void;
  stop(): void;
}
