import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSync } from '../../../src/async/run-yielding.ts';
import fc from 'fast-check';
import { foldEndpoints, foldErrors } from '../../../src/locust/rows/fold.ts';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY } from '../../../src/locust/rows/identity.ts';
import type { Endpoint, ErrorOccurrences } from '../../../src/locust/snapshot.ts';
import { countsFell } from '../../../src/locust/history.ts';
import { aggregate, report, row } from '../samples.ts';

/** Few and short, so that equal ones are met, and digits, by which keys could be mixed up. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 3 });
const labels = fc.record({ method: text, name: text, error: text });

function errorOf(label: { method: string; name: string; error: string }): ErrorOccurrences {
  return { ...label, occurrences: 1 };
}

function endpointOf(method: string, name: string): Endpoint {
  return parseStats(report([row(name, { method }), aggregate()])).endpoints[0]!;
}

describe('rows are about the same thing', () => {
  it('as errors when method, name and text are equal, and only then', () => {
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const isSame = a.method === b.method && a.name === b.name && a.error === b.error;
        const [one, other] = [errorOf(a), errorOf(b)];
        assert.equal(ERROR_IDENTITY.isSame(one, other), isSame);
        assert.equal(ERROR_IDENTITY.key(one) === ERROR_IDENTITY.key(other), isSame);
      }),
      { numRuns: 2000 },
    );
    const base = { method: 'GET', name: '/a', error: 'boom' };
    for (const change of [{ method: 'PUT' }, { name: '/b' }, { error: 'bang' }]) {
      assert.equal(ERROR_IDENTITY.isSame(errorOf(base), errorOf({ ...base, ...change })), false);
    }
    assert.equal(ERROR_IDENTITY.isSame(errorOf(base), errorOf({ ...base })), true);
  });

  it('as endpoints when method and name are equal, and only then', () => {
    fc.assert(
      fc.property(labels, labels, (a, b) => {
        const isSame = a.method === b.method && a.name === b.name;
        const [one, other] = [endpointOf(a.method, a.name), endpointOf(b.method, b.name)];
        assert.equal(ENDPOINT_IDENTITY.isSame(one, other), isSame);
        assert.equal(ENDPOINT_IDENTITY.key(one) === ENDPOINT_IDENTITY.key(other), isSame);
      }),
      { numRuns: 500 },
    );
  });
});

it("endpoints come in Locust's order: by name, then by method", () => {
  const isBefore = ENDPOINT_IDENTITY.isBefore!;
  const order = [endpointOf('PUT', '/a'), endpointOf('GET', '/b'), endpointOf('PUT', '/b')];
  for (const [i, a] of order.entries()) {
    for (const [j, b] of order.entries()) assert.equal(isBefore(a, b), i < j, `${i} ${j}`);
  }
});

describe('equal texts of errors under different names', () => {
  /** Without an aggregate, whose counts would decide alone. */
  const listed = (...occurrences: number[]) =>
    report([row('/a'), row('/b')], {
      errors: occurrences.map((count, index) => ({
        ...{ method: 'GET', name: `/${'ab'[index]}`, error: 'boom', occurrences: count },
      })),
    });

  it('stay apart', () => {
    const { errors, foldedErrors } = parseStats(listed(7, 3));
    assert.deepEqual(
      errors.map(({ name, occurrences }) => [name, occurrences]),
      [
        ['/a', 7],
        ['/b', 3],
      ],
    );
    assert.equal(foldedErrors, 0);
    assert.equal(runSync(foldErrors(errors)).rows.length, 2);
  });

  it('are each compared with their own count, wherever they stand', () => {
    const before = parseStats(listed(7, 3));
    assert.equal(countsFell(before, parseStats(listed(8, 3))), false);
    assert.equal(countsFell(before, parseStats(listed(8, 2))), true);
    const swapped = listed(7, 3);
    swapped['errors'] = (swapped['errors'] as unknown[]).toReversed();
    assert.equal(countsFell(before, parseStats(swapped)), false);
  });
});

describe('endpoints that are added up', () => {
  const merge = (a: object, b: object): Endpoint => {
    const { endpoints } = parseStats(report([row('/x', { ...a }), aggregate()]));
    const other = parseStats(report([row('/x', { ...b }), aggregate()])).endpoints;
    const { rows } = runSync(foldEndpoints([...endpoints, ...other]));
    assert.equal(rows.length, 1);
    return rows[0]!;
  };

  it('have the sum of what is known', () => {
    const none = { current_rps: null };
    assert.equal(merge({}, {}).currentRps, 4);
    assert.equal(merge(none, {}).currentRps, 2);
    assert.equal(merge({}, none).currentRps, 2);
    assert.equal(merge(none, none).currentRps, null);
  });

  it('have the extremes of those that have some', () => {
    const fast = { min_response_time: 1, max_response_time: 2 };
    const times = ({ responseTime }: Endpoint) => [
      responseTime.minSeconds,
      responseTime.maxSeconds,
    ];
    assert.deepEqual(times(merge(fast, {})), [0.001, 0.05]);
    assert.deepEqual(times(merge({}, fast)), [0.001, 0.05]);
    const none = { min_response_time: null, max_response_time: null };
    assert.deepEqual(times(merge(none, fast)), [0.001, 0.002]);
    assert.deepEqual(times(merge(fast, none)), [0.001, 0.002]);
    assert.deepEqual(times(merge(none, none)), [null, null]);
  });

  it('have no sum that is too large for a number', () => {
    assert.equal(merge({ current_rps: 1e308 }, { current_rps: 1e308 }).currentRps, null);
  });
});
