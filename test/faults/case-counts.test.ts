import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { CASE_COUNTS } from './case-counts.ts';

it('docs/performance.md says how many cases of fault there are', () => {
  const text = readFileSync(new URL('../../docs/performance.md', import.meta.url), 'utf8');
  const total = Object.values(CASE_COUNTS).reduce((sum, count) => sum + count, 0);
  assert.equal(Number(/(\d+) cases of fault/.exec(text)?.[1]), total);
});
