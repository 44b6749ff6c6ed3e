import assert from 'node:assert/strict';
import { it } from 'node:test';
import { countsFell } from '../../src/locust/counts-fell.ts';
import { parseStats } from '../../src/locust/parse-stats.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { aggregate, parseFixture, report, row, snapshot } from './samples.ts';

it('counts that stand or rise did not fall', () => {
  const five = snapshot({}, { num_requests: 5 });
  assert.equal(countsFell(five, five), false);
  assert.equal(countsFell(five, snapshot({}, { num_requests: 6 })), false);
  assert.equal(countsFell(snapshot({}, { num_requests: null }), five), false);
  assert.equal(countsFell(five, snapshot({}, { num_requests: null })), false);
});

it('any one count that is lower fell', () => {
  const stats = [row('/a'), row('/b'), aggregate()];
  const errors = [{ method: '', name: '', error: 'x', occurrences: 3 }];
  const earlier = parseStats(report(stats, { errors }));
  const lower: [unknown[], unknown[]][] = [
    [[row('/a', { num_requests: 9 }), row('/b'), aggregate()], errors],
    [[row('/a'), row('/b', { num_failures: 0 }), aggregate()], errors],
    [[row('/a'), row('/b'), aggregate({ num_requests: 9 })], errors],
    [stats, [{ ...errors[0], occurrences: 2 }]],
    [stats, []],
    [[row('/b'), aggregate()], errors],
  ];
  for (const [changed, changedErrors] of lower) {
    assert.equal(countsFell(earlier, parseStats(report(changed, { errors: changedErrors }))), true);
  }
});

it('requests without the failures can fall alone, where Locust counts them so', () => {
  const at = (counted: number, failed: number) =>
    parseStats(
      report([
        { ...row('/'), num_reqs: counted, num_failures: failed },
        aggregate({ num_reqs: 50 }),
      ]),
    );
  assert.equal(countsFell(at(10, 1), at(10, 2)), false);
  assert.equal(countsFell(at(10, 1), at(9, 2)), true);
});

it('a row that comes in between does not confuse the others', () => {
  const a = row('/a', { num_requests: 100 });
  const c = row('/c', { num_requests: 7 });
  const earlier = parseStats(report([a, c, aggregate()]));
  const later = parseStats(report([a, row('/b', { num_requests: 1 }), c, aggregate()]));
  assert.equal(countsFell(earlier, later), false);
});

it('a row that is gone for want of room did not fall', () => {
  const first = snapshot();
  const cut: Snapshot = { ...first, endpoints: [], endpointsTruncated: true };
  assert.equal(countsFell(first, cut), false);
  assert.equal(countsFell(first, { ...cut, endpointsTruncated: false }), true);
});

it('real histories fall just when the run is new or reset', () => {
  for (const version of ['0.14.6', '2.12.1', '2.46.3']) {
    const at = (situation: string) => parseFixture(`locust-${version}/standalone-${situation}`);
    assert.equal(countsFell(at('ready'), at('spawning')), false);
    assert.equal(countsFell(at('spawning'), at('running')), false);
    assert.equal(countsFell(at('running'), at('stopped-20s')), false);
    assert.equal(countsFell(at('stopped-20s'), at('second-run')), true);
    assert.equal(countsFell(at('second-run'), at('after-reset')), true);
  }
});
