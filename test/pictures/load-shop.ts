import { setTimeout as sleep } from 'node:timers/promises';

import type { RealLocust } from '../helpers/real-locust.ts';

/** TROUBLE of shop-locustfile.py, for the second of these runs. */
export const TROUBLE = '120-160';

/**
 * A smoke test; a Locust that hangs for a moment; and four minutes with a plateau, more users, a
 * shop in trouble, and its recovery.
 */
export async function loadShop(locust: RealLocust): Promise<void> {
  await sleep(3_000);
  await locust.swarm(6, 2);
  await sleep(25_000);
  await locust.endRun();
  await sleep(6_000);
  locust.main.kill('SIGSTOP');
  await sleep(9_000);
  locust.main.kill('SIGCONT');
  await sleep(10_000);
  await locust.swarm(20, 1);
  await sleep(65_000);
  await locust.swarm(45, 1);
  await sleep(130_000);
}
