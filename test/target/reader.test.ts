import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { RowRules } from '../../src/locust/rows/rewrite.ts';
import { createReader, type Reader } from '../../src/target/reader.ts';
import { createLocustClient, type LocustClient } from '../../src/locust/client/client.ts';
import { LocustError } from '../../src/locust/errors.ts';
import { createSelfMetrics, type SelfMetrics } from '../../src/metrics/self.ts';
import { aggregate, NO_RULES, report, row } from '../locust/samples.ts';
import { FakeClock } from './fake-reader.ts';
import { startFaultyLocust, type FaultyLocust } from './faulty-locust.ts';
import { keepLog } from './in-process.ts';
import { readFamilies } from '../helpers/read-families.ts';

const PAGE =
  '<script> window.templateArgs = {"version": "2.46.3", "host": "http://shop.example"}</script>';

let clock: FakeClock;
let locust: FaultyLocust;
let client: LocustClient;
let page: string;
let fields: Record<string, unknown>;
let reader: Reader;
let self: SelfMetrics;
let log: ReturnType<typeof keepLog>['lines'];
let status: number;
let indexStatus: number;
let state: string;
let requests: number;

beforeEach(async () => {
  [status, indexStatus, state, requests] = [200, 200, 'running', 10];
  [page, fields] = [PAGE, {}];
  locust = await startFaultyLocust((request, response) => {
    if (request.url === '/') response.writeHead(indexStatus).end(page);
    else response.writeHead(status).end(JSON.stringify(answer()));
  });
  clock = new FakeClock();
  client = createLocustClient({ url: locust.url, maxResponseBytes: 1e6, userAgent: 'test/1' });
  self = createSelfMetrics({ version: '1', revision: 'a' });
  useRules(NO_RULES);
});

function useRules(rowRules: RowRules): void {
  const { logger, lines } = keepLog('debug');
  log = lines;
  reader = createReader({
    ...{ client, self, logger, clock, rowRules },
    ...{ companion: 'off', uncutRows: 'off' },
  });
}

afterEach(async () => {
  await client.close();
  await locust.close();
});

function answer(): unknown {
  const counts = { num_requests: requests, num_failures: 0 };
  return report([row('/', counts), aggregate(counts)], { state, ...fields });
}

async function read(times = 1, everyMs = 2000): Promise<Awaited<ReturnType<Reader['read']>>> {
  let outcome = await reader.read(5000);
  for (let time = 1; time < times; time++) {
    clock.nowMs += everyMs;
    outcome = await reader.read(5000);
  }
  clock.nowMs += everyMs;
  return outcome;
}

function levels(): [string, unknown][] {
  return log().map(({ level, msg }) => [level, msg]);
}

async function valueOf(name: string, code?: string): Promise<number | undefined> {
  const family = readFamilies(await self.families()).find((one) => one.name === name);
  return family?.samples.find(({ labels }) => labels['code'] === code)?.value;
}

function indexReads(): number {
  return locust.paths.filter((path) => path === '/').length;
}

describe('the log', () => {
  it('tells once that Locust is up, which version it is, and nothing more while all is well', async () => {
    await read(3);
    assert.deepEqual(levels(), [['info', 'Locust is up']]);
    const { url, version } = log()[0]!;
    assert.deepEqual([url, version], [locust.url.href, '2.46.3']);
  });

  it('tells once that Locust is down, once why else, and once that it is back', async () => {
    await read();
    status = 500;
    await read(3);
    status = 401;
    await read(2);
    status = 200;
    await read(2);
    assert.deepEqual(levels(), [
      ['info', 'Locust is up'],
      ['warn', 'Locust is down'],
      ['debug', 'Locust is still down'],
      ['debug', 'Locust is still down'],
      ['warn', 'Locust is down'],
      ['debug', 'Locust is still down'],
      ['info', 'Locust is up'],
    ]);
    assert.equal(log()[1]?.['code'], 'http_status');
    assert.equal(log()[4]?.['code'], 'auth_required');
  });
});

it('the end of the exporter is not the moment to tell that Locust is up', async () => {
  reader.retire();
  assert.equal((await read()).problem, null);
  assert.deepEqual(levels(), []);
});

describe('an outcome', () => {
  it('tells since when Locust is down, whatever the code', async () => {
    status = 500;
    const since = clock.unixMs();
    assert.equal((await read(2)).problem?.sinceMs, since);
    status = 401;
    const { problem, report: told } = await read();
    assert.deepEqual([problem?.code, problem?.sinceMs], ['auth_required', since]);
    assert.equal(told.snapshot, null);
    const late = reader.down(new LocustError('timeout', 'too late'));
    assert.deepEqual([late.problem?.code, late.problem?.sinceMs], ['timeout', since]);
  });

  it('of a read that did not happen is counted and does not change the state', async () => {
    await read();
    reader.down(new LocustError('timeout', 'too late'));
    assert.equal(await valueOf('locust_exporter_scrape_errors_total', 'timeout'), 1);
    assert.equal((await read()).problem, null);
    assert.deepEqual(levels(), [['info', 'Locust is up']]);
  });

  it('has the time of the last success, which failures leave alone', async () => {
    const at = clock.unixMs() / 1000;
    await read();
    status = 500;
    await read(2);
    assert.equal(await valueOf('locust_exporter_last_success_timestamp_seconds'), at);
    assert.equal(await valueOf('locust_exporter_scrape_errors_total', 'http_status'), 2);
  });

  it('is the same report while Locust says the same, and the page too', async () => {
    const first = await read(3);
    assert.equal((await read()).report, first.report);
    requests = 11;
    const second = await read();
    assert.notEqual(second.report, first.report);
    assert.equal(second.report.snapshot?.aggregate?.requests, 11);
    state = 'stopped';
    const ended = await read();
    assert.equal(ended.report.snapshot?.totalRps, 0);
    assert.equal((await read()).report, ended.report);
  });

  it('has rates of 0 once the counts stand still', async () => {
    assert.equal((await read()).report.snapshot?.totalRps, 2);
    clock.nowMs = 12_000;
    assert.equal((await reader.read(5000)).report.snapshot?.totalRps, 2);
    clock.nowMs = 12_001;
    assert.equal((await reader.read(5000)).report.snapshot?.totalRps, 0);
    requests++;
    assert.equal((await reader.read(5000)).report.snapshot?.totalRps, 2);
  });
});

describe('a report with odd values', () => {
  it('is read, its odd values are counted, and the log tells the first at level debug', async () => {
    fields = { user_count: 7.5, workers: 's3cret' };
    const outcome = await read(3);
    assert.equal(outcome.problem, null);
    assert.equal(outcome.report.snapshot?.users, null);
    const families = readFamilies(await self.families());
    const ignored = families.find(({ name }) => name === 'locust_exporter_ignored_values');
    const counts = ignored?.samples.filter(({ value }) => value > 0);
    assert.deepEqual(
      counts?.map(({ labels, value }) => [labels['kind'], value]),
      [
        ['row', 1],
        ['count', 1],
      ],
    );
    assert.deepEqual(levels()[0], ['debug', 'left values out of the report of Locust']);
    assert.equal(log()[0]?.['first'], 'workers: expected a list, got a string');
    assert.doesNotMatch(JSON.stringify(log()), /s3cret/);
  });

  it('does not make its counts seem to stand, to go on or to begin again', async () => {
    await read();
    const started = (await read()).report.runStartSeconds;
    clock.nowMs = 13_000;
    fields = { stats: [row('/', { num_requests: 12 }), { odd: true }] };
    const odd = (await reader.read(5000)).report;
    assert.deepEqual([odd.snapshot?.aggregate, odd.runStartSeconds], [null, started]);
    // Rates that had ended do not come back.
    assert.equal(odd.snapshot?.totalRps, 0);
    fields = {};
    assert.equal((await reader.read(5000)).report.snapshot?.totalRps, 0);
  });

  it('does not let a sum fall after it, nor hold one of a new run', async () => {
    const sums: unknown[] = [];
    const readMean = async (mean: unknown, of = state) => {
      state = of;
      fields = {
        stats: [row('/'), aggregate()].map((one) => ({ ...one, avg_response_time: mean })),
      };
      const { snapshot } = (await read()).report;
      sums.push(snapshot?.endpoints[0]?.responseTime.sumSeconds);
    };
    await readMean(20);
    await readMean('odd');
    await readMean(19);
    await readMean(18, 'stopped');
    await readMean(17, 'running');
    assert.deepEqual(sums, [0.2, null, 0.2, 0.2, 0.17]);
  });

  it('does not make a sum of its rows fall', async () => {
    useRules({ ...NO_RULES, nameRewrites: [() => '/all'] });
    const sums: unknown[] = [];
    for (const [a, b] of [
      [10, 20],
      [11, 'odd'],
      ['odd', 21],
      [1, 22],
    ]) {
      const rows = [row('/a', { num_requests: a }), row('/b', { num_requests: b })];
      fields = { stats: [...rows, aggregate({ num_requests: 900 })] };
      const { snapshot, runStartSeconds } = (await read()).report;
      sums.push(snapshot?.endpoints[0]?.requests);
      assert.equal(runStartSeconds, null);
    }
    assert.deepEqual(sums, [30, 31, 32, 34]);
  });
});

it('texts of any length are cut', async () => {
  page = PAGE.replace('2.46.3', `2.46.3${'v'.repeat(50)}`).replace('shop', 'shop'.repeat(20));
  state = 's'.repeat(50);
  useRules({ ...NO_RULES, maxLabelLength: 16 });
  const { snapshot, info } = (await read()).report;
  assert.equal(snapshot?.state, `${'s'.repeat(15)}…`);
  assert.deepEqual(info, { version: '2.46.3vvvvvvvvv…', host: 'http://shopshop…' });
});

describe('the index page', () => {
  it('is read at the start and not with each read', async () => {
    const outcome = await read(100);
    assert.deepEqual(outcome.report.info, { version: '2.46.3', host: 'http://shop.example' });
    assert.equal(indexReads(), 1);
  });

  it('is read again when a run begins', async () => {
    state = 'ready';
    await read(5);
    state = 'spawning';
    await read(5);
    state = 'running';
    await read(5);
    assert.equal(indexReads(), 2);
    requests = 3;
    await read(5);
    assert.equal(indexReads(), 3);
  });

  it('is read again when Locust is back', async () => {
    await read(40);
    status = 500;
    await read(2);
    status = 200;
    await read(40);
    assert.equal(indexReads(), 2);
  });

  it('does not make Locust down when it fails, and is then left alone for a while', async () => {
    indexStatus = 500;
    const { problem, report } = await read(5);
    assert.deepEqual([problem, report.info, indexReads()], [null, null, 1]);
    indexStatus = 200;
    assert.equal((await read()).report.info?.version, '2.46.3');
    assert.equal(indexReads(), 2);
    const told = log().filter(({ level }) => level !== 'debug');
    assert.deepEqual(
      told.map(({ msg, version }) => [msg, version]),
      [['Locust is up', undefined]],
    );
  });

  it('does not make Locust down when it never comes', async () => {
    locust.answer = (request, response) => {
      if (request.url !== '/') response.end(JSON.stringify(answer()));
    };
    const { problem, report: told } = await reader.read(200);
    assert.deepEqual([problem, told.info, indexReads()], [null, null, 1]);
    assert.equal(told.snapshot?.users, 3);
  });

  it('does not take the time of a patient scrape', { timeout: 20_000 }, async () => {
    locust.answer = (request, response) => {
      if (request.url !== '/') response.end(JSON.stringify(answer()));
    };
    assert.equal((await reader.read(60_000)).problem, null);
  });

  it('is remembered when a later one cannot be read', async () => {
    await read();
    indexStatus = 500;
    state = 'stopped';
    await read();
    state = 'running';
    assert.equal((await read()).report.info?.version, '2.46.3');
    assert.equal(indexReads(), 2);
  });
});

describe('the current percentiles under the keys _1 and _2', () => {
  const quantiles = async () =>
    (await read()).report.snapshot?.currentQuantiles.map(({ quantile, seconds }) => [
      quantile,
      seconds,
    ]);

  beforeEach(() => {
    fields = {
      current_response_time_percentile_1: 990,
      current_response_time_percentile_2: 900,
    };
    page = '<script>var percentile1 = 0.99;\nvar percentile2 = 0.9;</script>';
  });

  it('are labelled by the index page, in ascending order, from the first report on', async () => {
    const labelled = [
      [0.9, 0.9],
      [0.99, 0.99],
    ];
    assert.deepEqual(await quantiles(), labelled);
    assert.deepEqual(await quantiles(), labelled);
    assert.equal(indexReads(), 1);
  });

  it('are those of the configuration of Locust itself where that cannot be read', async () => {
    indexStatus = 500;
    const byDefault = [
      [0.5, 0.99],
      [0.95, 0.9],
    ];
    assert.deepEqual(await quantiles(), byDefault);
    page = 'something else';
    indexStatus = 200;
    clock.nowMs += 20_000;
    requests++;
    assert.deepEqual(await quantiles(), byDefault);
  });

  it('are one where both stand for the same', async () => {
    page = '<script>var percentile1 = 0.9;\nvar percentile2 = 0.9;</script>';
    assert.deepEqual(await quantiles(), [[0.9, 0.9]]);
  });

  it('are labelled anew when Locust comes back with others', async () => {
    await read();
    status = 500;
    await read();
    status = 200;
    page = '<script>var percentile1 = 0.25;\nvar percentile2 = 0.75;</script>';
    clock.nowMs += 20_000;
    requests++;
    assert.deepEqual(await quantiles(), [
      [0.25, 0.99],
      [0.75, 0.9],
    ]);
  });
});
