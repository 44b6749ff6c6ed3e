import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { clockedLocust, last, runningLocust, type Row, type Stats } from './clocked-locust.ts';

/** The newest Locust whose responses are recorded; 2.47 has the same keys. */
const FIXTURES = new URL('../fixtures/locust-2.46.3/', import.meta.url);

describe('the report of the simulated Locust', () => {
  for (const { situation, workers, seconds } of [
    { situation: 'standalone-ready', workers: 0, seconds: 1 },
    { situation: 'standalone-running', workers: 0, seconds: 60 },
    { situation: 'distributed-ready', workers: 2, seconds: 1 },
    { situation: 'distributed-running', workers: 2, seconds: 60 },
  ]) {
    it(`has the form of a real one: ${situation}`, () => {
      const locust = clockedLocust({ workers, scenario: 'cycle' });
      locust.pass(seconds);
      const simulated = locust.get('/stats/requests').body;
      assert.deepEqual(describeForm(simulated), describeForm(recorded(situation)));
    });
  }

  it('lists 500 endpoints and 500 errors at most, and then the aggregate', () => {
    const locust = clockedLocust({ endpoints: 600, errors: 600, scenario: 'cycle' });
    locust.pass(60);
    const { stats, errors } = locust.stats();
    const names = (rows: readonly Row[]) => rows.map(({ name }) => name);
    const real = JSON.parse(recorded('standalone-running-600-endpoints')) as Stats;
    assert.deepEqual(names(stats), names(real.stats));
    assert.equal(errors.length, 500);
  });

  it('is ASCII with sorted keys, indented, as Flask writes it', () => {
    const { body } = runningLocust({ host: 'http://käse.example' }).get('/stats/requests');
    const keys = Object.keys(JSON.parse(body) as object);
    assert.deepEqual(keys, keys.toSorted());
    assert.match(body, /^\{\n {2}"current_fail_per_sec": [\d.]+,\n/);
    assert.match(body, /\}\n$/);
    const page = runningLocust({ host: 'http://käse.example/<&>' }).get('/').body;
    assert.match(page, /"host":"http:\/\/k\\u00e4se\.example\/\\u003c\\u0026\\u003e"/);
  });

  it('quotes errors as Python does', () => {
    const { errors } = runningLocust({ endpoints: 1, errors: 1 }).stats();
    assert.equal(errors[0]?.['error'], "ValueError('made-up error 0')");
    const texts = runningLocust({}, 300)
      .stats()
      .errors.map(({ error }) => error);
    assert.ok(texts.includes(`CatchResponseError("payment says 'declined'")`));
    assert.ok(
      texts.includes(`CatchResponseError('Expected status 201 but got "409" & a retry hint')`),
    );
    assert.ok(texts.includes("JSONDecodeError('Expecting value:\\nline 1 column 1')"));
    assert.ok(texts.includes('item went out of stock'));
  });

  it('keeps the median between the rounded minimum and maximum', () => {
    // After one second each endpoint has one request, whose rounded time may pass its maximum.
    const { body } = runningLocust({ endpoints: 200 }, 1).get('/stats/requests');
    const { stats } = JSON.parse(body) as Stats;
    assert.equal(stats.length, 201);
    for (const row of stats) {
      const [min, median, max] = ['min', 'median', 'max'].map((of) =>
        Number(row[`${of}_response_time`]),
      );
      assert.ok(Number.isInteger(max) && min! <= median! && median! <= max!, row.name);
    }
  });

  it('has rates of the last ten seconds beside means since the start', () => {
    const locust = runningLocust({ endpoints: 1 }, 2);
    locust.post('/swarm', { user_count: '1000', spawn_rate: '1000' });
    locust.pass(20);
    const { stats, total_rps: mean, current_rps: current } = locust.stats();
    assert.equal(mean, last(stats)['total_rps']);
    assert.equal(current, last(stats).current_rps);
    assert.ok(mean > 1 && mean < current, `${mean} ${current}`);
  });

  it('freezes rates at a stop and ends the window percentiles', () => {
    const locust = runningLocust({ endpoints: 4 });
    assert.ok(locust.stats().total_rps > 3);
    locust.post('/stop');
    const justStopped = locust.stats();
    locust.pass(20);
    const later = locust.stats();
    const rates = ({ stats }: Stats) => stats.map((row) => row.current_rps);
    assert.ok(rates(later).every((rate) => rate > 0));
    assert.deepEqual(rates(later), rates(justStopped));
    assert.equal(typeof Object.values(justStopped.current_response_time_percentiles)[0], 'number');
    assert.deepEqual(Object.values(later.current_response_time_percentiles), [null, null]);
  });

  it('has rates of 0 in the first seconds and after a pause', () => {
    const locust = runningLocust({ endpoints: 1 }, 1);
    assert.equal(last(locust.stats().stats).current_rps, 0);
    locust.pass(2);
    assert.ok(last(locust.stats().stats).current_rps > 0);
    locust.post('/swarm', { user_count: '0', spawn_rate: '1000' });
    locust.pass(25);
    locust.post('/swarm', { user_count: '1', spawn_rate: '1' });
    assert.equal(last(locust.stats().stats).current_rps, 0);
  });

  it('has window percentiles of 0 for a while before the first run, then none', () => {
    const locust = clockedLocust();
    const median = () => Object.values(locust.stats().current_response_time_percentiles)[0];
    assert.equal(median(), 0);
    locust.pass(20);
    assert.equal(median(), null);
  });
});

function recorded(situation: string): string {
  return readFileSync(new URL(`${situation}.stats-requests.json`, FIXTURES), 'utf8');
}

/** What depends on the version and not on the load. */
function describeForm(body: string): unknown {
  const report = JSON.parse(body) as Stats;
  const aggregate = report.stats.at(-1);
  const workers = (report['workers'] ?? []) as readonly Row[];
  const percentiles = report.current_response_time_percentiles;
  return {
    keys: Object.keys(report),
    rows: distinctKeys(report.stats),
    errors: distinctKeys(report.errors),
    workers: distinctKeys(workers),
    workerStates: [...new Set(workers.map(({ state }) => state))],
    percentiles: Object.keys(percentiles),
    state: report.state,
    aggregate: aggregate?.name,
    ...(report.state === 'ready' && { percentile: Object.values(percentiles) }),
  };
}

function distinctKeys(rows: readonly object[]): string[] {
  return [...new Set(rows.map((row) => Object.keys(row).join(' ')))];
}
