import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { countsFell } from '../../src/locust/history.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { aggregate, parseFixture, report, row, snapshot } from './samples.ts';

it('counts that stand or rise did not fall', () => {
  const five = snapshot({}, { num_requests: 5 });
  assert.equal(countsFell(five, five), false);
  assert.equal(countsFell(five, snapshot({}, { num_requests: 6 })), false);
  assert.equal(countsFell(snapshot({}, { num_requests: null }), five), false);
  assert.equal(countsFell(five, snapshot({}, { num_requests: null })), false);
});

it('any one count of the aggregate that is lower fell', () => {
  const at = (fields: object) => parseStats(report([row('/'), aggregate({ ...fields })]));
  assert.equal(countsFell(at({}), at({ num_requests: 9 })), true);
  assert.equal(countsFell(at({}), at({ num_failures: 0 })), true);
  assert.equal(countsFell(at({}), at({ num_requests: 11 })), false);
  assert.equal(countsFell(at({ num_requests: 'odd' }), at({ num_failures: 0 })), true);
});

describe('a row or an error that is lower or gone', () => {
  const stats = [row('/a'), row('/b')];
  const errors = [{ method: '', name: '', error: 'x', occurrences: 3 }];
  const lower: [unknown[], unknown[]][] = [
    [[row('/a', { num_requests: 9 }), row('/b')], errors],
    [[row('/a'), row('/b', { num_failures: 0 })], errors],
    [stats, [{ ...errors[0], occurrences: 2 }]],
    [stats, []],
    [[row('/b')], errors],
  ];
  const fellFrom = (last: unknown[], next: unknown[]) =>
    lower.map(([changed, changedErrors]) => {
      const earlier = parseStats(report([...stats, ...last], { errors }));
      const current = parseStats(report([...changed, ...next], { errors: changedErrors }));
      // Without the aggregate rows may be missing for want of room.
      return countsFell(earlier, { ...current, endpointsTruncated: false });
    });

  it('does not tell that all fell while the aggregate goes on', () => {
    assert.deepEqual(fellFrom([aggregate()], [aggregate()]), Array(5).fill(false));
  });

  it('tells it where the aggregate is not known at both reads', () => {
    const unknown = aggregate({ num_requests: 'odd' });
    assert.deepEqual(fellFrom([], []), Array(5).fill(true));
    assert.deepEqual(fellFrom([aggregate()], []), Array(5).fill(true));
    assert.deepEqual(fellFrom([], [aggregate()]), Array(5).fill(true));
    assert.deepEqual(fellFrom([unknown], [aggregate()]), Array(5).fill(true));
    assert.deepEqual(fellFrom([aggregate()], [unknown]), Array(5).fill(true));
  });
});

it('requests without the failures can fall alone, where Locust counts them so', () => {
  const at = (counted: number, failed: number) =>
    parseStats(
      report([row('/', { num_reqs: 50 }), aggregate({ num_reqs: counted, num_failures: failed })]),
    );
  assert.equal(countsFell(at(10, 1), at(10, 2)), false);
  assert.equal(countsFell(at(10, 1), at(9, 2)), true);
});

it('a row that comes in between does not confuse the others', () => {
  const a = row('/a', { num_requests: 100 });
  const c = row('/c', { num_requests: 7 });
  const earlier = parseStats(report([a, c]));
  const later = parseStats(report([a, row('/b', { num_requests: 1 }), c]));
  assert.equal(countsFell(earlier, later), false);
});

it('a row that is gone for want of room did not fall', () => {
  const first: Snapshot = { ...snapshot(), aggregate: null };
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
