import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockedLocust } from './clocked-locust.ts';

describe('the states', () => {
  const statesOf = (version: string, workers: number): string[] => {
    const locust = clockedLocust({ version, workers, scenario: 'cycle' });
    const states = Array.from({ length: 75 }, () => {
      const stats = locust.stats();
      const rows = (stats['workers'] ?? stats['slaves'] ?? []) as { state: string }[];
      return [stats.state, ...rows.slice(0, 1).map(({ state }) => state)].join('/');
    });
    return states.filter((state, index) => state !== states[index - 1]).slice(0, 5);
  };

  it('have the words of their version', () => {
    const expected = {
      '0.11.1': ['ready', 'hatching', 'running', 'stopped', 'hatching'],
      '1.0.3': ['ready', 'hatching', 'running', 'cleanup', 'stopped'],
      '2.46.3': ['ready', 'spawning', 'running', 'cleanup', 'stopped'],
    };
    for (const [version, states] of Object.entries(expected)) {
      assert.deepEqual(statesOf(version, 0), states, version);
    }
  });

  it('of a master go with those of its workers', () => {
    const begin = (version: string): string[] => statesOf(version, 2).slice(0, 4);
    const old = ['ready/ready', 'hatching/hatching', 'running/running', 'stopping/running'];
    assert.deepEqual(begin('0.14.6'), old);
    const newer = ['ready/ready', 'spawning/running', 'running/running', 'stopping/running'];
    assert.deepEqual(begin('2.46.3'), newer);
  });
});
