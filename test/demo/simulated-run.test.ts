import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockedLocust, last, runningLocust, type Row, type Stats } from './clocked-locust.ts';

describe('the counts', () => {
  it('of all endpoints add up to those of the aggregate and of the errors', () => {
    const { stats, errors } = runningLocust({ workers: 2 }, 60).stats();
    const endpoints = stats.slice(0, -1);
    const aggregate = last(stats);
    const sum = (value: (row: Row) => number) =>
      endpoints.reduce((total, row) => total + value(row), 0);
    const requests = sum((row) => row.num_requests);
    const failures = sum((row) => row.num_failures);
    assert.deepEqual([requests, failures], [aggregate.num_requests, aggregate.num_failures]);
    const totalMs = sum((row) => row.avg_response_time * row.num_requests);
    const aggregateMs = aggregate.avg_response_time * aggregate.num_requests;
    assert.ok(Math.abs(totalMs / aggregateMs - 1) < 1e-12);
    const occurrences = errors.reduce((total, row) => total + row.occurrences, 0);
    assert.equal(occurrences, aggregate.num_failures);
    assert.ok(occurrences > 10, String(occurrences));
  });

  it('never fall during a run', () => {
    const locust = runningLocust({}, 1);
    let before = locust.stats();
    for (let read = 0; read < 40; read++) {
      const now = locust.stats();
      for (const row of before.stats) {
        const later = now.stats.find(({ name }) => name === row.name);
        assert.ok(later && later.num_requests >= row.num_requests);
      }
      before = now;
    }
    assert.ok(last(before.stats).num_requests > 1000);
  });

  it('start again with a new run, which forgets the endpoints too', () => {
    const locust = runningLocust();
    locust.post('/stop');
    const stopped = locust.stats();
    assert.equal(stopped.state, 'stopped');
    assert.ok(stopped.stats.length > 5);
    locust.post('/swarm', { user_count: '0', spawn_rate: '1' });
    const again = locust.stats();
    assert.deepEqual([again.stats.length, again.errors.length], [1, 0]);
    assert.equal(last(again.stats).num_requests, 0);
  });

  it('go on when the number of users is changed', () => {
    const locust = runningLocust();
    const before = last(locust.stats().stats).num_requests;
    locust.post('/swarm', { user_count: '10', spawn_rate: '100' });
    const changed = locust.stats();
    assert.equal(changed.user_count, 10);
    assert.ok(last(changed.stats).num_requests > before);
  });

  it('go to 0 at a reset, which keeps the endpoints', () => {
    const locust = runningLocust({ endpoints: 3, errors: 3 });
    locust.post('/stop');
    locust.post('/stats/reset');
    const { stats, errors } = locust.stats();
    assert.deepEqual(
      stats.map((row) => [row.name, row.num_requests, row.num_failures, row.avg_response_time]),
      ['/m/00000', '/m/00001', '/m/00002', 'Aggregated'].map((name) => [name, 0, 0, 0]),
    );
    assert.equal(errors.length, 0);
  });
});

describe('the states', () => {
  const statesOf = (workers: number): string[] => {
    const locust = clockedLocust({ workers, scenario: 'cycle' });
    const states = Array.from({ length: 75 }, () => {
      const stats = locust.stats();
      return [stats.state, ...workerStates(stats).slice(0, 1)].join('/');
    });
    return states.filter((state, index) => state !== states[index - 1]).slice(0, 5);
  };

  it('of a standalone Locust have cleanup before the end', () => {
    assert.deepEqual(statesOf(0), ['ready', 'spawning', 'running', 'cleanup', 'stopped']);
  });

  it('of a master go with those of its workers', () => {
    const expected = ['ready/ready', 'spawning/running', 'running/running', 'stopping/running'];
    assert.deepEqual(statesOf(2).slice(0, 4), expected);
  });
});

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
  return ((stats['workers'] ?? []) as { state: string }[]).map(({ state }) => state);
}
