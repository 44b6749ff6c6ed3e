import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { runSync } from '../../../src/async/run-yielding.ts';
import { LocustError } from '../../../src/locust/errors.ts';
import {
  createCompanionParser,
  type CompanionRead,
} from '../../../src/locust/report/parse-companion.ts';
import type { Durations, Endpoint } from '../../../src/locust/snapshot.ts';
import { COLUMNS, companionReport, companionRow, toJson, toMsgpack } from './companion-sample.ts';

let parse: (body: Buffer) => CompanionRead;

beforeEach(() => {
  const steps = createCompanionParser();
  parse = (body) => runSync(steps(body));
});

function readRows(stats: readonly unknown[], members = {}): readonly Endpoint[] {
  return parse(toMsgpack(companionReport({ stats, ...members }))).snapshot.endpoints;
}

function firstRow(row: unknown, members = {}): Endpoint {
  const [first] = readRows([row], members);
  assert.ok(first !== undefined);
  return first;
}

function plain(durations: Durations | null): object | null {
  return (
    durations && {
      seconds: [...durations.seconds],
      counts: [...durations.counts],
      sumSeconds: durations.sumSeconds,
    }
  );
}

describe('a report of the companion', () => {
  for (const [format, encode] of [
    ['MessagePack', toMsgpack],
    ['JSON', toJson],
  ] as const) {
    it(`tells in ${format} what Locust's own report tells, and more`, () => {
      const { snapshot, info } = parse(encode(companionReport()));
      assert.deepEqual(info, { version: '2.47.0', host: 'https://shop.example' });
      assert.equal(snapshot.state, 'running');
      assert.equal(snapshot.users, 5);
      assert.equal(snapshot.totalRps, 2);
      assert.equal(snapshot.totalFailuresPerSecond, 0);
      assert.equal(snapshot.failRatio, 0);
      assert.deepEqual(snapshot.currentQuantiles, [
        { quantile: 0.5, seconds: 0.012 },
        { quantile: 0.95, seconds: 0.14 },
      ]);
      assert.equal(snapshot.workers, null);
      assert.equal(snapshot.endpointsTruncated, false);
      assert.equal(snapshot.errorsTruncated, false);
      assert.deepEqual(snapshot.errors, [
        { method: 'GET', name: '/cart', error: 'ValueError("x")', occurrences: 3 },
      ]);
      assert.deepEqual(snapshot.companion, {
        targetUsers: 10,
        spawnRate: 2.5,
        userClassUsers: new Map([
          ['Buyer', 3],
          ['Visitor', 2],
        ]),
        exceptions: 4,
        runStartSeconds: 1_700_000_000.5,
        statsStartSeconds: 1_700_000_050,
      });
      assert.equal(snapshot.ignored.first, null);
      const [endpoint] = snapshot.endpoints;
      const { durations, ...stats } = endpoint!;
      assert.deepEqual(stats, {
        ...{ method: 'GET', name: '/cart', requests: 10, failures: 0, contentBytes: 1000 },
        ...{ currentRps: 2, currentFailuresPerSecond: 0, meanRps: 0.2 },
        responseTime: {
          ...{ count: 10, sumSeconds: 3.395, minSeconds: 0.007, maxSeconds: 1.5 },
          medianSeconds: 0.12,
          quantiles: [
            { quantile: 0.5, seconds: 0.12 },
            { quantile: 0.95, seconds: 1.5 },
            { quantile: 0.99, seconds: 1.5 },
          ],
        },
      });
      assert.deepEqual(plain(durations), {
        ...{ seconds: [0.007, 0.12, 1.5], counts: [5, 3, 2], sumSeconds: 3.395 },
      });
      assert.equal(snapshot.aggregate?.requests, 10);
    });
  }

  it('tells workers, in the units of Prometheus', () => {
    const workers = [
      ['a_1', 'running', 3, 150, 1000],
      ['b_2', 'hatching', 2, null, null],
    ];
    const { snapshot } = parse(toMsgpack(companionReport({ workers })));
    assert.deepEqual(snapshot.workers?.list, [
      { id: 'a_1', state: 'running', users: 3, cpuRatio: 1.5, memoryBytes: 1000 },
      { id: 'b_2', state: 'spawning', users: 2, cpuRatio: null, memoryBytes: null },
    ]);
    assert.equal(snapshot.workers.countByState.get('spawning'), 1);
  });

  it('counts all requests, and those with a time by themselves', () => {
    const row = companionRow('/stream', new Map([[10, 8]]), {
      num_requests: 10,
      num_none_requests: 2,
    });
    const { requests, responseTime } = firstRow(row);
    assert.equal(requests, 10);
    assert.equal(responseTime.count, 8);
    assert.equal(responseTime.sumSeconds, 0.08);
  });

  it('says of a row without a time only that', () => {
    const row = companionRow('/stream', new Map(), { num_requests: 2, num_none_requests: 2 });
    const { responseTime, durations } = firstRow(row);
    assert.deepEqual(responseTime, {
      ...{ count: 0, sumSeconds: 0, minSeconds: null, maxSeconds: null, medianSeconds: 0 },
      quantiles: [],
    });
    assert.deepEqual(plain(durations), { seconds: [], counts: [], sumSeconds: 0 });
  });

  it('has no sum where one could fall', () => {
    for (const row of [
      companionRow(
        '/a',
        new Map([
          [-5, 1],
          [10, 3],
        ]),
      ),
      companionRow('/a', new Map([[10, 3]]), { min_response_time: -0.4 }),
      companionRow('/a', new Map([[10, 3]]), { total_response_time: null }),
    ]) {
      const { responseTime, durations } = firstRow(row);
      assert.equal(responseTime.sumSeconds, null);
      assert.equal(durations?.sumSeconds, null);
      assert.ok(durations.counts.length > 0);
    }
  });

  it('takes any numbers as times, in whatever order, and leaves out what is none', () => {
    const times = new Map<unknown, unknown>([
      [70_000.5, 1],
      ['12.50', 2],
      [-3, 1],
      [NaN, 4],
      [Infinity, 4],
      ['odd', 4],
      [12.5, 1],
      [2 ** 40, 1],
      [0, 2],
      [5, 0],
    ]);
    const { durations } = firstRow(companionRow('/a', times));
    assert.deepEqual([...durations!.seconds], [-0.003, 0, 0.0125, 70.0005, 2 ** 40 / 1000]);
    assert.deepEqual([...durations!.counts], [1, 2, 3, 1, 1]);
  });

  it('sorts whole numbers of any size', () => {
    const numbers = [65_536, 3, 0, 255, 256, 16_777_216, 70_000, 257, 2 ** 31 - 1, 1];
    const times = new Map(numbers.map((time, index) => [time, index + 1]));
    const { durations } = firstRow(companionRow('/a', times));
    const sorted = [...numbers].sort((a, b) => a - b);
    assert.deepEqual(
      [...durations!.seconds],
      sorted.map((time) => time / 1000),
    );
    assert.deepEqual(
      [...durations!.counts],
      sorted.map((time) => numbers.indexOf(time) + 1),
    );
  });

  it('has no distribution where one of its counts is odd', () => {
    for (const count of [-1, 1.5, null, '3', NaN]) {
      const row = companionRow(
        '/a',
        new Map<unknown, unknown>([
          [10, 3],
          [20, count],
        ]),
        {
          num_requests: 4,
        },
      );
      const { requests, responseTime, durations } = firstRow(row);
      assert.equal(requests, 4);
      assert.equal(durations, null);
      assert.deepEqual(responseTime.quantiles, []);
      assert.equal(responseTime.medianSeconds, null);
    }
  });

  it('takes columns in another order, and more of them', () => {
    const columns = ['later', ...COLUMNS.toReversed()];
    const row = [{ deep: [1, 2] }, ...companionRow('/a', new Map([[10, 3]])).toReversed(), 'more'];
    assert.deepEqual(
      { ...firstRow(row, { columns, aggregate: row }), durations: null },
      { ...firstRow(companionRow('/a', new Map([[10, 3]]))), durations: null },
    );
  });

  it('adds up rows with the same labels, their distributions, too', () => {
    const rows = readRows([
      companionRow('/a', new Map([[10, 3]]), { method: null }),
      companionRow(
        '/a',
        new Map([
          [10, 1],
          [30, 4],
        ]),
        { method: '' },
      ),
    ]);
    assert.equal(rows.length, 1);
    assert.deepEqual(plain(rows[0]!.durations), {
      ...{ seconds: [0.01, 0.03], counts: [4, 4], sumSeconds: 0.16 },
    });
    assert.deepEqual(
      rows[0]!.responseTime.quantiles.map(({ seconds }) => seconds),
      [0.03, 0.03, 0.03],
    );
  });

  it('takes the median as that version does', () => {
    const row = companionRow(
      '/a',
      new Map([
        [10, 2],
        [20, 2],
      ]),
    );
    const medianOf = (version: string | null) =>
      firstRow(row, { locust_version: version }).responseTime.medianSeconds;
    assert.equal(medianOf('2.46.3'), 0.01);
    assert.equal(medianOf('2.47.0'), 0.02);
    assert.equal(medianOf(null), 0.02);
  });

  it('has a median between the fastest and the slowest, which are not rounded', () => {
    const row = companionRow('/a', new Map([[150, 1]]), {
      min_response_time: 147.2,
      max_response_time: 147.2,
    });
    const { responseTime } = firstRow(row);
    assert.deepEqual(
      responseTime.quantiles.map(({ seconds }) => seconds),
      [0.1472, 0.15, 0.15],
    );
    assert.equal(responseTime.minSeconds, 0.1472);
  });

  it('hides what may be secret in the host', () => {
    const { info } = parse(
      toMsgpack(companionReport({ host: 'https://me:secret@shop.example/?k=1' })),
    );
    assert.equal(info.host, 'https://shop.example/');
  });
});

describe('a row whose bytes are those of the read before', () => {
  const other = companionRow('/other', new Map([[50, 5]]));
  const changed = companionRow('/other', new Map([[50, 6]]));
  const same = companionRow(
    '/same',
    new Map([
      [10, 3],
      [20, 4],
    ]),
  );

  it('is the same endpoint', () => {
    const [before] = readRows([same, other]);
    const [after, second] = readRows([same, changed]);
    assert.equal(after, before);
    assert.equal(second?.requests, 6);
  });

  it('has another mean rate when time went on, and else the same parts', () => {
    const total = companionRow('Aggregated', new Map([[10, 7]]), {
      last_request_timestamp: 1_700_000_120,
    });
    const [before] = readRows([same, other]);
    const [after] = readRows([same, changed], { aggregate: total });
    assert.equal(after?.meanRps, 0.1);
    assert.equal(after.durations, before?.durations);
    assert.equal(after.responseTime, before?.responseTime);
  });

  it('counts again what was left out of it', () => {
    const odd = companionRow('/same', new Map([[10, 3]]), { num_failures: 'many' });
    const read = () => parse(toMsgpack(companionReport({ stats: [odd] }))).snapshot.ignored;
    assert.deepEqual(read().counts, read().counts);
    assert.equal(read().first, 'stats[0].num_failures: expected a count, got a string');
  });

  it('keeps the order of its times in mind, and heeds another one', () => {
    const pairs: [number, number][] = [
      [300, 1],
      [20, 2],
      [1000, 3],
      [4, 4],
    ];
    const read = (...times: [number, number][]) => {
      const [row] = readRows([companionRow('/a', new Map(times))]);
      return plain(row!.durations);
    };
    const expected = (...counts: number[]) => ({
      ...{ seconds: [0.004, 0.02, 0.3, 1], counts },
      sumSeconds: (counts[0]! * 4 + counts[1]! * 20 + counts[2]! * 300 + counts[3]! * 1000) / 1000,
    });
    assert.deepEqual(read(...pairs), expected(4, 2, 1, 3));
    assert.deepEqual(
      read(...pairs.map(([time, count]): [number, number] => [time, count + 10])),
      expected(14, 12, 11, 13),
    );
    assert.deepEqual(read(...pairs.toReversed()), expected(4, 2, 1, 3));
    assert.deepEqual(read(...pairs.slice(0, 2)), {
      ...{ seconds: [0.02, 0.3], counts: [2, 1], sumSeconds: 0.34 },
    });
    assert.deepEqual(read(...pairs), expected(4, 2, 1, 3));
  });

  it('is parsed again when the columns or the percentiles are others', () => {
    readRows([same]);
    const [row] = readRows([same], { percentiles: [0.5] });
    assert.equal(row?.responseTime.quantiles.length, 1);
  });
});

describe('what is no report of the companion', () => {
  const cases: readonly (readonly [string, Buffer, string, RegExp])[] = [
    ['a web page', Buffer.from('<html>'), 'SyntaxError', /./],
    ['nothing', Buffer.alloc(0), 'SyntaxError', /./],
    [
      'another format',
      toMsgpack(companionReport({ format: 2 })),
      'not_locust',
      /update the exporter/,
    ],
    ['no format', toMsgpack({ a: 1 }), 'SyntaxError', /no format/],
    ['no rows', toMsgpack(companionReport({ stats: 3 })), 'ShapeError', /stats/],
    ['no columns', toMsgpack(companionReport({ columns: null })), 'ShapeError', /columns/],
    [
      'no names',
      toMsgpack(companionReport({ columns: ['method'] })),
      'ShapeError',
      /name is missing/,
    ],
    [
      'more after it',
      Buffer.concat([toMsgpack(companionReport()), Buffer.of(1)]),
      'SyntaxError',
      /after/,
    ],
  ];
  for (const [what, body, kind, message] of cases) {
    it(`is refused: ${what}`, () => {
      assert.throws(
        () => parse(body),
        (error: Error) => {
          assert.equal(error instanceof LocustError ? error.code : error.name, kind);
          assert.match(error.message, message);
          return true;
        },
      );
    });
  }

  it('is refused wherever it breaks off', () => {
    const body = toMsgpack(companionReport({ workers: [['a', 'ready', 1, 0.5, 7]] }));
    for (let length = 1; length < body.length; length += 1) {
      assert.throws(
        () => parse(body.subarray(0, length)),
        (error) => error instanceof LocustError && error.code === 'not_json',
        `after ${length} bytes`,
      );
    }
  });
});
