import { LocustError } from '../locust/errors.ts';
import type { Report } from '../metrics/samples.ts';

/** What one read of Locust came to. */
export interface Outcome {
  readonly report: Report;
  /** null when all is well. */
  readonly problem: Problem | null;
  /** Of the clock that never jumps, at the end of the read. */
  readonly atMs: number;
}

export interface Problem {
  readonly code: LocustError['code'];
  readonly message: string;
  /** Unix time in ms at which Locust went down. */
  readonly sinceMs: number;
}

export interface Clock {
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  unixMs(): number;
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
