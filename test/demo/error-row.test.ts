import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { last, runningLocust } from './clocked-locust.ts';

describe('the texts of errors', () => {
  const text = (version: string, workers: number): unknown =>
    runningLocust({ version, workers, endpoints: 1, errors: 1 }).stats().errors[0]?.['error'];

  it('are escaped and shown by Python as the version does', () => {
    assert.equal(text('0.14.6', 0), "ValueError('made-up error 0')");
    assert.equal(text('0.14.6', 2), `"ValueError('made-up error 0')"`);
    assert.equal(text('2.12.1', 0), 'ValueError(&#x27;made-up error 0&#x27;)');
    assert.equal(text('2.12.1', 2), '&quot;ValueError(&#x27;made-up error 0&#x27;)&quot;');
    assert.equal(text('2.28.0', 2), "ValueError('made-up error 0')");
  });

  it('stand in pairs with their counts in the oldest', () => {
    const { errors, stats } = runningLocust({ version: '0.5.1', endpoints: 1, errors: 1 }).stats();
    const row = ["ValueError('made-up error 0'): 'made-up error 0'", last(stats).num_failures];
    assert.deepEqual(errors, [row]);
  });
});
