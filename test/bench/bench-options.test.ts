import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseBenchOptions } from './bench-options.ts';

describe('the options of the benchmark', () => {
  it('want everything but the control group and the real Locust, unless told', () => {
    const { wants, sizes } = parseBenchOptions([]);
    assert.deepEqual(['start', 'latency/50/1/plain', 'cgroup', 'cost'].map(wants), [
      true,
      true,
      false,
      false,
    ]);
    assert.deepEqual(sizes, [50, 500, 5000, 10_000]);
    assert.deepEqual(parseBenchOptions(['--quick']).sizes, [500]);
  });

  it('want what is named, whole or in part', () => {
    const { wants } = parseBenchOptions(['--only', 'cgroup,latency/50']);
    const ids = ['cgroup', 'latency/50/1/plain', 'latency/500/1/plain', 'start'];
    assert.deepEqual(ids.map(wants), [true, true, false, false]);
  });

  it('refuse what is not a number', () => {
    assert.throws(() => parseBenchOptions(['--rounds', '0']), /--rounds: expected a whole number/);
    assert.throws(() => parseBenchOptions(['--scrapes', 'many']), /--scrapes/);
    assert.throws(() => parseBenchOptions(['--fast']), /--fast/);
  });
});
