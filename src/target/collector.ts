import type { Outcome } from './outcome.ts';

/** Decides when Locust is read. */
export interface Collector {
  /**
   * What is known of Locust now.
   *
   * @param timeoutMs how long the one who asks can wait; Infinity when that is not known.
   * @param scraper the same object for one who comes again and again.
   */
  current(timeoutMs: number, scraper?: object): Promise<Outcome>;
  /** Begins what goes on by itself. */
  start(): void;
  stop(): void;
}
