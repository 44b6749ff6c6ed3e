import assert from 'node:assert/strict';
import { it } from 'node:test';
import type { BenchResults } from './bench-report.ts';
import { combineResults } from './combine-results.ts';

const NOTHING: BenchResults = {
  ...{ setting: {}, starts: [], memory: [], writers: [], cgroup: [], pauses: [], cost: [] },
  latency: [],
};

it('the results of several runs are those of each', () => {
  const start = { program: 'exporter', medianMs: 1, leastMs: 1, mostMs: 1 } as const;
  const writer = { writer: 'our own', medianMs: 1, samples: 1 } as const;
  const combined = combineResults([
    { ...NOTHING, setting: { command: 'one', CPU: 'fast' }, starts: [start] },
    { ...NOTHING, setting: { command: 'two', CPU: 'fast', more: 'yes' }, writers: [writer] },
  ]);
  assert.deepEqual(combined, {
    ...NOTHING,
    setting: { command: 'one; two', CPU: 'fast', more: 'yes' },
    starts: [start],
    writers: [writer],
  });
});
