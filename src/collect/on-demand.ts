import type { Collector } from './collector.ts';
import type { Clock, Outcome, Reader } from './reader.ts';
import { outcomeWithin } from './outcome-within.ts';

export interface OnDemandOptions {
  readonly reader: Reader;
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

  return {
    current(timeoutMs) {
      if (last !== null && clock.monotonicMs() - last.atMs < cacheTtlMs) {
        return Promise.resolve(last);
      }
      const budgetMs = Math.min(timeoutMs, locustTimeoutMs);
      return inFlight === null ? startRead(budgetMs) : outcomeWithin(inFlight, budgetMs, reader);
    },
    start: () => undefined,
    stop: () => undefined,
  };
}
