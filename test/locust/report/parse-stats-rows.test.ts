import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import { ShapeError } from '../../../src/locust/report/values.ts';
import { aggregate, readReport, report, row } from '../samples.ts';

const FLAT = { current_response_time_percentile_50: 5, current_response_time_percentile_95: 9 };

/** As 0.9.0 to 0.12.1 have it. */
function oldRow(name: string, requests: number, failures: number, method: string | null = 'GET') {
  return { method, name, num_requests: requests, num_failures: failures };
}

describe('the aggregate row', () => {
  it('is the last, whatever else bears its name', () => {
    const rows = [row('Aggregated', { method: '' }), row('Total'), aggregate({ num_requests: 20 })];
    const { aggregate: found, endpoints } = parseStats(report(rows));
    assert.equal(found?.requests, 20);
    assert.deepEqual(
      endpoints.map(({ method, name }) => [method, name]),
      [
        ['', 'Aggregated'],
        ['GET', 'Total'],
      ],
    );
  });

  it('is none when the last has a method or another name', () => {
    for (const last of [row('Aggregated'), row('Total'), row('/x', { method: '' })]) {
      const snapshot = parseStats(report([row('/'), last]));
      assert.equal(snapshot.aggregate, null);
      assert.equal(snapshot.endpoints.length, 2);
      assert.equal(snapshot.endpointsTruncated, true);
      assert.equal(snapshot.totalRps, 99);
      assert.equal(snapshot.failRatio, 0.9);
    }
  });

  it('of exactly 500 rows is told from an endpoint of its name by its count', () => {
    const others = Array.from({ length: 499 }, (_, index) => oldRow(`/${index}`, 10, 0));
    const parse = (last: object) => parseStats(report([...others, last], FLAT)).aggregate;
    assert.equal(parse(oldRow('Total', 4990, 0, null))?.requests, 4990);
    assert.equal(parse(oldRow('Total', 10, 0, ''))?.requests, undefined);
    const oldest = others.map(({ name }) => ({ name, num_reqs: 10, num_failures: 0 }));
    const total = { method: null, name: 'Total', num_reqs: 4990, num_failures: 0 };
    assert.equal(parseStats(report([...oldest, total])).aggregate?.requests, 4990);
  });
});

describe('requests of 0.9.0 to 0.12.1, which look alike', () => {
  const rows = [oldRow('/', 10, 4), oldRow('Total', 10, 4, null)];

  it('count failures according to the version', () => {
    const parse = (minor: number) =>
      parseStats(report(rows, FLAT), [0, minor, 0]).endpoints[0]?.requests;
    assert.equal(parse(9), 14);
    assert.equal(parse(10), 10);
  });

  it('count failures apart once there are more failures than requests', () => {
    const parse = (stats: unknown) => parseStats(report(stats, FLAT)).aggregate?.requests;
    assert.equal(parse(rows), 10);
    assert.equal(parse([oldRow('/bad', 1, 2), ...rows]), 14);
  });
});

describe('labels', () => {
  it('are made of any plain value', () => {
    const names = [null, 7, true, '\ud800x', ['users', 'read'], { a: [null, '\ud800'] }, Infinity];
    const { endpoints, ignored } = parseStats(
      report([...names.map((name) => row(name)), aggregate()]),
    );
    assert.deepEqual(
      endpoints.map(({ name }) => name),
      ['', '7', 'true', '\ufffdx', '["users","read"]', '{"a":[null,"\\ud800"]}', 'Infinity'],
    );
    assert.equal(ignored.first, null);
  });

  it('that are the same fold their rows into one', () => {
    const quantiles = { 'response_time_percentile_0.95': 40 };
    const second = { method: null, num_requests: 5, min_response_time: 2, max_response_time: 9 };
    const rows = [row('/', { method: '', ...quantiles }), row('/', second), aggregate()];
    const snapshot = parseStats(report(rows));
    assert.equal(snapshot.foldedEndpoints, 2);
    assert.equal(snapshot.endpoints.length, 1);
    const [endpoint] = snapshot.endpoints;
    assert.equal(endpoint?.requests, 15);
    assert.equal(endpoint.failures, 2);
    assert.equal(endpoint.contentBytes, 1500);
    assert.equal(endpoint.currentRps, 4);
    const { sumSeconds, minSeconds, maxSeconds, quantiles: left } = endpoint.responseTime;
    assert.ok(Math.abs(sumSeconds! - 0.3) < 1e-12);
    assert.deepEqual([minSeconds, maxSeconds, left], [0.002, 0.05, []]);
  });

  it('of errors that are the same fold too', () => {
    const error = { method: 'GET', name: '/', error: 'x\ud800', occurrences: 2 };
    const errors = [
      error,
      { ...error, error: 'x\udbff', occurrences: 3 },
      { ...error, error: 'y' },
    ];
    const snapshot = parseStats(report([aggregate()], { errors }));
    assert.equal(snapshot.foldedErrors, 2);
    assert.deepEqual(
      snapshot.errors.map(({ error, occurrences }) => [error, occurrences]),
      [
        ['x\ufffd', 5],
        ['y', 2],
      ],
    );
  });
});

describe('a response that is not one of Locust', () => {
  const cases: [string, unknown][] = [
    ['', null],
    ['', [1]],
    ['state', { stats: [], errors: [], user_count: 1 }],
    ['user_count', { state: 'ready', stats: [], errors: [] }],
    ['errors', { state: 'ready', stats: [], user_count: 1 }],
    ['stats', report({})],
    ['stats', report(undefined)],
  ];
  for (const [path, answer] of cases) {
    it(`is refused at '${path}'`, () => {
      assert.throws(
        () => parseStats(answer),
        (error) => {
          assert.ok(error instanceof ShapeError);
          assert.equal(error.path, path);
          assert.ok(error.message.startsWith(`${path || 'the response'}: `));
          return true;
        },
      );
    });
  }
});

it('texts are unescaped by what the response shows when the version is not known', () => {
  const raw = readReport('locust-1.0.3/standalone-running');
  const parse = (change: object, version: [number, number, number] | null) =>
    parseStats({ ...raw, ...change }, version).errors.map(({ error }) => error);
  const right = parse({}, [1, 0, 3]);
  assert.ok(right.includes("ValueError('already &amp;escaped&#x27; text')"));
  assert.deepEqual(parse({}, null), right);
  assert.notDeepEqual(parse({}, [0, 14, 6]), right);
  assert.deepEqual(parse({ workers: [] }, [0, 14, 6]), right);
});
