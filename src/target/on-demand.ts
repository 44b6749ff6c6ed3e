import type { Collector } from './collector.ts';
import type { Reader } from './reader.ts';
import type { Clock, Outcome } from './outcome.ts';
import { outcomeWithin, tooLate } from './outcome.ts';

export interface OnDemandOptions {
  readonly reader: Pick<Reader, 'read' | 'down'>;
  readonly clock: Clock;
  readonly locustTimeoutMs: number;
  readonly cacheTtlMs: number;
}

/** How many times as old a report may be for a scraper that has not had it; the most. */
const SHARED = 4;
const MAX_SHARED_MS = 4000;

/**
 * Reads Locust when asked; those who ask meanwhile share the read in flight. A scraper that comes
 * again takes what another one has caused since its last time, so that ten whose interval is
 * several times the cache's cost Locust little more than one.
 */
export function createOnDemandCollector({
  reader,
  clock,
  locustTimeoutMs,
  cacheTtlMs,
}: OnDemandOptions): Collector {
  let inFlight: Promise<Outcome> | null = null;
  let last: Outcome | null = null;
  /** When the report was read that a scraper got last. */
  const given = new WeakMap<object, number>();
  const sharedMs = Math.min(SHARED * cacheTtlMs, MAX_SHARED_MS);

  function startRead(timeoutMs: number): Promise<Outcome> {
    inFlight = reader.read(timeoutMs).then((outcome) => {
      // A failure is not kept: Locust may be back at the next moment.
      last = outcome.problem === null ? outcome : null;
      inFlight = null;
      return outcome;
    });
    return inFlight;
  }

  /** One who joins a read that was started with less time gets another when it runs out. */
  async function joinRead(read: Promise<Outcome>, budgetMs: number): Promise<Outcome> {
    const startMs = clock.monotonicMs();
    const outcome = await outcomeWithin(read, budgetMs);
    if (outcome === null) return reader.down(tooLate());
    const leftMs = budgetMs - (clock.monotonicMs() - startMs);
    return outcome.problem?.code === 'timeout' && leftMs > 0 ? current(leftMs) : outcome;
  }

  function isFresh(outcome: Outcome, scraper: object | undefined): boolean {
    const ageMs = clock.monotonicMs() - outcome.atMs;
    if (ageMs < cacheTtlMs) return true;
    const before = scraper && given.get(scraper);
    return before !== undefined && before < outcome.atMs && ageMs < sharedMs;
  }

  function current(timeoutMs: number, scraper?: object): Promise<Outcome> {
    if (last !== null && isFresh(last, scraper)) return Promise.resolve(last);
    const budgetMs = Math.min(timeoutMs, locustTimeoutMs);
    return inFlight === null ? startRead(budgetMs) : joinRead(inFlight, budgetMs);
  }

  return {
    async current(timeoutMs, scraper) {
      const outcome = await current(timeoutMs, scraper);
      if (scraper !== undefined) given.set(scraper, outcome.atMs);
      return outcome;
    },
    start: () => undefined,
    stop: () => undefined,
  };
}
