import assert from 'node:assert/strict';
import { beforeEach, it, mock, type TestContext } from 'node:test';
import type { Target } from '../../src/target/target.ts';
import { createTargets, FORGOTTEN_AFTER_MS, IN_USE_MS } from '../../src/probe/targets.ts';

let nowMs: number;
let log: string[];

const clock = { monotonicMs: () => nowMs, unixMs: () => 1e12 + nowMs };

beforeEach(() => {
  nowMs = 0;
  log = [];
});

/** A target that notes what becomes of it. */
function create(name: string): () => Target {
  return () => {
    log.push(`make ${name}`);
    return {
      start: () => undefined,
      retire: () => Promise.resolve(),
      close: () => {
        log.push(`close ${name}`);
        return Promise.resolve();
      },
    } as Partial<Target> as Target;
  };
}

function targetsOf(max: number) {
  const targets = createTargets({
    max,
    clock,
    onEvict: ({ url }) => {
      log.push(`evict ${url}`);
    },
  });
  const begin = (url: string, module = '', identity = '') =>
    targets.lease({ url, module, identity }, create(url + module + identity));
  /** @returns whether there was room */
  const scrape = async (...key: Parameters<typeof begin>) => {
    const lease = begin(...key);
    lease?.release();
    // What is dropped is closed a moment later.
    await Promise.resolve();
    await Promise.resolve();
    return lease !== null;
  };
  return { targets, begin, scrape };
}

/** Lets time pass for the clock and for timers. */
function useTimers(t: TestContext) {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => {
    mock.timers.reset();
  });
  return async (ms: number) => {
    nowMs += ms;
    mock.timers.tick(ms);
    await Promise.resolve();
    await Promise.resolve();
  };
}

it('a target is kept from one scrape to the next', async () => {
  const { scrape, targets } = targetsOf(10);
  await scrape('a');
  await scrape('a');
  await scrape('a', 'm');
  await scrape('b');
  assert.deepEqual(log, ['make a', 'make am', 'make b']);
  assert.deepEqual(
    targets.list().map(({ url, module, scrapedUnixMs }) => [url, module, scrapedUnixMs]),
    [
      ['b', '', 1e12],
      ['a', 'm', 1e12],
      ['a', '', 1e12],
    ],
  );
  assert.equal(targets.count(), 3);
});

it('a target is forgotten when nobody scrapes it for ten minutes', async (t) => {
  const pass = useTimers(t);
  const { scrape, targets } = targetsOf(10);
  await scrape('a');
  await scrape('b');
  for (let minute = 1; minute < 10; minute += 1) {
    await pass(60_000);
    await scrape('b');
  }
  await pass(60_000);
  assert.deepEqual(log, ['make a', 'make b', 'close a']);
  await pass(FORGOTTEN_AFTER_MS);
  assert.equal(log.at(-1), 'close b');
  assert.equal(targets.count(), 0);
});

it('a scrape that takes long does not lose its target', async (t) => {
  const pass = useTimers(t);
  const { begin, targets } = targetsOf(10);
  const lease = begin('a');
  await pass(2 * FORGOTTEN_AFTER_MS);
  assert.deepEqual(log, ['make a']);
  lease?.release();
  await pass(30_000);
  assert.deepEqual(log, ['make a', 'close a']);
  assert.equal(targets.count(), 0);
});

it('the one that was scraped least recently makes room for another', async () => {
  const { scrape } = targetsOf(2);
  await scrape('a');
  nowMs += 1000;
  await scrape('b');
  nowMs += 1000;
  await scrape('a');
  nowMs += IN_USE_MS;
  assert.equal(await scrape('c'), true);
  assert.deepEqual(log, ['make a', 'make b', 'evict b', 'make c', 'close b']);
  nowMs += 1;
  assert.equal(await scrape('d'), true);
  assert.ok(log.includes('evict a'));
});

it('targets that are in use make no room', async () => {
  const { scrape, begin, targets } = targetsOf(2);
  await scrape('a');
  const lease = begin('b');
  nowMs += IN_USE_MS - 1;
  assert.equal(await scrape('c'), false);
  assert.equal(await scrape('a'), true);
  nowMs += 1;
  // Scraped long ago, but the scrape still goes on.
  assert.equal(await scrape('c'), false);
  lease?.release();
  assert.equal(await scrape('c'), true);
  assert.equal(targets.count(), 2);
  assert.deepEqual(
    targets.list().map(({ url }) => url),
    ['c', 'a'],
  );
});

it('a target of another module than before begins anew, when its scrapes are over', async () => {
  const { scrape, begin, targets } = targetsOf(1);
  const lease = begin('a', 'm', '1');
  assert.equal(await scrape('a', 'm', '2'), true);
  assert.deepEqual(log, ['make am1', 'make am2']);
  lease?.release();
  await Promise.resolve();
  await Promise.resolve();
  assert.deepEqual(log, ['make am1', 'make am2', 'close am1']);
  assert.equal(targets.count(), 1);
});

it('all are closed at the end', async () => {
  const { scrape, begin, targets } = targetsOf(10);
  await scrape('a');
  begin('b');
  await targets.close();
  assert.deepEqual(log, ['make a', 'make b', 'close a', 'close b']);
  assert.equal(targets.count(), 0);
});
