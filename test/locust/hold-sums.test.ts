import { withLastKnown } from '../../src/locust/rows/known-rows.ts';
import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { countsFell, keepMonotonic } from '../../src/locust/history.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { aggregate, report, row } from './samples.ts';

/** Numbers that are smaller than 2e-308 have fewer digits, and rounding them errs by more. */
const DENORMAL_ERROR = 1e-300;

interface Step {
  readonly reset: boolean;
  readonly requests: number;
  readonly milliseconds: number;
  readonly bytes: number;
}

const step = fc.record<Step>({
  reset: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  requests: fc.integer({ min: 1, max: 1000 }),
  milliseconds: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 1e6, noNaN: true })),
  bytes: fc.integer({ min: 0, max: 1e9 }),
});

const DENORMAL_STEPS: Step[] = [2.47e-321, 0].map((milliseconds) => ({
  ...{ reset: false, requests: 2, milliseconds, bytes: 1 },
}));

function read(requests: number, milliseconds: number, bytes: number): Snapshot {
  const fields = {
    num_requests: requests,
    num_failures: 0,
    avg_response_time: milliseconds / requests,
    avg_content_length: bytes / requests,
  };
  return parseStats(report([row('/', fields), aggregate(fields)]));
}

it('no history makes held sums fall, but for a reset', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 2, maxLength: 40 }), (steps) => {
      let held: Snapshot | null = null;
      let [requests, milliseconds, bytes] = [1, 0, 0];
      for (const { reset, ...more } of steps) {
        if (reset) [requests, milliseconds, bytes] = [0, 0, 0];
        requests += more.requests;
        milliseconds += more.milliseconds;
        bytes += more.bytes;
        const current = read(requests, milliseconds, bytes);
        const earlier: Snapshot | null =
          held !== null && !countsFell(held, current) && !reset ? held : null;
        held = keepMonotonic(earlier, current);
        check(held, earlier, milliseconds, bytes);
      }
    }),
    { numRuns: 500, examples: [[DENORMAL_STEPS]] },
  );
});

function check(
  held: Snapshot,
  earlier: Snapshot | null,
  milliseconds: number,
  bytes: number,
): void {
  for (const [now, before] of [
    [held.aggregate, earlier?.aggregate],
    [held.endpoints[0], earlier?.endpoints[0]],
  ]) {
    assert.equal(now?.contentBytes, bytes);
    const sum = now.responseTime.sumSeconds!;
    assert.ok(sum >= (before?.responseTime.sumSeconds ?? 0));
    const tolerance = 1e-12 * sum + DENORMAL_ERROR;
    assert.ok(Math.abs(sum - milliseconds / 1000) <= tolerance, `${sum} ${milliseconds}`);
  }
}

it('a sum that is lower by a hair is held, in its own row only', () => {
  const at = (a: number, b: number) =>
    parseStats(
      report([
        row('/a', { avg_response_time: a }),
        row('/b', { avg_response_time: b }),
        aggregate({ avg_response_time: a + b }),
      ]),
    );
  const held = keepMonotonic(at(20, 30), at(20 - 1e-12, 40));
  assert.deepEqual(
    held.endpoints.map(({ responseTime }) => responseTime.sumSeconds),
    [0.2, 0.4],
  );
  const after = keepMonotonic(null, at(1, 2));
  assert.equal(after.endpoints[0]?.responseTime.sumSeconds, 0.01);
});

it('a report whose sums do not fall stays as it is', () => {
  const at = (mean: number) =>
    parseStats(report([row('/a'), row('/b', { avg_response_time: mean }), aggregate()]));
  assert.deepEqual(keepMonotonic(at(20), at(30)), at(30));
  assert.notDeepEqual(keepMonotonic(at(40), at(30)), at(30));
});

it('rows are held by what they are about, wherever they stand', () => {
  const means = (list: [string, number][]) =>
    parseStats(
      report([...list.map(([name, mean]) => row(name, { avg_response_time: mean })), aggregate()]),
    );
  const earlier = means([
    ['/a', 10],
    ['/b', 20],
    ['/c', 30],
  ]);
  const current = means([
    ['/c', 29],
    ['/new', 1],
    ['/a', 11],
    ['/b', 19],
  ]);
  assert.deepEqual(
    keepMonotonic(earlier, current).endpoints.map(({ name, responseTime }) => [
      name,
      responseTime.sumSeconds,
    ]),
    [
      ['/c', 0.3],
      ['/new', 0.01],
      ['/a', 0.11],
      ['/b', 0.2],
    ],
  );
});

it('a row that is new or unknown is as it is', () => {
  const earlier = parseStats(report([row('/a'), aggregate()]));
  const mean = { avg_response_time: 1 };
  const current = parseStats(
    report([row('/a', { avg_response_time: null }), row('/b', mean), aggregate()]),
  );
  assert.deepEqual(keepMonotonic(earlier, current), current);
});

it('a row that began again is as it is, and so are the others', () => {
  const at = (requests: number, mean: number) =>
    parseStats(
      report([
        row('/a', { num_requests: requests, avg_response_time: mean }),
        row('/b', { avg_response_time: mean }),
        aggregate({ num_requests: requests + 100, avg_response_time: mean }),
      ]),
    );
  const held = keepMonotonic(at(10, 20), at(5, 19));
  assert.deepEqual(
    held.endpoints.map(({ responseTime }) => responseTime.sumSeconds),
    [0.095, 0.2],
  );
  assert.equal(held.endpoints[0]?.contentBytes, 500);
});

it('a sum is held over a read that does not tell it', () => {
  const at = (mean: unknown) =>
    parseStats(
      report([row('/', { avg_response_time: mean }), aggregate({ avg_response_time: mean })]),
    );
  const first = at(20);
  const gap = keepMonotonic(first, at('odd'));
  assert.equal(gap.endpoints[0]?.responseTime.sumSeconds, null);
  const known = withLastKnown(first, gap);
  const after = keepMonotonic(known, at(20 - 1e-12));
  assert.equal(after.endpoints[0]?.responseTime.sumSeconds, 0.2);
  assert.equal(after.aggregate?.responseTime.sumSeconds, 0.2);
});
