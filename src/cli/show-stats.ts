import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocustError } from '../locust/errors.ts';
import type { Snapshot } from '../locust/snapshot.ts';
import { statsTable } from './stats-table.ts';

const WATCH_INTERVAL_MS = 2000;
const CLEAR_SCREEN = '\u001b[H\u001b[2J\u001b[3J';

/**
 * Prints the report; with `watch` again and again until interrupted, also while Locust is
 * away.
 *
 * @throws LocustError when not watching.
 */
export async function showStats(
  read: () => Promise<Snapshot>,
  { json, watch }: { json: boolean; watch: boolean },
): Promise<void> {
  const render = json ? toJson : statsTable;
  if (!watch) {
    process.stdout.write(`${render(await read())}\n`);
    return;
  }
  const interrupted = new AbortController();
  const signal = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  void signal.then(() => {
    interrupted.abort();
  });
  while (!interrupted.signal.aborted) {
    const text = await read().then(render, (error: unknown) => {
      if (!(error instanceof LocustError)) throw error;
      return `Locust is down: ${error.message}`;
    });
    process.stdout.write(`${process.stdout.isTTY && !json ? CLEAR_SCREEN : ''}${text}\n`);
    await sleep(WATCH_INTERVAL_MS, null, { signal: interrupted.signal }).catch(() => undefined);
  }
}

function toJson(snapshot: Snapshot): string {
  return JSON.stringify(
    snapshot,
    (_key, value: unknown) =>
      value instanceof Map ? (Object.fromEntries(value) as Record<string, unknown>) : value,
    2,
  );
}
