import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import type { Snapshot, IgnoredKind } from '../../../src/locust/snapshot.ts';
import { aggregate, report, row } from '../samples.ts';

/** How many values were left out, without the kinds of which there are none. */
function ignoredIn({ ignored }: Snapshot): Partial<Record<IgnoredKind, number>> {
  return Object.fromEntries(Object.entries(ignored.counts).filter(([, count]) => count > 0));
}

function parseRow(fields: Record<string, unknown>): Snapshot {
  return parseStats(report([row('/', fields), aggregate()]));
}

describe('a count', () => {
  it('is taken only as a whole number that is not negative', () => {
    for (const good of [0, 7, 12.0, 1e21]) {
      const snapshot = parseRow({ num_requests: good });
      assert.equal(snapshot.endpoints[0]?.requests, good);
      assert.deepEqual(ignoredIn(snapshot), {});
    }
    for (const odd of ['7', '7.0', -1, 2.5, true, [7], {}, Infinity, '']) {
      const snapshot = parseRow({ num_requests: odd });
      assert.equal(snapshot.endpoints[0]?.requests, null, JSON.stringify(odd));
      assert.equal(snapshot.endpoints[0].failures, 1);
      assert.deepEqual(ignoredIn(snapshot), { count: 1 }, JSON.stringify(odd));
    }
  });

  it('that is null or missing is not told, and nothing was left out', () => {
    for (const absent of [null, undefined]) {
      const snapshot = parseRow({ num_failures: absent });
      assert.deepEqual([snapshot.endpoints[0]?.failures, snapshot.ignored.first], [null, null]);
    }
  });

  it('that is odd leaves the times of its row, but no sums', () => {
    const { endpoints } = parseRow({ num_requests: 'x', median_response_time: 20 });
    const { responseTime, contentBytes } = endpoints[0]!;
    assert.deepEqual(responseTime.quantiles, [{ quantile: 0.5, seconds: 0.02 }]);
    assert.deepEqual(
      [responseTime.count, responseTime.sumSeconds, contentBytes],
      [null, null, null],
    );
    assert.deepEqual([responseTime.minSeconds, responseTime.maxSeconds], [0.005, 0.05]);
  });

  it('that is odd does not make zeros of a row without measurements', () => {
    const times = { min_response_time: 0, max_response_time: 0, median_response_time: 0 };
    const { responseTime } = parseRow({ num_requests: [], ...times }).endpoints[0]!;
    const { count, sumSeconds, minSeconds, maxSeconds, quantiles } = responseTime;
    assert.deepEqual([count, sumSeconds, minSeconds, maxSeconds], [null, null, null, null]);
    assert.deepEqual(quantiles, []);
  });
});

describe('a time, a rate or a size', () => {
  it('may be a decimal as text', () => {
    for (const [text, value] of [
      ['12.50', 12.5],
      [' 7 ', 7],
      ['1E+3', 1000],
      ['.5', 0.5],
      ['0E-10', 0],
    ] as const) {
      const snapshot = parseRow({
        ...{ avg_response_time: text, max_response_time: text, median_response_time: text },
        ...{ current_rps: text, avg_content_length: text },
      });
      const endpoint = snapshot.endpoints[0]!;
      assert.equal(endpoint.responseTime.sumSeconds, (value * 10) / 1000, text);
      assert.equal(endpoint.responseTime.maxSeconds, value / 1000);
      assert.equal(endpoint.responseTime.medianSeconds, value / 1000);
      assert.deepEqual(endpoint.responseTime.quantiles, [{ quantile: 0.5, seconds: value / 1000 }]);
      assert.equal(endpoint.currentRps, value);
      assert.equal(endpoint.contentBytes, value * 10);
      assert.deepEqual(ignoredIn(snapshot), {});
    }
  });

  it('that is anything else is left out by itself', () => {
    const long = '1'.repeat(129);
    for (const odd of [
      '',
      'NaN',
      'Infinity',
      '1e999',
      '0x10',
      '1_000',
      '1,5',
      long,
      true,
      [1],
      {},
    ]) {
      const snapshot = parseRow({
        ...{ avg_response_time: odd, min_response_time: odd, max_response_time: odd },
        ...{ median_response_time: odd, current_rps: odd, current_fail_per_sec: odd },
        ...{ total_rps: odd, avg_content_length: odd },
      });
      const endpoint = snapshot.endpoints[0]!;
      const { sumSeconds, minSeconds, maxSeconds, medianSeconds, quantiles } =
        endpoint.responseTime;
      assert.deepEqual(
        [sumSeconds, minSeconds, maxSeconds, medianSeconds, quantiles],
        [null, null, null, null, []],
        JSON.stringify(odd),
      );
      assert.deepEqual(
        [endpoint.currentRps, endpoint.currentFailuresPerSecond, endpoint.meanRps],
        [null, null, null],
      );
      assert.deepEqual([endpoint.contentBytes, endpoint.requests], [null, 10]);
      assert.deepEqual(ignoredIn(snapshot), { time: 3, percentile: 1, rate: 3, size: 1 });
    }
  });

  it('goes into a summary or a counter only where it is not negative', () => {
    const snapshot = parseRow({
      ...{ avg_response_time: -1, min_response_time: -2, median_response_time: -3 },
      ...{ avg_content_length: -4, 'response_time_percentile_0.9': '-5' },
    });
    const { responseTime, contentBytes } = snapshot.endpoints[0]!;
    assert.deepEqual([responseTime.sumSeconds, responseTime.quantiles], [null, []]);
    assert.deepEqual([responseTime.minSeconds, contentBytes], [-0.002, null]);
    assert.deepEqual(ignoredIn(snapshot), { time: 1, percentile: 2, size: 1 });
    const zero = parseRow({ avg_response_time: 0, median_response_time: 0, avg_content_length: 0 });
    assert.equal(zero.endpoints[0]?.responseTime.sumSeconds, 0);
    assert.equal(zero.endpoints[0].contentBytes, 0);
    assert.deepEqual(zero.endpoints[0].responseTime.quantiles, [{ quantile: 0.5, seconds: 0 }]);
  });

  it('of a row without requests that is odd is counted once', () => {
    const snapshot = parseRow({ num_requests: 0, median_response_time: {} });
    assert.deepEqual(ignoredIn(snapshot), { percentile: 1 });
    assert.equal(snapshot.endpoints[0]?.responseTime.sumSeconds, 0);
  });
});

describe('percentiles', () => {
  const many = (prefix: string, count: number) =>
    Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`${prefix}0.${10_000 + index}`, 5]),
    );

  it('of a row are a hundred at most, beside those with fixed names', () => {
    const keys = many('response_time_percentile_', 103);
    const snapshot = parseStats(
      report([row('/', { median_response_time: 1, ...keys }), aggregate({ ...keys })]),
    );
    assert.equal(snapshot.endpoints[0]?.responseTime.quantiles.length, 101);
    assert.equal(snapshot.aggregate?.responseTime.quantiles.length, 100);
    assert.deepEqual(ignoredIn(snapshot), { percentile: 3 });
    assert.equal(
      snapshot.ignored.first,
      'response_time_percentile_0.10100: more than 100 percentiles',
    );
    const fitting = parseRow(many('response_time_percentile_', 100));
    assert.deepEqual(ignoredIn(fitting), {});
  });

  it('of the window are a hundred at most', () => {
    const keys = many('response_time_percentile_', 101);
    const fields = { current_response_time_percentiles: keys };
    const snapshot = parseStats(report([aggregate()], fields));
    assert.equal(snapshot.currentQuantiles.length, 100);
    assert.deepEqual(ignoredIn(snapshot), { percentile: 1 });
  });

  it('of the window that are no object, or odd, leave the others', () => {
    const flat = { current_response_time_percentile_50: 5 };
    for (const odd of [7, 'x', [1], true]) {
      const fields = { ...flat, current_response_time_percentiles: odd };
      const snapshot = parseStats(report([aggregate()], fields));
      assert.deepEqual(snapshot.currentQuantiles, [{ quantile: 0.5, seconds: 0.005 }]);
      assert.deepEqual(ignoredIn(snapshot), { percentile: 1 });
    }
    const nested = {
      'response_time_percentile_0.9': -1,
      'response_time_percentile_0.95': '9',
      'response_time_percentile_-0.5': 1,
      'response_time_percentile_1.5': 1,
    };
    const fields = { ...flat, current_response_time_percentiles: nested };
    const snapshot = parseStats(report([aggregate()], fields));
    assert.deepEqual(snapshot.currentQuantiles, [
      { quantile: 0.5, seconds: 0.005 },
      { quantile: 0.95, seconds: 0.009 },
    ]);
    assert.deepEqual(ignoredIn(snapshot), { percentile: 3 });
  });

  it('are found though the first or the last row is odd', () => {
    const good = { 'response_time_percentile_0.95': 40 };
    for (const rows of [
      [row('/', good), { name: 'Aggregated', method: '' }],
      [{ name: '/first' }, row('/', good), aggregate(good)],
    ]) {
      const { endpoints } = parseStats(report(rows));
      const { quantiles } = endpoints.at(-1)!.responseTime;
      assert.deepEqual(quantiles, [{ quantile: 0.95, seconds: 0.04 }]);
    }
  });
});

describe('an odd row', () => {
  for (const odd of [null, 7, 'text', [], ['x', 1], {}, { num_requests: 5 }]) {
    it(`costs itself: ${JSON.stringify(odd)}`, () => {
      const rows = [row('/a'), odd, row('/b'), aggregate()];
      const snapshot = parseStats(report(rows));
      assert.deepEqual(
        snapshot.endpoints.map(({ name }) => name),
        ['/a', '/b'],
      );
      assert.equal(snapshot.aggregate?.requests, 10);
      assert.deepEqual(ignoredIn(snapshot), { row: 1 });
      assert.match(snapshot.ignored.first!, /^stats\[1\]: expected an object with a name, got /);
    });
  }

  it('of errors or workers costs itself', () => {
    const error = { method: 'GET', name: '/', error: 'x', occurrences: 2 };
    const worker = { id: 'a', state: 'running', user_count: 3 };
    const fields = {
      errors: [{ occurrences: 1 }, error, ['y'], ['z', 4], null],
      workers: [7, worker, {}],
    };
    const snapshot = parseStats(report([aggregate()], fields));
    assert.deepEqual(
      snapshot.errors.map((one) => [one.error, one.occurrences]),
      [
        ['x', 2],
        ['z', 4],
      ],
    );
    assert.deepEqual(
      snapshot.workers?.list.map(({ id, users }) => [id, users]),
      [['a', 3]],
    );
    assert.deepEqual(ignoredIn(snapshot), { row: 5 });
    assert.equal(snapshot.ignored.first, 'errors[0]: expected an error, got an object');
  });

  it('at the end leaves the aggregate before it', () => {
    const snapshot = parseStats(report([row('/a'), aggregate({ num_requests: 20 }), 7]));
    assert.deepEqual([snapshot.aggregate?.requests, snapshot.endpoints.length], [20, 1]);
  });

  it('counts as listed where Locust cuts its list', () => {
    const rows = Array.from({ length: 499 }, (_, index) => row(`/${index}`, { num_requests: 1 }));
    const parse = (odd: unknown, total: unknown) =>
      parseStats(report([...rows, odd, aggregate({ num_requests: total })])).endpointsTruncated;
    assert.equal(parse(7, 600), true);
    assert.equal(parse(row('/x', { num_requests: 1 }), 500), false);
    assert.equal(parse(row('/x', { num_requests: 1 }), 501), true);
    // Whether rows are missing cannot be told, so they may be.
    assert.equal(parse(row('/x', { num_requests: 1 }), 'odd'), true);
  });
});

describe('an odd value at the top', () => {
  it('costs that value alone', () => {
    const errors = [{ method: 'GET', name: '/', error: 'x', occurrences: 2 }];
    const fields = { errors, workers: [{ id: 'a', state: 'ready', user_count: 1 }] };
    const parse = (odd: object) =>
      parseStats(report([row('/'), aggregate()], { ...fields, ...odd }));
    assert.deepEqual(ignoredIn(parse({})), {});
    const cases: [object, Partial<Snapshot>, object][] = [
      [{ user_count: '3' }, { users: null }, { count: 1 }],
      [{ user_count: -3 }, { users: null }, { count: 1 }],
      [{ errors: 7 }, { errors: [] }, { row: 1 }],
      [{ errors: null }, { errors: [] }, {}],
      [{ workers: 7 }, { workers: null }, { row: 1 }],
      [{ workers: null }, { workers: null }, {}],
      [{ state: ['x'] }, { state: '["x"]' }, {}],
      [{ state: 7 }, { state: '7' }, {}],
      [{ state: null }, { state: 'unknown' }, {}],
      [{ state: '' }, { state: 'unknown' }, {}],
      [{ total_rps: {} }, {}, {}],
    ];
    const good = parse({});
    for (const [odd, change, ignored] of cases) {
      const snapshot = parse(odd);
      assert.deepEqual(
        { ...snapshot, ignored: null },
        { ...good, ...change, ignored: null },
        JSON.stringify(odd),
      );
      assert.deepEqual(ignoredIn(snapshot), ignored, JSON.stringify(odd));
    }
  });

  it('is told by its path, kind and nothing of its content', () => {
    const first = (odd: Record<string, unknown>) => parseStats(report([], odd)).ignored.first;
    assert.equal(first({ user_count: 's3cret' }), 'user_count: expected a count, got a string');
    assert.equal(first({ user_count: -1 }), 'user_count: expected a count, got a negative number');
    assert.equal(first({ user_count: 0.5 }), 'user_count: expected a count, got a fraction');
    const infinite = 'user_count: expected a count, got a number that is not finite';
    assert.equal(first({ user_count: Infinity }), infinite);
    assert.equal(first({ fail_ratio: [] }), 'fail_ratio: expected a number, got a list');
    const workers = [{ id: 'a', state: 'x', cpu_usage: -1 }];
    const cpu = 'workers[0].cpu_usage: expected a number of 0 or more, got a negative number';
    assert.equal(first({ workers }), cpu);
    const text = [{ error: 'x', occurrences: 1 }, ['x', null], ['x', 'y']];
    const count = 'errors[2].count: expected a count, got a string';
    assert.equal(first({ errors: text }), count);
  });
});

describe('workers', () => {
  const parse = (worker: object) =>
    parseStats(report([], { workers: [{ id: 'a', state: 'running', ...worker }] }));

  it('have lenient figures and strict counts', () => {
    const good = parse({ user_count: 2, cpu_usage: '50.0', memory_usage: '1024' });
    const { users, cpuRatio, memoryBytes } = good.workers!.list[0]!;
    assert.deepEqual([users, cpuRatio, memoryBytes], [2, 0.5, 1024]);
    const odd = parse({ user_count: '2', cpu_usage: [], memory_usage: -1 });
    assert.deepEqual(ignoredIn(odd), { count: 1, rate: 1, size: 1 });
    assert.equal(odd.workers?.countByState.get('running'), 1);
  });

  it('may have any id and state', () => {
    const { workers } = parse({ id: ['a', 1], state: { s: 1 } });
    assert.deepEqual([workers?.list[0]?.id, workers?.list[0]?.state], ['["a",1]', '{"s":1}']);
    assert.equal(workers?.countByState.get('{"s":1}'), 1);
    assert.equal(parse({ state: undefined }).workers?.list[0]?.state, 'unknown');
  });

  it('of old Locusts are counted strictly', () => {
    const { workers, ignored } = parseStats(report([], { slave_count: '2' }));
    assert.deepEqual([workers, ignored.counts.count], [null, 1]);
  });
});

it('a label that is nested too deeply has no text', () => {
  const nest = (levels: number) => JSON.parse('['.repeat(levels) + ']'.repeat(levels)) as unknown;
  const deep = parseRow({ method: nest(65) });
  assert.equal(deep.endpoints[0]?.method, '');
  assert.deepEqual(ignoredIn(deep), { label: 1 });
  assert.equal(deep.ignored.first, 'stats[0].method: nested deeper than 64 levels');
  assert.equal(
    parseRow({ method: nest(64) }).endpoints[0]?.method,
    '['.repeat(64) + ']'.repeat(64),
  );
  assert.equal(parseRow({ method: nest(100_000) }).endpoints[0]?.method, '');
});
