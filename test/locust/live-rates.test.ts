import assert from 'node:assert/strict';
import { it } from 'node:test';
import { settleRates, trackStandstill } from '../../src/locust/history.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import { report, row, snapshot } from './samples.ts';

const quantiles = { current_response_time_percentile_50: 5 };

it('a standstill begins with the last count that is new', () => {
  const ten = snapshot({}, { num_requests: 10 });
  const first = trackStandstill(null, ten, 1000);
  assert.deepEqual(first, { requests: 10, sinceMs: 1000 });
  assert.equal(trackStandstill(first, ten, 5000), first);
  const more = snapshot({}, { num_requests: 11 });
  assert.deepEqual(trackStandstill(first, more, 6000), { requests: 11, sinceMs: 6000 });
});

it('requests are added up where there is no aggregate', () => {
  const rows = [row('/a'), row('/b', { num_requests: null }), row('/c')];
  assert.equal(trackStandstill(null, parseStats(report(rows)), 0).requests, 20);
  const uncounted = parseStats(report([row('/a', { num_requests: null })]));
  assert.equal(trackStandstill(null, uncounted, 0).requests, 0);
});

it('rates stay while requests come', () => {
  const running = snapshot(quantiles);
  for (const sinceMs of [0, 86_412_345]) {
    const standstill = { requests: 10, sinceMs };
    assert.equal(settleRates(running, standstill, sinceMs + 12_000), running);
    assert.notEqual(settleRates(running, standstill, sinceMs + 12_001), running);
  }
  assert.equal(running.totalRps, 2);
});

it('a snapshot whose rates end is the same one each time', () => {
  const stopped = snapshot({ ...quantiles, state: 'stopped' });
  const standstill = { requests: 10, sinceMs: 0 };
  const settled = settleRates(stopped, standstill, 0);
  assert.equal(settleRates(stopped, standstill, 5000), settled);
  assert.notEqual(settleRates(snapshot({ state: 'stopped' }), standstill, 0), settled);
});

it('rates end without requests for longer than the window, or without users', () => {
  const standstill = { requests: 10, sinceMs: 0 };
  const settled = [
    settleRates(snapshot(quantiles), standstill, 12_001),
    ...['ready', 'stopped', 'missing'].map((state) =>
      settleRates(snapshot({ ...quantiles, state }), standstill, 0),
    ),
  ];
  for (const result of settled) {
    assert.equal(result.totalRps, 0);
    assert.equal(result.totalFailuresPerSecond, 0);
    assert.deepEqual(result.currentQuantiles, []);
    for (const rates of [result.aggregate, ...result.endpoints]) {
      assert.deepEqual([rates?.currentRps, rates?.currentFailuresPerSecond], [0, 0]);
      assert.equal(rates?.requests, 10);
    }
  }
});

it('a rate that is not reported stays so', () => {
  const old = snapshot({ state: 'stopped' }, { current_fail_per_sec: undefined });
  const settled = settleRates(old, { requests: 10, sinceMs: 0 }, 0);
  assert.equal(settled.totalFailuresPerSecond, null);
  assert.equal(settled.endpoints[0]?.currentFailuresPerSecond, null);
});
