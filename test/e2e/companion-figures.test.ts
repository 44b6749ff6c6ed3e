import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  COMPANION_AUTO,
  COMPANION_LOCUSTFILE,
  companionRow,
  decodeMsgpack,
  fetchCompanion,
  readCompanion,
  rowsByName,
  type CompanionReport,
  type CompanionRow,
} from '../helpers/companion.ts';
import { isListening } from '../helpers/free-port.ts';
import { installedRelease, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import type { RawReport, RawRow } from '../helpers/raw-report.ts';
import { startLocust, type RealLocust } from '../helpers/real-locust.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const STANDALONE = ['1.6.0', '2.12.1', '2.20.1', '2.24.1', '2.30.0', '2.43.4', 'newest'];
const DISTRIBUTED = ['2.20.1', 'newest'];
const ENV = {
  PYTHONPATH: COMPANION_AUTO,
  LOCUST_EXPORTER_COMPANION_LINGER: '0',
};
/** Keys of /stats/requests for percentiles of rows, in all versions. */
const PERCENTILE_KEYS: Record<string, number> = {
  median_response_time: 0.5,
  ninetieth_response_time: 0.9,
  ninety_ninth_response_time: 0.99,
};

/** At rest in the middle of a run: users go 40 times through their endpoints in 4 s and then idle. */
async function locustAtRest(version: string, workers: number): Promise<RealLocust> {
  const locust = await startLocust({
    version,
    workers,
    locustfile: COMPANION_LOCUSTFILE,
    env: { ...ENV, ROUNDS: '40', PAUSE: '0.1' },
  });
  await locust.swarm(6, 6);
  await locust.counted(6 * 40);
  if (workers > 0) await sleep(3_500); // a worker tells the master once more how many users it has
  return locust;
}

/** Both of one moment: /stats/requests may be 2 s old, and the percentiles of a window move with time. */
async function bothReports(locust: RealLocust): Promise<[CompanionReport, RawReport]> {
  return waitUntil('two reports of one moment', async () => {
    const before = await readCompanion(locust.url);
    const requests = await locust.report();
    const after = await readCompanion(locust.url);
    const percentiles = JSON.stringify(currentPercentiles(requests));
    const isOfOneMoment =
      JSON.stringify(before) === JSON.stringify(after) &&
      percentiles === JSON.stringify(Object.values(after.current_percentiles)) &&
      requests.user_count === after.user_count;
    return isOfOneMoment && [after, requests];
  });
}

/** In the order of their fractions, which only newer versions tell. */
function currentPercentiles(requests: RawReport): unknown[] {
  const nested = requests['current_response_time_percentiles'] as object | undefined;
  return Object.entries({ ...requests, ...nested })
    .filter(([key]) => key.includes('response_time_percentile_'))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([, value]): unknown => value);
}

function assertSameRow(row: CompanionRow, own: RawRow): void {
  const what = JSON.stringify(own.name);
  assert.equal(row.num_requests, own.num_requests, what);
  assert.equal(row.num_failures, own.num_failures, what);
  assert.equal(Math.round(row.min_response_time ?? 0), own.min_response_time, what);
  assert.equal(Math.round(row.max_response_time ?? 0), own.max_response_time, what);
  assert.equal(row.current_rps, own['current_rps'], what);
  assert.equal(row.current_fail_per_sec, own['current_fail_per_sec'], what);
  const timed = own.num_requests - row.num_none_requests!;
  assert.equal(sum(Object.values(row.response_times)), timed, what);
  if (own['avg_response_time'] !== undefined) {
    assert.equal(timed > 0 ? row.total_response_time! / timed : 0, own['avg_response_time'], what);
  }
  assert.equal(row.total_content_length! / own.num_requests, own['avg_content_length'], what);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function assertSameReport(report: CompanionReport, own: RawReport): void {
  assert.equal(report.state, own.state);
  assert.equal(report.user_count, own.user_count);
  assert.deepEqual(
    report.stats.map((row) => companionRow(report, row)).map(({ method, name }) => [method, name]),
    own.stats.slice(0, -1).map(({ method, name }) => [method, name]),
  );
  for (const [at, row] of report.stats.entries()) {
    assertSameRow(companionRow(report, row), own.stats[at]!);
  }
  assertSameRow(companionRow(report, report.aggregate), own.stats.at(-1)!);
  const percentiles = Object.keys(own.stats[0]!).flatMap(
    (key) => PERCENTILE_KEYS[key] ?? /^response_time_percentile_(.+)$/.exec(key)?.[1] ?? [],
  );
  assert.deepEqual(report.percentiles, [...new Set(percentiles.map(Number))].sort());
  const workers = (own['workers'] ?? null) as Record<string, unknown>[] | null;
  assert.deepEqual(
    report.workers?.map(([id, state, users]) => [id, state, users]),
    workers?.map(({ id, state, user_count }) => [id, state, user_count]),
  );
}

/** Undoes what Locust up to 2.27 does to the errors of its own report. */
function unescape(version: string, text: string): string {
  if (version === 'newest' || version >= '2.28') return text;
  const names: Record<string, string> = { lt: '<', gt: '>', quot: '"', '#x27': "'", amp: '&' };
  return text.replaceAll(/&(lt|gt|quot|#x27|amp);/g, (_, name: string) => names[name]!);
}

void describe('the companion tells what /stats/requests tells', { concurrency: 2 }, () => {
  const cases = [
    ...STANDALONE.map((version) => ({ version, workers: 0 })),
    ...DISTRIBUTED.map((version) => ({ version, workers: 2 })),
  ];
  for (const { version, workers } of cases) {
    const name = `of Locust ${version} with ${workers} workers`;
    it(name, needs(whyLocustIsMissing(version)), async (t) => {
      const locust = await locustAtRest(version, workers);
      stopAfter(t, 'Locust', locust);
      const [report, own] = await bothReports(locust);
      assertSameReport(report, own);
      assert.deepEqual(
        report.errors,
        own.errors.map(({ method, name, error, occurrences }) => [
          method,
          unescape(version, name),
          unescape(version, error),
          occurrences,
        ]),
      );

      assert.ok(companionRow(report, report.aggregate).current_rps! > 0, 'a rate to compare');
      assert.ok(report.errors.length > 3, 'errors to compare');
      assert.equal(rowsByName(report).get('/stream')!.num_none_requests, 6 * 27);
      assert.deepEqual(rowsByName(report).get('/untimed')!.response_times, {});
      assert.equal(rowsByName(report).get('/untimed')!.max_response_time, null);
      assert.equal(report.locust_version, installedRelease(version));
      assert.equal(report.host, 'http://shop.example');
      assert.equal(report.target_user_count, 6);
      assert.equal(report.spawn_rate, 6);
      assert.equal(sum(Object.values(report.user_classes)), 6);
      if (version !== '1.6.0') assert.deepEqual(report.user_classes, { Shopper: 2, Browser: 4 });
      const started = report.run_start_time!;
      assert.ok(Math.abs(started * 1000 - Date.now()) < 60_000);
      assert.ok(Math.abs(report.stats_start_time! - started) < 1);

      const response = await fetchCompanion(locust.url, { accept: 'application/msgpack' });
      const packed = decodeMsgpack(version, new Uint8Array(await response.arrayBuffer()));
      assert.deepEqual(withoutTime(packed), withoutTime(report));

      await fetch(`${locust.url}/stats/reset`, { method: version === 'newest' ? 'POST' : 'GET' });
      const reset = await readCompanion(locust.url);
      assert.equal(companionRow(reset, reset.aggregate).num_requests, 0);
      assert.equal(reset.run_start_time, started);
      assert.ok(reset.stats_start_time! > started);
    });
  }
});

/** What moves with time, also at rest. */
function withoutTime(report: CompanionReport): unknown {
  const workers = report.workers?.map((worker) => worker.slice(0, 3));
  return { ...report, workers, current_percentiles: Object.keys(report.current_percentiles) };
}

void it(
  'rows and errors past 500 are all there',
  needs(whyLocustIsMissing('newest')),
  async (t) => {
    const locust = await startLocust({
      version: 'newest',
      locustfile: COMPANION_LOCUSTFILE,
      env: { ...ENV, ROUNDS: '2', EXTRA: '3000' },
    });
    stopAfter(t, 'Locust', locust);
    await locust.swarm(1, 1);
    await waitUntil('both rounds', async () => {
      const report = await readCompanion(locust.url);
      return companionRow(report, report.aggregate).num_requests === 2 * 3_008;
    });
    const report = await readCompanion(locust.url);
    const rows = report.stats.map((row) => companionRow(report, row));
    assert.equal(rows.length, 3_008);
    assert.equal(report.errors.filter(([, name]) => name.startsWith('/extra/')).length, 3_000);
    assert.ok(rows.every(({ num_requests }) => num_requests === 2));
    assert.deepEqual(
      rows.slice(-3).map(({ name }) => name),
      ['/untimed', 'no method', `say "hello" & <b>it's</b>`],
    );
    await waitUntil('Locust itself cuts its list', async () => {
      return (await locust.report()).stats.length === 501;
    });
  },
);

void describe('an odd value costs that value or its row', { concurrency: 2 }, () => {
  for (const version of ['2.12.1', 'newest']) {
    it(`in Locust ${version}`, needs(whyLocustIsMissing(version)), async (t) => {
      const locust = await startLocust({
        version,
        locustfile: COMPANION_LOCUSTFILE,
        env: { ...ENV, ODD: '1' },
        isReady: isListening,
      });
      stopAfter(t, 'Locust', locust);
      const response = await fetchCompanion(locust.url);
      const told = (await response.text()).replaceAll('NaN', 'null');
      const packed = await fetchCompanion(locust.url, { accept: 'application/msgpack' });
      const unpacked = decodeMsgpack(version, new Uint8Array(await packed.arrayBuffer()));
      const report = JSON.parse(told) as CompanionReport;

      for (const rows of [rowsByName(report), rowsByName(unpacked)]) {
        assert.equal(rows.get('broken')!.response_times, null);
        const decimal = rows.get('decimal')!;
        assert.equal(decimal.total_response_time, 12.5);
        assert.equal(decimal.min_response_time, 10);
        assert.deepEqual(decimal.response_times, { '12.5': 1 });
        assert.equal(rows.get('not a number')!.total_response_time, null);
        assert.equal(rows.get('not a number')!.num_requests, 1);
        assert.deepEqual(rows.get('negative')!.response_times, { '-20': 1 });
        assert.equal(rows.get('index')!.num_requests, 1);
        assert.equal(rows.get('subclass')!.num_requests, 1);
        assert.equal(rows.get('no number at all')!.max_response_time, null);
        assert.equal(rows.get('no number at all')!.response_times['10'], 1);
        assert.equal(rows.get('huge')!.total_content_length, 2 ** 70);
        assert.equal(rows.get('bytes \ufffd')!.method, 'GET');
        assert.ok(rows.has('a,tuple'));
        assert.equal(rows.get('null')!.method, null);
        assert.equal(rows.size, 12);
      }
      assert.deepEqual(report.errors, [
        ['GET', 'unprintable', 'UnprintableError', 1],
        ['GET', 'decimal', "ValueError('shown')", 1],
      ]);
      assert.doesNotMatch(locust.output(), /Traceback|companion/);
    });
  }
});
