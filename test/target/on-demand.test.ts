import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import type { Collector } from '../../src/target/collector.ts';
import { createOnDemandCollector } from '../../src/target/on-demand.ts';
import { FakeClock, FakeReader } from './fake-reader.ts';

let clock: FakeClock;
let reader: FakeReader;
let collector: Collector;

beforeEach(() => {
  clock = new FakeClock();
  reader = new FakeReader(clock);
  collector = createOnDemandCollector({
    ...{ reader, clock, locustTimeoutMs: 5000, cacheTtlMs: 1000 },
  });
});

describe('on demand', () => {
  it('nothing is read until somebody asks', () => {
    collector.start();
    assert.deepEqual(reader.timeouts, []);
    collector.stop();
  });

  it('those who ask at once share one read and its outcome', async () => {
    const asked = Array.from({ length: 50 }, () => collector.current(Infinity));
    const outcome = await reader.succeed();
    for (const one of await Promise.all(asked)) assert.equal(one, outcome);
    assert.equal(reader.timeouts.length, 1);
  });

  it('a report is served again until it is as old as the cache lets it be', async () => {
    const first = collector.current(Infinity);
    const outcome = await reader.succeed();
    clock.nowMs = 999;
    assert.equal(await collector.current(Infinity), outcome);
    assert.equal(await first, outcome);
    clock.nowMs = 1000;
    const second = collector.current(Infinity);
    assert.equal(await reader.succeed(), await second);
    assert.notEqual(await second, outcome);
    assert.equal(reader.timeouts.length, 2);
  });

  describe('a scraper that comes again', () => {
    const [a, b, c] = [{}, {}, {}];

    /** @returns whether this read Locust. */
    async function scrape(nowMs: number, scraper?: object, maxAgeMs = 4000): Promise<boolean> {
      clock.nowMs = nowMs;
      const before = reader.timeouts.length;
      const outcome = collector.current(Infinity, scraper);
      const isRead = reader.timeouts.length > before;
      if (isRead) await reader.succeed();
      assert.ok(clock.monotonicMs() - (await outcome).atMs < maxAgeMs);
      return isRead;
    }

    it('takes what another one has caused since, for four times as long', async () => {
      const reads: boolean[] = [];
      for (let ms = 0; ms < 20_000; ms += 5000) {
        reads.push(await scrape(ms, a), await scrape(ms + 2500, b));
      }
      // When it comes first, it has caused nothing yet that would be too new for it.
      assert.deepEqual(reads, [true, true, ...[false, true], ...[false, true], ...[false, true]]);
      assert.equal(await scrape(30_000, a), true);
      assert.equal(await scrape(33_999, b), false);
      assert.equal(await scrape(38_000, b), true);
      assert.equal(await scrape(42_000, a), true);
    });

    it('never gets the same again', async () => {
      for (const ms of [0, 1000, 2000, 3000]) assert.equal(await scrape(ms, a), true);
      assert.equal(await scrape(3500, b), false);
      assert.equal(await scrape(4500, b), true);
      assert.equal(await scrape(4900, a), false);
    });

    it('is given nothing of before four seconds, however long the cache', async () => {
      collector = createOnDemandCollector({
        ...{ reader, clock, locustTimeoutMs: 5000, cacheTtlMs: 1500 },
      });
      for (const scraper of [a, b, c]) await scrape(0, scraper);
      assert.equal(await scrape(2000, a), true);
      // Four times the cache would be until 8000.
      assert.equal(await scrape(5999, b), false);
      assert.equal(await scrape(6000, c), true);
    });

    it('is given nothing that is four times as old as a short cache lets it be', async () => {
      collector = createOnDemandCollector({
        ...{ reader, clock, locustTimeoutMs: 5000, cacheTtlMs: 500 },
      });
      for (const scraper of [a, b, c]) await scrape(0, scraper);
      assert.equal(await scrape(1000, a), true);
      assert.equal(await scrape(2999, b), false);
      assert.equal(await scrape(3000, c), true);
    });

    it('gets the same for as long as the cache, were that longer than four seconds', async () => {
      collector = createOnDemandCollector({
        ...{ reader, clock, locustTimeoutMs: 5000, cacheTtlMs: 6000 },
      });
      assert.equal(await scrape(0, a, 6000), true);
      assert.equal(await scrape(5999, a, 6000), false);
      assert.equal(await scrape(6000, b, 6000), true);
      assert.equal(await scrape(11_999, a, 6000), false);
      assert.equal(await scrape(12_000, a, 6000), true);
    });

    it('is known by itself alone', async () => {
      await scrape(0, a);
      await scrape(0, b);
      assert.equal(await scrape(1500, {}), true);
      assert.equal(await scrape(3000), true);
    });
  });

  it('the age of a report counts from the end of its read', async () => {
    const first = collector.current(Infinity);
    clock.nowMs = 3000;
    const outcome = await reader.succeed();
    clock.nowMs = 3900;
    assert.equal(await collector.current(Infinity), outcome);
    assert.equal(await first, outcome);
  });

  it('a failure is not served again, and ends the report before it', async () => {
    void collector.current(Infinity);
    await reader.succeed();
    clock.nowMs = 1000;
    const failed = collector.current(Infinity);
    await reader.fail('connect');
    assert.equal((await failed).problem?.code, 'connect');
    const next = collector.current(Infinity);
    assert.equal(reader.timeouts.length, 3);
    await reader.succeed();
    assert.equal((await next).problem, null);
  });

  it('a read has the shorter of both deadlines', async () => {
    for (const timeoutMs of [Infinity, 60_000, 700]) {
      void collector.current(timeoutMs);
      await reader.fail('timeout');
    }
    assert.deepEqual(reader.timeouts, [5000, 5000, 700]);
  });

  it('one with less time gets a timeout while the read goes on', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const patient = collector.current(Infinity);
    const hasty = collector.current(200);
    t.mock.timers.tick(199);
    assert.deepEqual(reader.downs, []);
    t.mock.timers.tick(1);
    assert.equal((await hasty).problem?.code, 'timeout');
    assert.deepEqual(reader.downs, ['timeout']);
    assert.equal(reader.inFlight, 1);
    assert.equal(await reader.succeed(), await patient);
    assert.equal((await collector.current(200)).problem, null);
    assert.equal(reader.timeouts.length, 1);
  });
});

it('one with more time reads again when the read joined runs out of its own', async () => {
  const hasty = collector.current(100);
  const patient = collector.current(5000);
  clock.nowMs = 100;
  const failed = await reader.fail('timeout');
  assert.equal(await hasty, failed);
  const outcome = await reader.succeed();
  assert.equal(await patient, outcome);
  assert.deepEqual(reader.timeouts, [100, 4900]);
});

it('those who joined a read that failed are not read for again, unless time was what it lacked', async () => {
  const first = collector.current(5000);
  const joined = [collector.current(5000), collector.current(Infinity)];
  const failed = await reader.fail('connect');
  for (const one of [first, ...joined]) assert.equal(await one, failed);
  assert.deepEqual(reader.timeouts, [5000]);
});

it('those who joined with no more time than the read had share its timeout', async () => {
  const asked = [collector.current(100), collector.current(100), collector.current(80)];
  clock.nowMs = 100;
  const failed = await reader.fail('timeout');
  for (const one of asked) assert.equal(await one, failed);
  assert.deepEqual(reader.timeouts, [100]);
});

it('those who joined with more time share one further read', async () => {
  const hasty = collector.current(100);
  const patient = [collector.current(1000), collector.current(3000)];
  clock.nowMs = 100;
  const failed = await reader.fail('timeout');
  assert.equal(await hasty, failed);
  const outcome = await reader.succeed();
  for (const one of patient) assert.equal(await one, outcome);
  assert.deepEqual(reader.timeouts, [100, 900]);
});
