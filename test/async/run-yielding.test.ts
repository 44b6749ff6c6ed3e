import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSync, runYielding, type YieldingTask } from '../../src/async/run-yielding.ts';

/** Blocks for `stepMs` in each step. */
function* count(steps: number, stepMs: number): YieldingTask<number> {
  for (let step = 0; step < steps; step += 1) {
    const endMs = performance.now() + stepMs;
    while (performance.now() < endMs);
    yield;
  }
  return steps;
}

/** How often others had their turn meanwhile. */
async function turnsDuring(work: Promise<unknown>): Promise<number> {
  let turns = 0;
  let over = false;
  const others = () => {
    turns += 1;
    if (!over) setImmediate(others);
  };
  setImmediate(others);
  await work;
  over = true;
  return turns;
}

describe('work in turns', () => {
  it('lets others in when it takes long', async () => {
    assert.ok((await turnsDuring(runYielding(count(5, 12)))) >= 4);
  });

  it('lets others in at its end as well, when it took long', async () => {
    assert.equal(await turnsDuring(runYielding(count(2, 12))), 2);
  });

  it('is done at once when it is short', async () => {
    assert.equal(await turnsDuring(runYielding(count(10, 0))), 0);
  });

  it('ends when it is aborted, which it sees when others had their turn', async () => {
    const signal = AbortSignal.timeout(20);
    await assert.rejects(runYielding(count(1000, 12), signal), { name: 'TimeoutError' });
    await assert.rejects(runYielding(count(2, 12), AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(await runYielding(count(2, 12), AbortSignal.timeout(60_000)), 2);
  });

  it('gives its result either way, and its error', async () => {
    assert.equal(await runYielding(count(3, 0)), 3);
    assert.equal(runSync(count(3, 0)), 3);
    const failing = function* (): YieldingTask<never> {
      yield;
      throw new Error('no');
    };
    await assert.rejects(runYielding(failing()), { message: 'no' });
    assert.throws(() => runSync(failing()), { message: 'no' });
  });
});
