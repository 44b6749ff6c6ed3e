import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { GOOD } from '../target/faults.ts';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import type { RawReport } from '../helpers/raw-report.ts';
import { needs } from '../helpers/requirement.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import { readFixture } from '../locust/samples.ts';
import { CASE_COUNTS } from './case-counts.ts';
import { healthy, reporting, SwitchedLocust } from './switched-locust.ts';
import {
  finishScrape,
  MEMORY_LIMIT_MIB,
  MODES,
  statusOf,
  WatchedExporter,
} from './watched-exporter.ts';

const LARGE = readFixture('locust-2.46.3/standalone-running-600-endpoints.stats-requests.json');

/** A scraper may be turned away where there are very many. */
const SERVED_OR_TURNED_AWAY = new Set([200, 503]);

function hugeReport(): string {
  const report = JSON.parse(GOOD) as RawReport;
  const rows = Array.from({ length: 10_000 }, (_, index) => ({
    ...report.stats[0]!,
    name: `/endpoint/${index}`,
  }));
  return JSON.stringify({ ...report, stats: [...rows, report.stats.at(-1)] });
}

let cases = 0;

describe('the built program', { concurrency: 2, ...needs(whyBuildIsMissing()) }, () => {
  for (const mode of MODES) {
    describe(`in ${mode.name} mode`, { concurrency: 1 }, () => {
      let locust: SwitchedLocust;
      let watched: WatchedExporter;

      before(async () => {
        locust = await SwitchedLocust.start();
        watched = await WatchedExporter.start(mode, locust);
        await watched.becomesUp();
      });
      after(() => watched.stop());

      it('serves 1,000 scrapers at once', async () => {
        const sockets = await watched.openScrapes(1000);
        const health = watched.checkHealth();
        const statuses = await Promise.all(sockets.map(finishScrape));
        await health;
        assert.deepEqual(
          statuses.filter((status) => !SERVED_OR_TURNED_AWAY.has(status)),
          [],
        );
        assert.ok(statuses.filter((status) => status === 200).length >= 100);
        await watched.becomesUp();
        watched.checkMemory();
        cases++;
      });

      it('serves others while scrapers do not read', async () => {
        locust.answer = reporting(LARGE);
        await watched.becomesUp();
        // More than the system takes off the hands of the program.
        const sockets = await watched.openScrapes(50, 20);
        for (const socket of sockets) socket.pause();
        await sleep(1000);
        await watched.checkHealth();
        assert.ok(SERVED_OR_TURNED_AWAY.has(await statusOf(`${watched.exporter.url}/metrics`)));
        watched.checkMemory();
        for (const socket of sockets) socket.destroy();
        locust.answer = healthy;
        await watched.becomesUp();
        await watched.checkHealth();
        watched.checkMemory();
        cases++;
      });

      it('goes on after it was stopped for seconds', async () => {
        const { process } = watched.exporter;
        process.kill('SIGSTOP');
        const sockets = await watched.openScrapes(50);
        await sleep(2500);
        process.kill('SIGCONT');
        const statuses = await Promise.all(sockets.map(finishScrape));
        assert.deepEqual(new Set(statuses), new Set([200]));
        await watched.becomesUp();
        const { reads } = locust;
        await waitUntil(
          'Locust is read again',
          async () => (await watched.isUp()) && locust.reads >= reads + 3,
          { timeoutMs: 5000, everyMs: 50 },
        );
        await watched.checkHealth();
        assert.equal((await watched.errors()).internal, 0);
        watched.checkMemory();
        cases++;
      });

      it('did all that leaves memory as it was', (t) => {
        watched.checkMemory();
        t.diagnostic(watched.memoryText());
      });
    });

    it(`in ${mode.name} mode answers while 10,000 endpoints leave it no time`, async (t) => {
      const locust = await SwitchedLocust.start();
      locust.answer = reporting(hugeReport());
      const watched = await WatchedExporter.start(mode, locust, {
        ...{ LOCUST_TIMEOUT: '10s', STALE_AFTER: '10s', MAX_RESPONSE_BYTES: '64MiB' },
      });
      t.after(() => watched.stop());
      const text = await watched.exporter.metrics();
      assert.ok([...text.matchAll(/^locust_requests_total\{/gm)].length >= 10_000);
      const sockets = await watched.openScrapes(8);
      const scrapes = sockets.map(finishScrape);
      await watched.checkHealth();
      for (const status of await Promise.all(scrapes)) assert.equal(status, 200);
      assert.ok(await watched.isUp());
      locust.answer = healthy;
      await watched.becomesUp();
      await watched.checkHealth();
      assert.deepEqual(new Set(Object.values(await watched.errors())), new Set([0]));
      // The report, its text and the metrics, some 50 MiB together, for each of the 8 scrapers.
      watched.checkMemory(MEMORY_LIMIT_MIB + 8 * 50);
      t.diagnostic(watched.memoryText());
      cases++;
    });
  }
});

it('all cases of scrapers and load were tried', needs(whyBuildIsMissing()), () => {
  assert.equal(cases, CASE_COUNTS.scrapers);
});
