import { LocustError } from '../locust/errors.ts';
import type { Outcome } from './reader.ts';

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

/**
 * Waits for a read that somebody with more time may have started.
 *
 * @returns null when the time is over before the read.
 */
export async function outcomeWithin(
  read: Promise<Outcome>,
  timeoutMs: number,
): Promise<Outcome | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, null);
  });
  const outcome = await Promise.race([read, late]);
  clearTimeout(timer);
  return outcome;
}

export function tooLate(): LocustError {
  return new LocustError('timeout', 'Locust did not answer in time');
}
