import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { atOnce, inTurns, type Steps } from '../../src/async/in-turns.ts';

/** Blocks for `stepMs` in each step. */
function* count(steps: number, stepMs: number): Steps<number> {
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
    assert.ok((await turnsDuring(inTurns(count(5, 12)))) >= 4);
  });

  it('lets others in at its end as well, when it took long', async () => {
    assert.equal(await turnsDuring(inTurns(count(2, 12))), 2);
  });

  it('is done at once when it is short', async () => {
    assert.equal(await turnsDuring(inTurns(count(10, 0))), 0);
  });

  it('ends when it is aborted, which it sees when others had their turn', async () => {
    const signal = AbortSignal.timeout(20);
    await assert.rejects(inTurns(count(1000, 12), signal), { name: 'TimeoutError' });
    await assert.rejects(inTurns(count(2, 12), AbortSignal.abort()), { name: 'AbortError' });
    assert.equal(await inTurns(count(2, 12), AbortSignal.timeout(60_000)), 2);
  });

  it('gives its result either way, and its error', async () => {
    assert.equal(await inTurns(count(3, 0)), 3);
    assert.equal(atOnce(count(3, 0)), 3);
    const failing = function* (): Steps<never> {
      yield;
      throw new Error('no');
    };
    await assert.rejects(inTurns(failing()), { message: 'no' });
    assert.throws(() => atOnce(failing()), { message: 'no' });
  });
});
