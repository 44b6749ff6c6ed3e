import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockedLocust, last, runningLocust, type Row, type Stats } from './clocked-locust.ts';

describe('the counts', () => {
  it('of all endpoints add up to those of the aggregate and of the errors', () => {
    for (const version of ['0.12.2', '2.12.1', '2.46.3']) {
      const { stats, errors } = runningLocust({ version, workers: 2 }, 60).stats();
      const endpoints = stats.slice(0, -1);
      const aggregate = last(stats);
      const summed = (value: (row: Row) => number): number =>
        endpoints.reduce((sum, row) => sum + value(row), 0);
      assert.equal(
        summed((row) => row.num_requests),
        aggregate.num_requests,
      );
      assert.equal(
        summed((row) => row.num_failures),
        aggregate.num_failures,
      );
      const totalMs = summed((row) => row.avg_response_time * row.num_requests);
      assert.ok(
        Math.abs(totalMs / (aggregate.avg_response_time * aggregate.num_requests) - 1) < 1e-12,
      );
      const occurrences = errors.reduce((sum, row) => sum + row.occurrences, 0);
      assert.equal(occurrences, aggregate.num_failures);
      assert.ok(occurrences > 10, String(occurrences));
    }
  });

  it('never fall during a run', () => {
    const locust = runningLocust({}, 1);
    let before = locust.stats();
    for (let read = 0; read < 40; read++) {
      const now = locust.stats();
      for (const row of before.stats) {
        const later = now.stats.find(
          ({ method, name }) => method === row.method && name === row.name,
        );
        assert.ok(later && later.num_requests >= row.num_requests);
      }
      before = now;
    }
    assert.ok(last(before.stats).num_requests > 1000);
  });

  it('leave the failed requests out up to 0.9.0, and the ratio is of what is shown', () => {
    const shown = (version: string): { n: number; f: number; ratio: unknown } => {
      const { stats, fail_ratio: ratio } = runningLocust({
        version,
        endpoints: 5,
        errors: 5,
      }).stats();
      return { n: last(stats).num_requests, f: last(stats).num_failures, ratio };
    };
    const [old, middle, newer] = [shown('0.9.0'), shown('0.11.1'), shown('0.12.2')];
    assert.equal(old.n + old.f, middle.n);
    assert.ok(old.f > 100);
    assert.equal(old.ratio, old.f / (old.n + old.f));
    assert.equal(middle.ratio, middle.f / (middle.n + middle.f));
    assert.equal(newer.ratio, newer.f / newer.n);
  });

  it('start again with a new run, which forgets the endpoints too', () => {
    const locust = runningLocust();
    locust.get('/stop');
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
    const options = { endpoints: 3, errors: 3 };
    const errorsAfterReset = (version: string): Stats => {
      const locust = runningLocust({ ...options, version });
      locust.get('/stop');
      locust.get('/stats/reset');
      return locust.stats();
    };
    const { stats, errors } = errorsAfterReset('2.46.3');
    assert.deepEqual(
      stats.map((row) => [row.name, row.num_requests, row.num_failures, row.avg_response_time]),
      ['/m/00000', '/m/00001', '/m/00002', 'Aggregated'].map((name) => [name, 0, 0, 0]),
    );
    assert.equal(errors.length, 0);
    assert.equal(errorsAfterReset('0.11.1').errors.length, 3, 'these releases keep the errors');
  });

  it('start again when all users are spawned, up to 0.8.1', () => {
    const spawned = (version: string): number => {
      const locust = clockedLocust({ version, endpoints: 1 });
      locust.post('/swarm', { locust_count: '10', hatch_rate: '1' });
      locust.pass(9);
      assert.equal(locust.stats().state, 'running');
      return last(locust.stats().stats).num_requests;
    };
    assert.ok(spawned('0.8.1') < spawned('0.9.0') - 5);
  });
});
