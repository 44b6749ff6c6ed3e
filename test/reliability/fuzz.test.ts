import assert from 'node:assert/strict';
import { it } from 'node:test';
import { fuzzAnswers } from './fuzz-answers.ts';

const FIXED_SEED = 1;
const randomSeed = Math.floor(Math.random() * 1e6);

for (const [seed, answers] of [
  [FIXED_SEED, 10_000],
  [randomSeed, 10_000],
] as const) {
  it(`holds for mutated responses of Locust, seed ${seed}`, async (test) => {
    const { accepted, parsed } = await fuzzAnswers({ answers, seed, parseEvery: 50 });
    test.diagnostic(`npm run fuzz -- --seed ${seed}: ${accepted} accepted, ${parsed} parsed`);
    assert.ok(accepted > answers / 2);
  });
}
