import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createReader, type Reader } from '../../src/target/reader.ts';
import type { LocustClient } from '../../src/locust/client/client.ts';
import { LocustError, type ErrorCode } from '../../src/locust/errors.ts';
import type { SelfMetrics } from '../../src/metrics/self.ts';
import { aggregate, NO_RULES, report, row } from '../locust/samples.ts';
import { FakeClock } from './fake-reader.ts';
import { keepLog } from './in-process.ts';

const SECONDS_OF_A_READ = 0.25;

let clock: FakeClock;
let reader: Reader;
let log: ReturnType<typeof keepLog>['lines'];
/** What the next read of the report comes to. */
let next: Error | object;
let indexPage: string;
let durations: number[];
let failures: ErrorCode[];

beforeEach(() => {
  clock = new FakeClock();
  [durations, failures, indexPage] = [[], [], ''];
  next = report([row('/'), aggregate()]);
  const client: Pick<LocustClient, 'displayUrl' | 'get'> = {
    displayUrl: 'http://locust/',
    get(path) {
      if (path === '') return Promise.resolve(Buffer.from(indexPage));
      clock.nowMs += SECONDS_OF_A_READ * 1000;
      return next instanceof Error
        ? Promise.reject(next)
        : Promise.resolve(Buffer.from(JSON.stringify(next)));
    },
  };
  const self: Pick<SelfMetrics, 'readDone' | 'readSucceeded' | 'readFailed'> = {
    readDone: (seconds) => durations.push(seconds),
    readSucceeded: () => undefined,
    readFailed: (code) => failures.push(code),
  };
  const { logger, lines } = keepLog('debug');
  log = lines;
  reader = createReader({
    ...{ client: client as LocustClient, self: self as SelfMetrics, logger, clock },
    rowRules: NO_RULES,
    companion: 'off',
    uncutRows: 'off',
  });
});

async function fail(code: ErrorCode): Promise<void> {
  next = new LocustError(code, `it was ${code}`);
  await reader.read(1000);
}

async function succeed(): Promise<void> {
  next = report([row('/'), aggregate()]);
  await reader.read(1000);
}

it('a read lasts as long as the clock says, whether it fails or not', async () => {
  await succeed();
  await fail('timeout');
  assert.deepEqual(durations, [SECONDS_OF_A_READ, SECONDS_OF_A_READ]);
});

it('a sum that Locust rounds down does not fall, until its counts begin again', async () => {
  const sumAfter = async (requests: number, mean: number) => {
    const fields = { num_requests: requests, avg_response_time: mean };
    next = report([row('/', fields), aggregate(fields)]);
    const { snapshot } = (await reader.read(1000)).report;
    return snapshot?.aggregate?.responseTime.sumSeconds;
  };
  assert.equal(await sumAfter(10, 100), 1);
  assert.equal(await sumAfter(11, 90), 1);
  assert.equal(await sumAfter(12, 100), 1.2);
  assert.equal(await sumAfter(5, 100), 0.5);
});

describe('Locust is gone', () => {
  it('from the end of the first read that could not reach it, until it is reached', async () => {
    await succeed();
    assert.equal(reader.goneSinceMs(), null);
    await fail('connect');
    const sinceMs = clock.monotonicMs();
    assert.equal(reader.goneSinceMs(), sinceMs);
    clock.nowMs += 5000;
    await fail('connect');
    assert.equal(reader.goneSinceMs(), sinceMs);
    await succeed();
    assert.equal(reader.goneSinceMs(), null);
  });

  it('not while it answers late or badly', async () => {
    for (const code of ['timeout', 'http_status', 'not_json'] as const) {
      await succeed();
      await fail(code);
      assert.equal(reader.goneSinceMs(), null, code);
      await fail('connect');
      assert.notEqual(reader.goneSinceMs(), null);
      await fail(code);
      assert.equal(reader.goneSinceMs(), null, code);
    }
  });

  it('not where it never was there', async () => {
    await fail('connect');
    assert.equal(reader.goneSinceMs(), null);
  });
});

describe('a failure', () => {
  it('that is a fault of ours is logged with its stack, another one without', async () => {
    await fail('http_status');
    next = new TypeError('bug');
    await reader.read(1000);
    const [known, unforeseen] = log();
    assert.deepEqual([known?.['code'], known?.['err']], ['http_status', undefined]);
    assert.equal(unforeseen?.['code'], 'internal');
    assert.match(JSON.stringify(unforeseen['err']), /reader-judgement\.test/);
  });

  it('is neither counted nor logged once the reader is retired', async () => {
    await succeed();
    reader.retire();
    const before = log().length;
    await fail('connect');
    const { problem } = await reader.read(1000);
    assert.deepEqual([problem?.code, problem?.sinceMs], ['connect', clock.unixMs()]);
    assert.deepEqual([failures, log().slice(before)], [[], []]);
    assert.equal(reader.goneSinceMs(), null);
  });
});

describe('the version on the index page', () => {
  // 0.9.0 counts failures apart, 0.10.0 does not, and nothing else tells the two apart.
  const old = { safe_name: undefined, current_fail_per_sec: undefined };
  const ambiguous = report([row('/', old), row('Total', { method: null, ...old })], {
    current_response_time_percentile_50: 5,
  });

  for (const [release, requests] of [
    ['0.9.0', 11],
    ['0.10.0', 10],
  ] as const) {
    it(`decides how the report of ${release} is read, from the first read on`, async () => {
      next = ambiguous;
      indexPage = `<h2>Version <a href="x/releases/tag/${release}">${release}</a></h2>`;
      const first = await reader.read(1000);
      assert.equal(first.report.info?.version, release);
      assert.equal(first.report.snapshot?.aggregate?.requests, requests);
      const second = await reader.read(1000);
      assert.equal(second.report.snapshot?.aggregate?.requests, requests);
    });
  }
});
