import type { Clock } from '../../src/target/outcome.ts';
import { always, GOOD } from '../target/faults.ts';
import { startFaultyLocust, type FaultyLocust } from '../target/faulty-locust.ts';
import { startInProcess, type InProcess } from '../target/in-process.ts';

/** One target is forgotten as another comes, once there are so many. */
export const KEPT = 10;

const FORGOTTEN_AFTER_MS = 600_000;
const PASSES_MS = FORGOTTEN_AFTER_MS / KEPT;

export interface ComeAndGo {
  /** Scrapes a target that was never there before, as one in ten that is down. */
  next(): Promise<void>;
  /** What the exporter says of its number of targets. */
  targets(): Promise<number>;
  /** Connections that are open to the Locusts. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** An exporter for which a minute passes with each target, all of which are new. */
export async function startComeAndGo(): Promise<ComeAndGo> {
  const locust: FaultyLocust = await startFaultyLocust((request, response) => {
    locust.paths.length = 0;
    const isReport = request.url?.endsWith('/stats/requests') === true;
    const isBroken = (request.url ?? '').endsWith('9/stats/requests');
    if (isBroken) response.destroy();
    else (isReport ? always(GOOD) : always('', 404))(request, response);
  });
  let nowMs = 1e6;
  let number = 0;
  const clock: Clock = { monotonicMs: () => nowMs, unixMs: () => 1.7e12 + nowMs };
  const exporter: InProcess = await startInProcess(
    { PROBE_TARGETS: '127.0.0.1', CACHE_TTL: '0s', LOG_LEVEL: 'fatal' },
    clock,
  );
  return {
    async next() {
      const target = `${locust.url.host}/${(number += 1)}`;
      const body = await exporter.get(`/probe?target=${target}`, { accept: 'text/plain' });
      const isUp = body.includes('\nlocust_up 1\n');
      if (isUp === target.endsWith('9')) throw new Error(`${target} is ${isUp ? 'up' : 'down'}`);
      nowMs += PASSES_MS;
    },
    async targets() {
      const [, count] = /^locust_exporter_targets (\d+)$/m.exec(await exporter.metrics()) ?? [];
      return Number(count);
    },
    connections: () => locust.connections(),
    async close() {
      await exporter.stop();
      await locust.close();
    },
  };
}
