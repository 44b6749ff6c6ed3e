import { setImmediate } from 'node:timers/promises';

/** Work with places at which others may have their turn. */
export type Steps<Result> = Generator<undefined, Result>;

/** How long work may go on without a pause. A place to pause comes every few milliseconds. */
const TURN_MS = 10;

/**
 * Does all of the work, and lets others have their turn whenever it has gone on for long, and if so
 * at its end, too: what follows has a turn of its own.
 *
 * @param signal ends the work between two steps. Work that is never long does not heed it.
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

/** Does all of the work at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
