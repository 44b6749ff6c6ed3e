import { LocustError } from '../locust/errors.ts';
import type { Collector } from './collector.ts';
import { outcomeWithin, tooLate } from './outcome.ts';
import type { Reader } from './reader.ts';
import type { Clock, Outcome } from './outcome.ts';

export interface LoopOptions {
  readonly reader: Pick<Reader, 'read' | 'down'>;
  readonly clock: Clock;
  readonly locustTimeoutMs: number;
  readonly pollIntervalMs: number;
  readonly staleAfterMs: number;
}

/** Reads Locust at an interval. Scrapes get the last read. */
export function createLoopCollector({
  reader,
  clock,
  locustTimeoutMs,
  pollIntervalMs,
  staleAfterMs,
}: LoopOptions): Collector {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let first: Promise<Outcome> | null = null;
  let last: Outcome | null = null;
  let lastGood: Outcome | null = null;

  async function poll(): Promise<Outcome> {
    const startMs = clock.monotonicMs();
    const outcome = await reader.read(locustTimeoutMs);
    last = outcome;
    if (outcome.problem === null) lastGood = outcome;
    if (!stopped) {
      const waitMs = Math.max(0, pollIntervalMs - (clock.monotonicMs() - startMs));
      timer = setTimeout(() => void poll(), waitMs);
    }
    return outcome;
  }

  return {
    start() {
      first ??= poll();
    },
    async current(timeoutMs) {
      first ??= poll();
      if (last === null) {
        const budgetMs = Math.min(timeoutMs, locustTimeoutMs);
        return (await outcomeWithin(first, budgetMs)) ?? reader.down(tooLate());
      }
      // After a single failed read the last good one is still fresh.
      const fresh = lastGood !== null && clock.monotonicMs() - lastGood.atMs <= staleAfterMs;
      if (fresh && lastGood !== null) return lastGood;
      if (last.problem !== null) return last;
      return reader.down(new LocustError('timeout', 'Locust has not been read for too long'));
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
