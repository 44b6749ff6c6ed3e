import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import type { RawRow } from '../../helpers/raw-report.ts';
import { fixtureNames, parseFixture, readReport } from '../samples.ts';

const OLD = /^locust-0\.[5-8]\./;
const CUT_OFF = 'locust-0.11.1/standalone-running-600-endpoints';
const names = fixtureNames('.stats-requests.json');

function requestsOf(name: string, row: RawRow): number {
  const counted = Number(row['num_reqs'] ?? row.num_requests);
  return OLD.test(name) ? counted + row.num_failures : counted;
}

describe('every recorded response', () => {
  it('is there', () => {
    assert.ok(names.length >= 90, String(names.length));
  });

  for (const name of names) {
    it(`reads right: ${name}`, () => {
      const raw = readReport(name);
      const snapshot = parseStats(raw);
      const rows = raw.stats.slice(0, name === CUT_OFF ? undefined : -1);
      assert.equal(snapshot.state, raw.state === 'hatching' ? 'spawning' : raw.state);
      assert.equal(snapshot.users, raw.user_count);
      assert.deepEqual(
        snapshot.endpoints.map(({ method, name, requests, failures }) => [
          method,
          name,
          requests,
          failures,
        ]),
        rows.map((row) => [row.method ?? '', row.name, requestsOf(name, row), row.num_failures]),
      );
      for (const [index, row] of rows.entries()) checkSums(snapshot.endpoints[index]!, row);
      assert.equal(snapshot.foldedEndpoints + snapshot.foldedErrors, 0);
      assert.equal(snapshot.errors.length, raw.errors.length);
      assert.equal(snapshot.endpointsTruncated, rows.length === 500);
      assert.equal(snapshot.errorsTruncated, raw.errors.length === 500);

      const last = raw.stats.at(-1);
      if (last === undefined || name === CUT_OFF) {
        assert.equal(snapshot.aggregate, null);
        return;
      }
      const requests = requestsOf(name, last);
      assert.equal(snapshot.aggregate?.requests, requests);
      assert.equal(snapshot.aggregate.failures, last.num_failures);
      assert.equal(snapshot.failRatio, requests === 0 ? 0 : last.num_failures / requests);
      assert.equal(snapshot.totalRps, last['current_rps']);
    });
  }
});

function checkSums(
  endpoint: ReturnType<typeof parseStats>['endpoints'][number],
  row: RawRow,
): void {
  const count = Number(row['num_reqs'] ?? row.num_requests);
  assert.equal(endpoint.responseTime.count, count);
  closeTo(endpoint.responseTime.sumSeconds, row['avg_response_time'], count / 1000);
  closeTo(endpoint.contentBytes, row['avg_content_length'], count);
  assert.equal(
    endpoint.responseTime.maxSeconds,
    count === 0 ? null : numberOrNull(row.max_response_time, 1000),
  );
}

function numberOrNull(value: number | null, divisor: number): number | null {
  return value === null ? null : value / divisor;
}

function closeTo(total: number | null, mean: unknown, factor: number): void {
  if (factor > 0 && typeof mean !== 'number') {
    assert.equal(total, null);
    return;
  }
  const expected = Number(mean ?? 0) * factor;
  assert.ok(total !== null && Math.abs(total - expected) <= 1e-11 * expected, String(total));
}

describe('between the versions', () => {
  it('names and texts of errors are the same', () => {
    const errorsOf = (name: string): string[] =>
      parseFixture(name)
        .errors.map(({ method, name: endpoint, error }) =>
          // Up to 2.27 a plain string comes with quotes.
          JSON.stringify([method, endpoint, error.replace(/^'(a failure .*)'$/, '$1')]),
        )
        .sort();
    const expected = errorsOf('locust-2.46.3/standalone-running');
    assert.equal(expected.length, 9);
    assert.ok(expected.some((text) => text.includes('/literal&amp;entity&lt;')));
    const comparable = names.filter(
      (name) => name.endsWith('/standalone-running') && !/-0\.[5-7]\./.test(name),
    );
    assert.ok(comparable.length >= 17, String(comparable.length));
    for (const name of comparable) assert.deepEqual(errorsOf(name), expected, name);
  });

  it('the workers are counted by state', () => {
    const countsOf = (name: string) => {
      const { workers } = parseFixture(name);
      return workers && { ...Object.fromEntries(workers.countByState), list: workers.list.length };
    };
    const none = { ready: 0, spawning: 0, running: 0, missing: 0 };
    assert.deepEqual(countsOf('locust-0.8.1/distributed-running'), { unknown: 2, list: 0 });
    for (const version of ['0.14.6', '2.12.1', '2.46.3']) {
      const at = (situation: string) => countsOf(`locust-${version}/distributed-${situation}`);
      assert.deepEqual(at('no-workers'), { ...none, list: 0 }, version);
      assert.deepEqual(at('ready'), { ...none, ready: 2, list: 2 }, version);
      assert.deepEqual(at('running'), { ...none, running: 2, list: 2 }, version);
      const missing = { ...none, running: 1, missing: 1, list: 2 };
      assert.deepEqual(at('worker-missing'), missing, version);
      assert.equal(countsOf(`locust-${version}/standalone-running`), null, version);
    }
  });

  it('the total rate is that of the last ten seconds', () => {
    const name = 'locust-2.43.4/standalone-running';
    const raw = readReport(name);
    assert.notEqual(raw['total_rps'], raw.stats.at(-1)?.['current_rps']);
    assert.equal(parseFixture(name).totalRps, raw.stats.at(-1)?.['current_rps']);
  });

  it('percentiles of the last ten seconds have the same quantiles', () => {
    for (const version of ['0.11.1', '1.0.3', '2.15.1', '2.46.3']) {
      const raw = readReport(`locust-${version}/standalone-running`);
      const nested = raw['current_response_time_percentiles'] as Record<string, number> | undefined;
      const at = (key: string) =>
        raw[`current_response_time_percentile_${key}`] as number | undefined;
      const median = at('50') ?? at('1') ?? nested?.['response_time_percentile_0.5'];
      const high = at('95') ?? at('2') ?? nested?.['response_time_percentile_0.95'];
      assert.deepEqual(
        parseFixture(`locust-${version}/standalone-running`).currentQuantiles,
        [
          { quantile: 0.5, seconds: median! / 1000 },
          { quantile: 0.95, seconds: high! / 1000 },
        ],
        version,
      );
    }
  });
});

it('the first notes read right', () => {
  const snapshot = parseFixture('first-notes/example');
  assert.equal(snapshot.users, 1000);
  assert.equal(snapshot.endpoints.length, 1);
  assert.equal(snapshot.aggregate?.requests, 50212);
  assert.equal(snapshot.aggregate.contentBytes, 200848);
  assert.equal(snapshot.aggregate.currentFailuresPerSecond, null);
  assert.deepEqual(snapshot.aggregate.responseTime.quantiles, [{ quantile: 0.5, seconds: 0.35 }]);
  assert.deepEqual(snapshot.currentQuantiles, [
    { quantile: 0.5, seconds: 0.57 },
    { quantile: 0.95, seconds: 1.3 },
  ]);
});

it('a value that is not a number is lost alone', () => {
  const { aggregate, endpoints } = parseFixture('locust-2.12.1/not-a-number');
  assert.deepEqual(
    endpoints.map((row) => [row.name, row.requests, row.responseTime.sumSeconds]),
    [
      ['/fine', 26, 0.13],
      ['/inf', 26, null],
      ['/nan', 26, null],
    ],
  );
  assert.deepEqual(
    endpoints.map(({ responseTime }) => responseTime.maxSeconds),
    [0.005, null, 0.007],
  );
  assert.equal(aggregate?.requests, 78);
  assert.equal(aggregate.responseTime.sumSeconds, null);
  assert.equal(aggregate.contentBytes, 780);
});
