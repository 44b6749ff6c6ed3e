import { setTimeout as sleep } from 'node:timers/promises';
import type { Snapshot } from '../locust/snapshot.ts';

/** Locust hands out the same report for two seconds, also one from before a command. */
const MAX_REPORT_AGE_MS = 2000;

const PAUSE_MS = 200;

/**
 * Waits until Locust's report shows what a command did, so that what is asked next is not told
 * what was before. After the two seconds the report is new in any case.
 *
 * @param read null where Locust does not answer, which ends the wait: the command is done.
 */
export async function awaitReport(
  read: () => Promise<Snapshot | null>,
  isShown: (snapshot: Snapshot) => boolean,
): Promise<void> {
  const end = performance.now() + MAX_REPORT_AGE_MS + PAUSE_MS;
  while (performance.now() < end) {
    const snapshot = await read();
    if (snapshot === null || isShown(snapshot)) return;
    await sleep(PAUSE_MS);
  }
}
