import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { checkExposition } from './check-exposition.ts';

const OURS = '# HELP x y\nlocust_up 1\nlocust_requests_total{name="/a"} 1\n';
const THEIRS = `locust_up 1
locust_requests_num_requests{name="/a"} 1
locust_requests_num_requests{name="Aggregated"} 1
`;

describe('the check of what is measured', () => {
  it('counts the samples of one that shows all endpoints', () => {
    assert.equal(checkExposition('exporter', OURS, 1), 2);
    assert.equal(checkExposition('predecessor', THEIRS, 1), 3);
  });

  it('refuses one that does not', () => {
    assert.throws(() => checkExposition('exporter', OURS, 2), /shows 1 endpoints, not 2/);
    assert.throws(() => checkExposition('exporter', OURS.replace('up 1', 'up 0'), 1), /see Locust/);
  });
});
