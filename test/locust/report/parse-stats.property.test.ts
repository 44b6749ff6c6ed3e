import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import { ShapeError } from '../../../src/locust/report/values.ts';
import type { RequestStats } from '../../../src/locust/snapshot.ts';
import { fixtureNames, readReport } from '../samples.ts';

const names = fixtureNames('/standalone-running.stats-requests.json');
const distributed = fixtureNames('/distributed-running.stats-requests.json');
const realAnswer = fc
  .constantFrom(
    ...names.map((name) => `${name}/standalone-running`),
    ...distributed.map((name) => `${name}/distributed-running`),
  )
  .map((name) => shorten(readReport(name)));

/** A few rows of each kind break as well as hundreds. */
function shorten(report: ReturnType<typeof readReport>): unknown {
  return {
    ...report,
    stats: [...report.stats.slice(0, 3), ...report.stats.slice(-1)],
    errors: report.errors.slice(0, 3),
  };
}

const replacement = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.constantFrom(null, -1, 1e308, Number.MAX_VALUE, '', [], {}, 'Total', 'Aggregated'),
);

type Parent = Record<string, unknown>;

/** Walks to a place by numbers, and puts something else there, or nothing. */
function mutate(value: unknown, steps: readonly number[], put: unknown, remove: boolean): void {
  let parent = value as Parent;
  for (const [depth, step] of steps.entries()) {
    const keys = Object.keys(parent);
    const key = keys[step % keys.length];
    if (key === undefined) return;
    const next = parent[key];
    if (depth < steps.length - 1 && typeof next === 'object' && next !== null) {
      parent = next as Parent;
      continue;
    }
    if (!remove) parent[key] = put;
    else if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
    return;
  }
}

function check(answer: unknown): boolean {
  let snapshot;
  try {
    snapshot = parseStats(answer);
  } catch (error) {
    assert.ok(error instanceof ShapeError, String(error));
    return false;
  }
  for (const row of [...snapshot.endpoints, ...(snapshot.aggregate ? [snapshot.aggregate] : [])]) {
    checkRow(row);
  }
  for (const { occurrences } of snapshot.errors) checkCounter(occurrences);
  for (const count of snapshot.workers?.countByState.values() ?? []) checkCounter(count);
  for (const { users, memoryBytes, cpuRatio } of snapshot.workers?.list ?? []) {
    for (const value of [users, memoryBytes, cpuRatio]) checkCounter(value);
  }
  const labels = snapshot.endpoints.map(({ method, name }) => JSON.stringify([method, name]));
  assert.equal(new Set(labels).size, labels.length);
  return true;
}

function checkRow({ requests, failures, contentBytes, responseTime }: RequestStats): void {
  const { count, sumSeconds, quantiles } = responseTime;
  for (const value of [requests, failures, contentBytes, count, sumSeconds]) checkCounter(value);
  for (const { quantile } of quantiles) assert.ok(quantile > 0 && quantile <= 1);
}

function checkCounter(value: number | null): void {
  assert.ok(value === null || (Number.isFinite(value) && value >= 0), String(value));
}

it('any JSON value is refused or read', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => void check(value)));
  const keys = { stats: fc.array(fc.jsonValue()), errors: fc.array(fc.jsonValue()) };
  const near = fc.record({ state: fc.string(), user_count: fc.jsonValue(), ...keys });
  fc.assert(fc.property(near, (value) => void check(value)));
});

it('any mutation of a real response is refused or read', () => {
  let read = 0;
  const mutation = fc.tuple(
    fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    replacement,
    fc.boolean(),
  );
  fc.assert(
    fc.property(realAnswer, fc.array(mutation, { minLength: 1, maxLength: 4 }), (real, changes) => {
      const answer = structuredClone(real);
      for (const change of changes) mutate(answer, ...change);
      if (check(answer)) read += 1;
    }),
    { numRuns: 1000 },
  );
  assert.ok(read > 50, `only ${read} were read`);
});

it('totals too large for a number are unknown', () => {
  const row = { name: '/', num_requests: 1e308, num_failures: 1e308, avg_content_length: 1e308 };
  const report = { state: 'running', user_count: 1, errors: [], stats: [row, row] };
  assert.equal(check({ ...report, slave_count: 1 }), true);
  assert.equal(parseStats({ ...report, slave_count: 1 }).endpoints[0]?.requests, null);
  assert.equal(parseStats({ ...report, slave_count: 1 }).endpoints[0]?.failures, null);
});
