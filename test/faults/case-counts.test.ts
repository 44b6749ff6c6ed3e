import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { CASE_COUNTS } from './case-counts.ts';

const SENTENCES = {
  'docs/reliability.md': /built program against (\d+) cases of fault/,
  'CHANGELOG.md': /counters stay right under (\d+) faults/,
};

for (const [file, sentence] of Object.entries(SENTENCES)) {
  it(`${file} says how many cases of fault there are`, () => {
    const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
    const total = Object.values(CASE_COUNTS).reduce((sum, count) => sum + count, 0);
    assert.equal(Number(sentence.exec(text)?.[1]), total);
  });
}
