import assert from 'node:assert/strict';
import { once } from 'node:events';
import { renameSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { GOOD } from '../target/faults.ts';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import type { RawReport } from '../helpers/raw-report.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { CASE_COUNTS } from './case-counts.ts';
import { reporting, SwitchedLocust } from './switched-locust.ts';
import { MODES, WatchedExporter, type Mode } from './watched-exporter.ts';

const HOURS_MS = 3_600_000;
const PRELOAD = new URL('surroundings.ts', import.meta.url).href;

interface Surroundings {
  readonly env: Record<string, string>;
  readonly tell: (name: 'known' | 'offset', text: string) => void;
}

async function surroundings(t: TestContext): Promise<Surroundings> {
  const folder = await temporaryFolder('faults');
  t.after(() => folder.remove());
  return {
    env: { NODE_OPTIONS: `--import=${PRELOAD}`, SURROUNDINGS: folder.path },
    tell(name, text) {
      const file = path.join(folder.path, name);
      writeFileSync(`${file}.new`, text);
      renameSync(`${file}.new`, file);
    },
  };
}

async function start(
  t: TestContext,
  mode: Mode,
  locust: SwitchedLocust,
  env: Record<string, string>,
): Promise<WatchedExporter> {
  const watched = await WatchedExporter.start(mode, locust, env);
  t.after(() => watched.stop());
  return watched;
}

/** The running Locust of the fixture; with each response, one more request was made. */
function busy(): RequestListener {
  const report = JSON.parse(GOOD) as RawReport;
  return (request, response) => {
    for (const row of report.stats) row.num_requests++;
    reporting(JSON.stringify(report))(request, response);
  };
}

async function valuesOf(watched: WatchedExporter): Promise<Record<string, number>> {
  const families = parseExposition(await watched.exporter.metrics(), 'text');
  return Object.fromEntries(families.map(({ name, samples }) => [name, samples[0]!.value]));
}

let cases = 0;

describe('the built program', { concurrency: 2, ...needs(whyBuildIsMissing()) }, () => {
  for (const mode of MODES) {
    describe(`in ${mode.name} mode`, { concurrency: 1 }, () => {
      it('is down where the name of the host is not known, and up once it is', async (t) => {
        const locust = await SwitchedLocust.start();
        const { env, tell } = await surroundings(t);
        const LOCUST_URL = `http://no-such-host.invalid:${locust.port}`;
        const watched = await start(t, mode, locust, { ...env, LOCUST_URL });
        assert.equal(await watched.isUp(), false);
        await watched.checkHealth();
        const errors = await watched.errors();
        // A resolver that cannot ask anybody may take its time.
        assert.ok(errors.connect + errors.timeout > 0, JSON.stringify(errors));
        assert.equal(errors.internal, 0);
        assert.equal(watched.exporter.log.filter(({ level }) => level === 'warn').length, 1);
        assert.equal(locust.reads, 0);
        await watched.checkRecovery(() => {
          tell('known', '');
        });
        watched.checkMemory();
        cases++;
      });

      it('responds in time while connections are not accepted, and is up once they are', async (t) => {
        const locust = await SwitchedLocust.start();
        await locust.leave();
        const worker = new Worker(new URL('deaf-server.ts', import.meta.url), {
          workerData: locust.port,
        });
        t.after(() => worker.terminate());
        await once(worker, 'message');
        // More than fit into its queue: the connection of the exporter is never made.
        const queue = Array.from({ length: 4 }, () =>
          connect(locust.port, '127.0.0.1').on('error', () => undefined),
        );
        const empty = () => {
          for (const socket of queue) socket.destroy();
        };
        t.after(empty);
        await sleep(50);
        const watched = await start(t, mode, locust, {});
        for (let scrape = 0; scrape < 3; scrape++) {
          const startMs = performance.now();
          assert.equal(await watched.isUp(), false);
          const tookMs = performance.now() - startMs;
          assert.ok(tookMs < 3000, `a scrape took ${tookMs} ms`);
        }
        const { timeout, ...others } = await watched.errors();
        assert.ok(timeout > 0);
        assert.deepEqual(new Set(Object.values(others)), new Set([0]));
        assert.equal(watched.exporter.log.filter(({ level }) => level === 'warn').length, 1);
        empty();
        await worker.terminate();
        await locust.arrive();
        await watched.becomesUp();
        watched.checkMemory();
        cases++;
      });

      it('takes no notice of a clock that jumps', async (t) => {
        const locust = await SwitchedLocust.start();
        locust.answer = busy();
        const { env, tell } = await surroundings(t);
        const watched = await start(t, mode, locust, env);
        await watched.becomesUp();
        let before = await valuesOf(watched);
        for (const hours of [5, -5, 0]) {
          tell('offset', String(hours * HOURS_MS));
          const { reads } = locust;
          await sleep(700);
          const now = await valuesOf(watched);
          assert.equal(now['locust_up'], 1);
          const polls = locust.reads - reads;
          if (mode.name === 'loop') assert.ok(polls >= 2 && polls <= 5, `${polls} reads in 700 ms`);
          for (const name of ['locust_total_rps', 'locust_run_start_time_seconds']) {
            assert.equal(now[name], before[name], name);
          }
          const counter = 'locust_aggregated_requests_total';
          assert.ok(now[counter]! > before[counter]!);
          const read = now['locust_exporter_last_success_timestamp_seconds']!;
          const lateSeconds = (Date.now() + hours * HOURS_MS) / 1000 - read;
          assert.ok(lateSeconds > -0.1 && lateSeconds < 3, `read ${lateSeconds} s ago`);
          assert.ok(now['locust_exporter_scrape_duration_seconds']! < 0.6);
          before = now;
        }
        assert.deepEqual(new Set(Object.values(await watched.errors())), new Set([0]));
        assert.ok(watched.exporter.log.every(({ level }) => level === 'info'));
        cases++;
      });
    });
  }
});

it('all cases of clocks, names and connections were tried', needs(whyBuildIsMissing()), () => {
  assert.equal(cases, CASE_COUNTS.surroundings);
});
