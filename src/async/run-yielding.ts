import { setImmediate } from 'node:timers/promises';

/** Work that yields at places where other work may run. */
export type YieldingTask<Result> = Generator<undefined, Result>;

/** How long work may block the event loop. It yields every few milliseconds. */
const MAX_BLOCKING_MS = 10;

/**
 * Does all of the work, and lets the event loop run whenever MAX_BLOCKING_MS have passed. Work that took
 * longer than that also does so at its end, so that the caller starts with a fresh MAX_BLOCKING_MS.
 *
 * @param signal ends the work between two steps. It is checked only after MAX_BLOCKING_MS.
 * @throws the reason of the signal.
 */
export async function runYielding<Result>(
  steps: YieldingTask<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  let beganMs = performance.now();
  let isLong = false;
  for (;;) {
    const { done, value } = steps.next();
    const isOver = performance.now() - beganMs >= MAX_BLOCKING_MS;
    isLong ||= isOver;
    if (isOver || (done && isLong)) {
      await setImmediate();
      signal?.throwIfAborted();
      beganMs = performance.now();
    }
    if (done) return value;
  }
}

/** Does all of the work without letting the event loop run. */
export function runSync<Result>(steps: YieldingTask<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
