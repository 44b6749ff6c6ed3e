import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SIMULATED_VERSIONS } from '../../src/demo/locust-features.ts';
import { LocustWebApi } from '../../src/demo/locust-web-api.ts';
import { clockedLocust, runningLocust } from './clocked-locust.ts';

describe('a simulated Locust', () => {
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

  it('hands out the same statistics for two seconds', () => {
    const locust = runningLocust({ endpoints: 1 }, 10);
    const first = locust.get('/stats/requests').body;
    locust.pass(1.9);
    assert.equal(locust.get('/stats/requests').body, first);
    locust.pass(0.1);
    assert.notEqual(locust.get('/stats/requests').body, first);
  });

  it('knows no other versions than it says', () => {
    assert.throws(() => new LocustWebApi({ version: '3.0.0' }), /3\.0\.0.*0\.5\.1.*2\.46\.3/);
    assert.equal(SIMULATED_VERSIONS.length, 19);
  });

  it('refuses a GET of /swarm and unknown paths as its version does', () => {
    const statuses = (version: string): number[] => {
      const locust = clockedLocust({ version });
      return [locust.get('/swarm').status, locust.get('/no/such/page').status];
    };
    assert.deepEqual(statuses('2.46.3'), [405, 404]);
    assert.deepEqual(statuses('2.20.1'), [500, 500]);
  });
});
