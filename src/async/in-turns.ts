import { setImmediate } from 'node:timers/promises';

/** Work that yields at places where other work may run. */
export type Steps<Result> = Generator<undefined, Result>;

/** How long work may block the event loop. It yields every few milliseconds. */
const TURN_MS = 10;

/**
 * Does all of the work, and lets the event loop run whenever TURN_MS have passed. Work that took
 * longer than that also does so at its end, so that the caller starts with a fresh TURN_MS.
 *
 * @param signal ends the work between two steps. It is checked only after TURN_MS.
 * @throws the reason of the signal.
 */
export async function inTurns<Result>(steps: Steps<Result>, signal?: AbortSignal): Promise<Result> {
  let beganMs = performance.now();
  let isLong = false;
  for (;;) {
    const { done, value } = steps.next();
    const isOver = performance.now() - beganMs >= TURN_MS;
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
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
