import { setImmediate } from 'node:timers/promises';

/** Work with places at which others may have their turn. */
export type Steps<Result> = Generator<undefined, Result>;

/** How long work may go on without a pause. A place to pause comes every few milliseconds. */
const TURN_MS = 10;

/** Does all of the work, and lets others have their turn whenever it has gone on for long. */
export async function inTurns<Result>(steps: Steps<Result>): Promise<Result> {
  let beganMs = performance.now();
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - beganMs < TURN_MS) continue;
    await setImmediate();
    beganMs = performance.now();
  }
}

/** Does all of the work at once. */
export function atOnce<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
