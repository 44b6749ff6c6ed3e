import assert from 'node:assert/strict';
import { afterEach, beforeEach, it, mock } from 'node:test';
import type { Collector } from '../../src/target/collector.ts';
import { watchForGone } from '../../src/target/gone.ts';
import { FakeClock, settled } from './fake-reader.ts';

let clock: FakeClock;
let goneSinceMs: number | null;
/** When the collector was asked, in milliseconds since the test began, and with which timeout. */
let asked: [atMs: number, timeoutMs: number][];
/** What ends the reads under way; null where a read ends at once. */
let held: (() => void)[] | null;
let goneCalls: number;

beforeEach(() => {
  mock.timers.enable({ apis: ['setTimeout'] });
  clock = new FakeClock();
  [goneSinceMs, asked, held, goneCalls] = [null, [], null, 0];
});

afterEach(() => {
  mock.timers.reset();
});

function watch(afterMs: number): { stop(): void } {
  const collector = {
    current: (timeoutMs: number) => {
      asked.push([clock.nowMs, timeoutMs]);
      return new Promise<void>((resolve) => {
        if (held === null) resolve();
        else held.push(resolve);
      });
    },
  } as unknown as Collector;
  const reader = { goneSinceMs: () => goneSinceMs };
  return watchForGone({ collector, reader, clock, afterMs }, () => {
    goneCalls++;
  });
}

/** Lets time pass in small steps, each of which timers and promises see. */
async function pass(ms: number, stepMs = 50): Promise<void> {
  for (let passed = 0; passed < ms; passed += stepMs) {
    clock.nowMs += stepMs;
    mock.timers.tick(stepMs);
    await settled();
  }
}

const timesAsked = () => asked.map(([atMs]) => atMs);

it('asks four times within the time, with all the time in the world', async () => {
  watch(1000);
  await pass(1000);
  assert.deepEqual(asked, [
    [250, Infinity],
    [500, Infinity],
    [750, Infinity],
    [1000, Infinity],
  ]);
  assert.equal(goneCalls, 0);
});

it('asks every two seconds at least, and ten times a second at most', async () => {
  const slow = watch(60_000);
  await pass(6000);
  slow.stop();
  assert.deepEqual(timesAsked(), [2000, 4000, 6000]);
  asked = [];
  watch(0);
  await pass(300);
  assert.deepEqual(timesAsked(), [6100, 6200, 6300]);
});

it('tells once that Locust stays away, when that is as long as it has to be', async () => {
  watch(1000);
  goneSinceMs = clock.monotonicMs();
  await pass(950);
  assert.equal(goneCalls, 0);
  await pass(50);
  assert.equal(goneCalls, 1);
  await pass(5000);
  assert.equal(goneCalls, 1);
  assert.equal(asked.length, 4);
});

it('takes a Locust that comes back for there, and counts anew', async () => {
  watch(1000);
  goneSinceMs = clock.monotonicMs();
  await pass(750);
  goneSinceMs = null;
  await pass(5000);
  assert.equal(goneCalls, 0);
  goneSinceMs = clock.monotonicMs() - 500;
  await pass(250);
  assert.equal(goneCalls, 0);
  await pass(250);
  assert.equal(goneCalls, 1);
});

it('looks at what a read found, and not before it ends', async () => {
  held = [];
  watch(1000);
  await pass(5000);
  assert.deepEqual(timesAsked(), [250]);
  goneSinceMs = clock.monotonicMs() - 2000;
  await pass(500);
  assert.equal(goneCalls, 0);
  held.forEach((end) => {
    end();
  });
  await settled();
  assert.equal(goneCalls, 1);
});

it('asks no more after its end', async () => {
  const watching = watch(1000);
  await pass(250);
  watching.stop();
  await pass(5000);
  assert.deepEqual(timesAsked(), [250]);
});

it('tells nothing when it ends while a read is under way', async () => {
  held = [];
  const watching = watch(1000);
  goneSinceMs = clock.monotonicMs() - 5000;
  await pass(250);
  watching.stop();
  held.forEach((end) => {
    end();
  });
  await settled();
  await pass(5000);
  assert.equal(goneCalls, 0);
  assert.deepEqual(timesAsked(), [250]);
});
