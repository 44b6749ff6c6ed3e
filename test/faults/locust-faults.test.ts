import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { needs } from '../helpers/requirement.ts';
import { GiveUp, waitUntil } from '../helpers/wait-until.ts';
import { CASE_COUNTS, SHARES_OF } from './case-counts.ts';
import { LOCUST_FAULTS, ODDITIES } from './locust-faults.ts';
import { healthy, SwitchedLocust } from './switched-locust.ts';
import { MODES, WatchedExporter } from './watched-exporter.ts';

const RESTARTS = 3;

const SHARES = MODES.flatMap((mode) => {
  const of = SHARES_OF[mode.name];
  return Array.from({ length: of }, (_, part) => ({
    mode,
    mine: (_fault: unknown, index: number) => index % of === part,
  }));
});

let cases = 0;

// One process suffers one fault after the other: what leaks adds up.
describe('the built program', { concurrency: SHARES.length, ...needs(whyBuildIsMissing()) }, () => {
  for (const { mode, mine } of SHARES) {
    describe(`in ${mode.name} mode, with a Locust that`, { concurrency: 1 }, () => {
      let locust: SwitchedLocust;
      let watched: WatchedExporter;

      before(async () => {
        locust = await SwitchedLocust.start();
        watched = await WatchedExporter.start(mode, locust);
        await watched.becomesUp();
      });
      after(() => watched.stop());

      for (const { what, code, begin, end } of LOCUST_FAULTS.filter(mine)) {
        it(`${what} is down by ${code}, and up soon after`, async (t) => {
          // Where this fails, the next one finds it well all the same.
          t.after(() => end(locust));
          await watched.checkDown([code], () => begin(locust));
          await watched.checkRecovery(() => end(locust));
          watched.checkMemory();
          cases++;
        });
      }

      for (const { what, answer } of ODDITIES.filter(mine)) {
        it(`${what} stays up`, async (t) => {
          t.after(() => {
            locust.answer = healthy;
          });
          const logged = watched.exporter.log.length;
          const errors = await watched.errors();
          locust.answer = answer;
          const { reads } = locust;
          await waitUntil(
            'Locust was read three times',
            async () => {
              if (!(await watched.isUp())) throw new GiveUp('it is down');
              return locust.reads >= reads + 3;
            },
            { timeoutMs: 5000, everyMs: 20 },
          );
          locust.answer = healthy;
          assert.deepEqual(await watched.errors(), errors);
          assert.deepEqual(watched.exporter.log.slice(logged), []);
          cases++;
        });
      }

      it('restarts every second is down by connect, and up in between', async () => {
        for (let restart = 0; restart < RESTARTS; restart++) {
          const goneMs = performance.now();
          await watched.checkDown(['connect'], () => locust.leave());
          await watched.checkRecovery(() => locust.arrive());
          await sleep(Math.max(0, goneMs + 1000 - performance.now()));
        }
        watched.checkMemory();
        cases++;
      });

      it('sends too much again and again is never kept in memory', async (t) => {
        const { begin, end } = LOCUST_FAULTS.find(
          ({ what }) => what === 'sends a body without end',
        )!;
        t.after(() => end(locust));
        const { reads } = locust;
        await begin(locust);
        await waitUntil('Locust was read often', async () => {
          await watched.exporter.metrics();
          return locust.reads >= reads + 15;
        });
        await end(locust);
        await watched.becomesUp();
        watched.checkMemory();
        cases++;
      });

      it('did all that leaves memory as it was', (t) => {
        watched.checkMemory();
        t.diagnostic(watched.memoryText());
      });
    });
  }
});

it('all cases of faulty Locusts were tried', needs(whyBuildIsMissing()), () => {
  assert.equal(cases, CASE_COUNTS.locust);
});
