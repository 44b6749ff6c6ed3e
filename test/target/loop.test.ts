import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import type { Collector } from '../../src/target/collector.ts';
import { createLoopCollector } from '../../src/target/loop.ts';
import { FakeClock, FakeReader } from './fake-reader.ts';

let clock: FakeClock;
let reader: FakeReader;
let collector: Collector;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  clock = new FakeClock();
  reader = new FakeReader(clock);
  collector = createLoopCollector({
    ...{ reader, clock, locustTimeoutMs: 5000, pollIntervalMs: 2000, staleAfterMs: 10_000 },
  });
});

afterEach(() => {
  mock.timers.reset();
});

function pass(ms: number): void {
  clock.nowMs += ms;
  mock.timers.tick(ms);
}

describe('in a loop', () => {
  it('Locust is read at the interval, whether asked or not', async () => {
    collector.start();
    assert.deepEqual(reader.timeouts, [5000]);
    pass(300);
    await reader.succeed();
    pass(1699);
    assert.equal(reader.timeouts.length, 1);
    pass(1);
    assert.equal(reader.timeouts.length, 2);
    await reader.succeed();
    pass(2000);
    assert.equal(reader.timeouts.length, 3);
  });

  it('a slow read is followed at once by the next, never overtaken', async () => {
    collector.start();
    pass(4000);
    assert.equal(reader.timeouts.length, 1);
    await reader.succeed();
    pass(1);
    assert.equal(reader.timeouts.length, 2);
    assert.equal(reader.maxInFlight, 1);
  });

  it('the interval counts from the start of a read', async () => {
    collector.start();
    pass(700);
    await reader.succeed();
    pass(1299);
    assert.equal(reader.timeouts.length, 1);
    pass(1);
    assert.equal(reader.timeouts.length, 2);
    pass(1999);
    await reader.succeed();
    pass(1);
    assert.equal(reader.timeouts.length, 3);
  });

  it('one who asks before the start begins the reads, and they are not begun again', async () => {
    const asked = collector.current(Infinity);
    collector.start();
    void collector.current(Infinity);
    assert.equal(reader.timeouts.length, 1);
    assert.equal(await reader.succeed(), await asked);
    pass(2000);
    assert.equal(reader.timeouts.length, 2);
    await reader.succeed();
    assert.equal(reader.maxInFlight, 1);
  });

  it('those who ask are served from the last read', async () => {
    collector.start();
    const outcome = await reader.succeed();
    for (let asked = 0; asked < 50; asked++) {
      assert.equal(await collector.current(100), outcome);
    }
    assert.equal(reader.timeouts.length, 1);
    pass(2000);
    const newer = await reader.succeed();
    assert.equal(await collector.current(100), newer);
  });

  it('those who ask before the first read has ended wait for it, as long as they can', async () => {
    collector.start();
    const patient = collector.current(Infinity);
    const hasty = collector.current(100);
    pass(100);
    assert.equal((await hasty).problem?.code, 'timeout');
    assert.equal(await reader.succeed(), await patient);
    assert.equal(reader.timeouts.length, 1);
  });

  it('a failure among good reads is no news until the good one is stale', async () => {
    collector.start();
    const good = await reader.succeed();
    pass(2000);
    const bad = await reader.fail('http_status');
    assert.equal(await collector.current(100), good);
    clock.nowMs = 10_000;
    assert.equal(await collector.current(100), good);
    clock.nowMs = 10_001;
    assert.equal(await collector.current(100), bad);
    pass(2000);
    const back = await reader.succeed();
    assert.equal(await collector.current(100), back);
  });

  it('a failure before any good read is told at once', async () => {
    collector.start();
    const bad = await reader.fail('connect');
    assert.equal(await collector.current(100), bad);
    pass(2000);
    assert.equal(await reader.succeed(), await collector.current(100));
  });

  it('a read that goes on for too long makes the last one stale', async () => {
    collector.start();
    await reader.succeed();
    pass(2000);
    pass(8001);
    assert.equal((await collector.current(100)).problem?.code, 'timeout');
    assert.equal(reader.inFlight, 1);
  });

  it('nothing is read after the end', async () => {
    collector.start();
    await reader.succeed();
    collector.stop();
    pass(60_000);
    assert.equal(reader.timeouts.length, 1);
  });

  it('a read under way at the end is the last', async () => {
    collector.start();
    collector.stop();
    await reader.succeed();
    pass(60_000);
    assert.equal(reader.timeouts.length, 1);
  });
});
