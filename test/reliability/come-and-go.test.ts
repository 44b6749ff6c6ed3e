import assert from 'node:assert/strict';
import { it } from 'node:test';
import { waitUntil } from '../helpers/wait-until.ts';
import { KEPT, startComeAndGo } from './come-and-go.ts';

const TARGETS = 300;

it('targets that come and go leave neither connections nor timers', async (t) => {
  const course = await startComeAndGo();
  t.after(() => course.close());
  const resources = () =>
    process.getActiveResourcesInfo().filter((name) => /^(?:TCP|Timeout|Tick|GetAddr)/.test(name))
      .length;
  for (let one = 0; one < 2 * KEPT; one += 1) await course.next();
  const before = resources();
  for (let one = 0; one < TARGETS; one += 1) await course.next();
  assert.ok((await course.targets()) <= KEPT);
  // Soon: those that nobody closed would be idle for four seconds, and then close themselves.
  const soon = { timeoutMs: 1000, everyMs: 50 };
  await waitUntil(
    'the connections are those of the targets that are kept',
    async () => (await course.connections()) <= KEPT,
    soon,
  );
  await waitUntil('nothing is left behind', () => resources() <= before + KEPT, soon);
});
