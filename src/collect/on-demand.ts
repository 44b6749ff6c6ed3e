import type { Collector } from './collector.ts';
import type { Clock, Outcome, Reader } from './reader.ts';
import { outcomeWithin, tooLate } from './outcome-within.ts';

export interface OnDemandOptions {
  readonly reader: Pick<Reader, 'read' | 'down'>;
  readonly clock: Clock;
  readonly locustTimeoutMs: number;
  readonly cacheTtlMs: number;
}

/** Reads Locust when asked; those who ask meanwhile share the read in flight. */
export function createOnDemandCollector({
  reader,
  clock,
  locustTimeoutMs,
  cacheTtlMs,
}: OnDemandOptions): Collector {
  let inFlight: Promise<Outcome> | null = null;
  let last: Outcome | null = null;

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

  function current(timeoutMs: number): Promise<Outcome> {
    if (last !== null && clock.monotonicMs() - last.atMs < cacheTtlMs) return Promise.resolve(last);
    const budgetMs = Math.min(timeoutMs, locustTimeoutMs);
    return inFlight === null ? startRead(budgetMs) : joinRead(inFlight, budgetMs);
  }

  return {
    current,
    start: () => undefined,
    stop: () => undefined,
  };
}
