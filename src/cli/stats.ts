import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocustError } from '../locust/errors.ts';
import { settleRates, trackStandstill, type Standstill } from '../locust/history.ts';
import type { Snapshot } from '../locust/snapshot.ts';
import { createRecentRequests } from '../target/recent-requests.ts';
import { printOutput } from './print-output.ts';
import { printable, statsTable } from './stats-table.ts';

const WATCH_INTERVAL_MS = 2000;
const CLEAR_SCREEN = '\u001b[H\u001b[2J\u001b[3J';
const PROBLEM_WIDTH = 500;

/**
 * Prints the report, with rates and percentiles of the last seconds by the rules of the
 * metrics; with `watch` again and again until interrupted, also while Locust is away.
 *
 * @throws LocustError when not watching.
 * @throws OutputError
 */
export async function showStats(
  read: () => Promise<Snapshot>,
  { json, watch }: { json: boolean; watch: boolean },
): Promise<void> {
  const recent = createRecentRequests();
  let standstill: Standstill | null = null;
  const readSettled = async () => {
    const snapshot = await read();
    const nowMs = performance.now();
    standstill = trackStandstill(standstill, snapshot, nowMs);
    recent.add(snapshot, nowMs);
    return settleRates(snapshot, standstill, nowMs);
  };
  if (!watch) {
    const snapshot = await readSettled();
    await printOutput(json ? toJson(snapshot, 2) : statsTable(snapshot));
    return;
  }
  const interrupted = new AbortController();
  const signal = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  void signal.then(() => {
    interrupted.abort();
  });
  // One object a line, for a program that reads lines.
  const render = (snapshot: Snapshot) =>
    json ? toJson(snapshot) : statsTable(snapshot, recent.percentiles());
  while (!interrupted.signal.aborted) {
    const text = await readSettled().then(render, (error: unknown) => {
      if (!(error instanceof LocustError)) throw error;
      const { code, message } = error;
      return json
        ? JSON.stringify({ problem: { code, message } })
        : `Locust is down: ${printable(message, PROBLEM_WIDTH)}`;
    });
    await printOutput(`${process.stdout.isTTY && !json ? CLEAR_SCREEN : ''}${text}`);
    await sleep(WATCH_INTERVAL_MS, null, { signal: interrupted.signal }).catch(() => undefined);
  }
}

function toJson(snapshot: Snapshot, indent?: number): string {
  return JSON.stringify(
    snapshot,
    (_key, value: unknown) => {
      if (value instanceof Map) return Object.fromEntries(value) as Record<string, unknown>;
      return value instanceof Float64Array ? [...value] : value;
    },
    indent,
  );
}
