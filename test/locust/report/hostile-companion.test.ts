import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runSync } from '../../../src/async/run-yielding.ts';
import { LocustError } from '../../../src/locust/errors.ts';
import { createCompanionParser } from '../../../src/locust/report/parse-companion.ts';
import { ShapeError } from '../../../src/locust/report/values.ts';
import type { Snapshot } from '../../../src/locust/snapshot.ts';
import { COLUMNS, companionReport, companionRow, toMsgpack } from './companion-sample.ts';

function parse(body: Buffer): Snapshot {
  return runSync(createCompanionParser()(body)).snapshot;
}

/** How the parse ends. */
function codeOf(body: Buffer): string {
  try {
    parse(body);
    return 'parsed';
  } catch (error) {
    return error instanceof LocustError ? error.code : (error as Error).name;
  }
}

const SIZE = 16 * 2 ** 20;

/** A report whose `stats` are these bytes. */
function withStats(stats: Buffer): Buffer {
  const members = Object.entries(companionReport()).filter(([key]) => key !== 'stats');
  const head = toMsgpack(Object.fromEntries(members));
  head.writeUInt32BE(head.readUInt32BE(1) + 1, 1);
  return Buffer.concat([head, toMsgpack('stats'), stats]);
}

const list32 = (length: number, content: Buffer) => {
  const head = Buffer.alloc(5, 0xdd);
  head.writeUInt32BE(length, 1);
  return Buffer.concat([head, content]);
};

describe('hostile bytes of 16 MiB', () => {
  const bodies: readonly (readonly [string, () => Buffer, string])[] = [
    ['lists in lists', () => withStats(Buffer.alloc(SIZE, 0x91)), 'too_large'],
    ['empty lists as rows', () => withStats(list32(SIZE, Buffer.alloc(SIZE, 0x90))), 'too_large'],
    [
      'one row of nothing',
      () => withStats(list32(1, list32(SIZE, Buffer.alloc(SIZE, 0xc0)))),
      'too_large',
    ],
    ['more rows than bytes', () => withStats(list32(2 ** 32 - 1, Buffer.alloc(10))), 'not_json'],
    [
      'one long text',
      () => withStats(Buffer.concat([Buffer.of(0xdb, 1, 0, 0, 0), Buffer.alloc(SIZE)])),
      'too_large',
    ],
    [
      'nothing but keys',
      () => Buffer.concat([Buffer.of(0xdf, 0, 127, 0, 0), Buffer.alloc(SIZE)]),
      'too_large',
    ],
  ];
  for (const [what, body, code] of bodies) {
    it(`do not get far: ${what}`, () => {
      assert.equal(codeOf(body()), code);
    });
  }

  it('cost a row of too many times its distribution, and no more', () => {
    const times = new Map(Array.from({ length: 20_000 }, (_, time) => [time, 1]));
    const report = companionReport({
      stats: [companionRow('/many', times), companionRow('/few', new Map([[5, 2]]))],
    });
    const { endpoints, ignored } = parse(toMsgpack(report));
    assert.deepEqual(
      endpoints.map(({ name, requests, durations }) => [name, requests, durations === null]),
      [
        ['/many', 20_000, true],
        ['/few', 2, false],
      ],
    );
    assert.equal(ignored.first, 'stats[0].response_times: more than 16384 response times');
  });

  it('cost the last rows their distributions where all have too many together', () => {
    const times = new Map(Array.from({ length: 16_000 }, (_, time) => [time, 1]));
    const stats = Array.from({ length: 70 }, (_, index) => companionRow(`/${index}`, times));
    const { endpoints, ignored } = parse(toMsgpack(companionReport({ stats })));
    assert.equal(endpoints.length, 70);
    assert.equal(endpoints.filter(({ durations }) => durations === null).length, 70 - 65);
    assert.equal(ignored.counts.time, 5);
  });
});

/** What one cell may cost beside itself: what is computed from it. */
const replacement = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(null, -1, 1.5, NaN, Infinity, -Infinity, 2 ** 60, '', [], {}, true),
);

it('one odd value of a row costs the report nothing', () => {
  const good = companionRow(
    '/b',
    new Map([
      [10, 3],
      [20, 4],
    ]),
  );
  fc.assert(
    fc.property(fc.nat(COLUMNS.length - 1), replacement, (place, value) => {
      const odd = companionRow('/a', new Map([[10, 3]]));
      odd[place] = value;
      const { endpoints } = parse(toMsgpack(companionReport({ stats: [odd, good] })));
      const other = endpoints.find(({ name }) => name === '/b');
      assert.equal(other?.durations?.counts.length, 2);
      assert.equal(endpoints.length, 2);
      const row = endpoints.find((one) => one !== other);
      const changed = COLUMNS[place];
      if (changed !== 'num_requests') assert.equal(row?.requests, 3);
      if (changed !== 'response_times') assert.deepEqual([...row!.durations!.counts], [3]);
      if (changed !== 'total_content_length') assert.equal(row?.contentBytes, 1000);
    }),
    { numRuns: 500 },
  );
});

it('any odd member of the report costs that member, or is a clear error', () => {
  const keys = Object.keys(companionReport());
  fc.assert(
    fc.property(fc.constantFrom(...keys), replacement, (key, value) => {
      try {
        const { endpoints } = parse(toMsgpack(companionReport({ [key]: value })));
        if (key !== 'stats') assert.equal(endpoints[0]?.requests, 10);
      } catch (error) {
        const isClear =
          error instanceof LocustError ||
          error instanceof ShapeError ||
          error instanceof SyntaxError;
        assert.ok(isClear, String(error));
        assert.ok(['format', 'columns', 'stats'].includes(key), key);
      }
    }),
    { numRuns: 500 },
  );
});

it('any bytes are parsed or refused, and nothing else', () => {
  const body = toMsgpack(companionReport());
  fc.assert(
    fc.property(fc.nat(body.length - 1), fc.nat(255), (at, byte) => {
      const changed = Buffer.from(body);
      changed[at] = byte;
      try {
        parse(changed);
      } catch (error) {
        assert.ok(
          error instanceof LocustError ||
            error instanceof ShapeError ||
            error instanceof SyntaxError,
          String(error),
        );
      }
    }),
    { numRuns: 3000 },
  );
});
