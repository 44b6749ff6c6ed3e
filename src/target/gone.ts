import type { Collector } from './collector.ts';
import type { Reader } from './reader.ts';
import type { Clock } from './outcome.ts';

export interface GoneOptions {
  readonly collector: Collector;
  readonly reader: Pick<Reader, 'goneSinceMs'>;
  readonly clock: Clock;
  /** How long Locust has to be out of reach. */
  readonly afterMs: number;
}

/** Checks on Locust from time to time, and calls `onGone` when it was there and stays away. */
export function watchForGone(
  { collector, reader, clock, afterMs }: GoneOptions,
  onGone: () => void,
): { stop(): void } {
  const everyMs = Math.min(2000, Math.max(100, afterMs / 4));
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  async function look(): Promise<void> {
    await collector.current(Infinity);
    if (stopped) return;
    const sinceMs = reader.goneSinceMs();
    if (sinceMs !== null && clock.monotonicMs() - sinceMs >= afterMs) onGone();
    else wait();
  }

  function wait(): void {
    timer = setTimeout(() => void look(), everyMs);
  }

  wait();
  return {
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
