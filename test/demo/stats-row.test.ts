import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { clockedLocust, last, runningLocust, type Stats } from './clocked-locust.ts';

describe('the rates', () => {
  it('stay as they are at a stop, while the window percentiles end', () => {
    const locust = runningLocust({ endpoints: 4 });
    const rate = locust.stats().total_rps;
    locust.get('/stop');
    const justStopped = locust.stats();
    locust.pass(20);
    const later = locust.stats();
    assert.ok(rate > 3);
    assert.deepEqual(
      later.stats.map((row) => row.current_rps),
      justStopped.stats.map((row) => row.current_rps),
    );
    const percentile = ({ current_response_time_percentiles: all }: Stats): unknown =>
      Object.values(all as object)[0];
    assert.equal(typeof percentile(justStopped), 'number');
    assert.equal(percentile(later), null);
  });

  it('are those of ten seconds, in all since the start where the version says so', () => {
    const run = (version: string): Stats => {
      const locust = runningLocust({ version, endpoints: 1 }, 2);
      locust.post('/swarm', { user_count: '1000', spawn_rate: '1000' });
      locust.pass(20);
      return locust.stats();
    };
    const older = run('2.37.14');
    assert.equal(older.total_rps, last(older.stats).current_rps);
    const newer = run('2.46.3');
    assert.equal(newer.total_rps, last(newer.stats)['total_rps']);
    assert.equal(newer['current_rps'], last(newer.stats).current_rps);
    assert.ok(newer.total_rps < last(newer.stats).current_rps);
  });

  it('leave out what was before a pause', () => {
    const locust = runningLocust({ endpoints: 1 }, 20);
    locust.post('/swarm', { user_count: '0', spawn_rate: '1000' });
    locust.pass(25);
    locust.post('/swarm', { user_count: '1', spawn_rate: '1' });
    assert.equal(last(locust.stats().stats).current_rps, 0);
  });

  it('are 0 at first, when there is no full second yet', () => {
    const locust = runningLocust({ endpoints: 1 }, 1);
    assert.equal(last(locust.stats().stats).current_rps, 0);
    locust.pass(2);
    assert.ok(last(locust.stats().stats).current_rps > 0);
    locust.get('/stats/reset');
    const reset = locust.stats();
    assert.equal(last(reset.stats).current_rps, 0);
    assert.deepEqual(Object.values(reset['current_response_time_percentiles'] as object), [
      null,
      null,
    ]);
  });
});

describe('the values of a row', () => {
  const aggregate = (version: string, synthetic = {}): Readonly<Record<string, unknown>> =>
    last(runningLocust({ version, ...synthetic }).stats().stats);

  it('have rounded extremes and a median between them from 0.12.0 on', () => {
    const isWhole = (version: string): boolean =>
      Number.isInteger(aggregate(version)['max_response_time']);
    assert.deepEqual([isWhole('0.11.1'), isWhole('0.12.2')], [false, true]);
    // After one second each has one request, whose rounded time may lie beyond its maximum.
    const { body } = runningLocust({ endpoints: 200 }, 1).get('/stats/requests');
    for (const row of (JSON.parse(body) as Stats).stats) {
      const [min, median, max] = ['min', 'median', 'max'].map((of) => row[`${of}_response_time`]);
      assert.ok(Number(min) <= Number(median) && Number(median) <= Number(max));
    }
  });

  it('tell the length of failed requests from 0.13.0 on, whole numbers up to 0.7.5', () => {
    const length = (version: string): number =>
      Number(aggregate(version, { endpoints: 1, errors: 1 })['avg_content_length']);
    assert.ok(length('0.12.2') < 0.8 * length('0.14.6'));
    assert.deepEqual(
      ['0.7.5', '0.8.1'].map((each) => Number.isInteger(length(each))),
      [true, false],
    );
  });

  it('are listed by method first in the oldest', () => {
    const methods = (version: string): unknown[] =>
      runningLocust({ version })
        .stats()
        .stats.slice(0, -1)
        .map(({ method }) => method);
    assert.deepEqual(methods('0.5.1'), methods('0.5.1').toSorted());
    assert.notDeepEqual(methods('0.7.5'), methods('0.7.5').toSorted());
  });
});

describe('the window percentiles', () => {
  it('are 0 for a while before the first run, then unknown', () => {
    const locust = clockedLocust();
    const median = (): unknown =>
      Object.values(locust.stats()['current_response_time_percentiles'] as object)[0];
    assert.equal(median(), 0);
    locust.pass(20);
    assert.equal(median(), null);
  });
});
