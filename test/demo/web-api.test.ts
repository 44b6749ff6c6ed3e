import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { clockedLocust, runningLocust } from './clocked-locust.ts';

const SWARM = { user_count: '5', spawn_rate: '5' };

describe('POST /swarm', () => {
  it('starts a run and refuses bad forms, in the words of a real Locust', () => {
    for (const [file, form] of [
      ['standalone-swarm.json', SWARM],
      ['standalone-swarm-bad-run-time.json', { ...SWARM, run_time: 'soon' }],
    ] as const) {
      const { status, headers, body } = clockedLocust().post('/swarm', form);
      assert.deepEqual(JSON.parse(body), JSON.parse(recorded(file)), file);
      assert.deepEqual([status, headers['Content-Type']], [200, 'application/json'], file);
    }
  });

  it('explains what is missing or invalid, as 2.47 does', () => {
    const missing = 'Missing or invalid user_count or spawn_rate from /swarm request';
    for (const [form, message] of [
      [{}, missing],
      [{ user_count: '5' }, missing],
      [{ user_count: '-1', spawn_rate: '1' }, missing],
      [{ user_count: '1', spawn_rate: '0' }, missing],
      [{ ...SWARM, user_count: 'abc' }, "Invalid user_count value: 'abc' (must be an integer)"],
      [{ ...SWARM, spawn_rate: 'x' }, "Invalid spawn_rate value: 'x' (must be a number)"],
    ] as const) {
      const locust = clockedLocust();
      const reply = JSON.parse(locust.post('/swarm', form).body) as Record<string, unknown>;
      assert.deepEqual(reply, { success: false, message, host: 'http://shop.example' });
      assert.equal(locust.stats().state, 'ready');
    }
  });

  it('ends the run after its run time', () => {
    const locust = clockedLocust();
    const { body } = locust.post('/swarm', { ...SWARM, run_time: '1m30s' });
    assert.equal((JSON.parse(body) as Record<string, unknown>)['run_time'], 90);
    locust.pass(87);
    assert.equal(locust.stats().state, 'running');
    assert.equal(locust.stats().state, 'stopped');
  });
});

describe('the simulated web API', () => {
  it('gives the same numbers for the same seed, however often it was read', () => {
    const body = (seed: number, step: number): string => {
      const locust = runningLocust({ seed, workers: 2 }, 0);
      for (let passed = 0; passed < 60; passed += step) {
        locust.pass(step);
        locust.get('/stats/requests');
      }
      locust.pass(2);
      return locust.get('/stats/requests').body;
    };
    assert.equal(body(7, 1), body(7, 20));
    assert.notEqual(body(7, 20), body(8, 20));
  });

  it('serves the same statistics for two seconds', () => {
    const locust = runningLocust({ endpoints: 1 }, 10);
    const first = locust.get('/stats/requests').body;
    locust.pass(1.9);
    assert.equal(locust.get('/stats/requests').body, first);
    locust.pass(0.1);
    assert.notEqual(locust.get('/stats/requests').body, first);
  });

  it('takes what changes something by POST alone, and knows no other paths', () => {
    const locust = runningLocust();
    for (const path of ['/swarm', '/stop', '/stats/reset']) {
      const { status, headers } = locust.get(path);
      assert.deepEqual([path, status, headers['Allow']], [path, 405, 'POST']);
    }
    assert.equal(locust.stats().state, 'running');
    assert.equal(locust.get('/no/such/page').status, 404);
  });

  it('tells version, host and state on the index page', () => {
    const values = (page: string): unknown => {
      const json = /window\.templateArgs = (\{.*\})$/m.exec(page)?.[1];
      const { host, state, percentiles_to_chart: chart } = JSON.parse(json!) as Args;
      return { host, state, chart };
    };
    const { body } = clockedLocust().get('/');
    assert.deepEqual(values(body), values(recorded('standalone-ready.index-excerpt.html')));
    assert.match(body, /"version":"2\.47\.0"/);
  });
});

interface Args {
  readonly host: string;
  readonly state: string;
  readonly percentiles_to_chart: readonly number[];
}

/** A response of the newest Locust that is recorded. */
function recorded(file: string): string {
  return readFileSync(new URL(`../fixtures/locust-2.46.3/${file}`, import.meta.url), 'utf8');
}
