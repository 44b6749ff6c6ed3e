import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockedLocust, type Stats } from './clocked-locust.ts';

describe('the cycle', () => {
  const locust = clockedLocust({ scenario: 'cycle', workers: 3 });
  const course = Array.from({ length: 160 }, () => locust.stats());
  const states = course.map(({ state }) => state);
  const changes = states.filter((state, index) => state !== states[index - 1]);

  it('goes through all states and begins again', () => {
    const once = ['spawning', 'running', 'stopping', 'stopped'];
    assert.deepEqual(changes.slice(0, 9), ['ready', ...once, ...once]);
  });

  it('takes two to three minutes', () => {
    const first = states.indexOf('spawning');
    const second = states.indexOf('spawning', states.indexOf('stopped'));
    const seconds = (second - first) * 2;
    assert.ok(seconds >= 120 && seconds <= 180, String(seconds));
  });

  it('counts from 0 in the next run', () => {
    const stopped = states.indexOf('stopped');
    const next = course[states.indexOf('spawning', stopped)]!;
    assert.ok(requests(next) < requests(course[stopped]!) / 10);
  });

  it('misses one worker for a while, with its users', () => {
    const missing = course.filter((stats) => workerStates(stats).includes('missing'));
    assert.ok(missing.length > 2 && missing.length < 15, String(missing.length));
    assert.deepEqual([missing[0]?.user_count, missing[0]?.['worker_count']], [40, 2]);
    assert.equal(workerStates(course.at(-1)!).includes('missing'), false);
  });

  it('has an incident that slows down and fails', () => {
    const busy = course.slice(0, states.indexOf('stopping'));
    const failures = busy.map((stats) => stats['current_fail_per_sec'] as number);
    const worst = Math.max(...failures);
    const usual = failures.toSorted((a, b) => a - b)[Math.floor(failures.length / 2)]!;
    assert.ok(usual > 0 && worst > 5 * usual, `${worst} ${usual}`);
    assert.ok(course.some(({ errors }) => errors.length > 6));
  });
});

function requests({ stats }: Stats): number {
  return stats.at(-1)!.num_requests;
}

function workerStates(stats: Stats): unknown[] {
  return (stats['workers'] as { state: string }[]).map(({ state }) => state);
}
