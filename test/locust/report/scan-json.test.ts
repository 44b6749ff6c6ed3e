import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runSync } from '../../../src/async/run-yielding.ts';
import { parsePythonJson } from '../../../src/locust/report/python-json.ts';
import { parseStatsInSteps } from '../../../src/locust/report/parse-stats.ts';
import { parseJsonInSteps, scanJson, ScannedList } from '../../../src/locust/report/scan-json.ts';
import { fixtureNames, parseFixture, readFixture, report, row } from '../samples.ts';

const LISTS = new Set(['stats', 'errors', 'workers', 'slaves']);
const MIB = 2 ** 20;

const PIECES = ['[', ']', '{', '}', ',', ':', '"', '\\', '0', 'a', 'NaN', ' ', '\n'];

/** What scanJson gives, with its lists read, as `parsePythonJson` gives it. */
function scan(text: string | Buffer): unknown {
  const value = runSync(scanJson(Buffer.from(text), LISTS));
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, one]) => [key, readList(one)]);
  return Object.fromEntries(entries) as unknown;
}

function readList(value: unknown): unknown {
  if (!(value instanceof ScannedList)) return value;
  const elements = [...value.batches()].flat();
  assert.equal(value.length, elements.length);
  assert.deepEqual(value.last(), elements.at(-1));
  return elements;
}

const tooLarge = { code: 'too_large' };

describe('scanned JSON', () => {
  for (const name of fixtureNames('.stats-requests.json')) {
    it(`is what JSON.parse makes of it: ${name}`, () => {
      const text = readFixture(`${name}.stats-requests.json`);
      assert.deepEqual(scan(text), parsePythonJson(text));
      const report = runSync(scanJson(Buffer.from(text), LISTS));
      assert.deepEqual(runSync(parseStatsInSteps(report, null)), parseFixture(name));
    });
  }

  it('is what JSON.parse makes of any report', () => {
    const list = fc.array(fc.jsonValue({ noUnicodeString: false }));
    const keys = { stats: list, errors: list, workers: fc.jsonValue(), slaves: list };
    const any = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue());
    const reports = fc.tuple(fc.record(keys, { requiredKeys: [] }), any, fc.constantFrom(0, 1, 2));
    fc.assert(
      fc.property(reports, ([known, more, space]) => {
        const text = JSON.stringify({ ...more, ...known }, null, space);
        assert.deepEqual(scan(text), JSON.parse(text));
      }),
    );
  });

  it('is refused as JSON.parse refuses it', () => {
    const text = readFixture('locust-2.46.3/distributed-running.stats-requests.json');
    let refused = 0;
    const change = fc.tuple(fc.nat(text.length - 1), fc.constantFrom('', ...PIECES));
    fc.assert(
      fc.property(change, ([at, put]) => {
        const changed = text.slice(0, at) + put + text.slice(at + 1);
        let expected: unknown;
        try {
          expected = parsePythonJson(changed);
        } catch {
          refused += 1;
          assert.throws(() => scan(changed), SyntaxError);
          return;
        }
        assert.deepEqual(scan(changed), expected);
      }),
      { numRuns: 1000 },
    );
    assert.ok(refused > 100, `only ${refused} were refused`);
  });

  it('has the words of Python, and any white space', () => {
    const text =
      ' \t\r\n{ "stats" : [ NaN , {"a":-Infinity} ] ,\n"n": Infinity , "errors":[ ] } \n';
    assert.deepEqual(scan(text), { stats: [null, { a: null }], n: null, errors: [] });
  });

  it('takes the last of two values, and any key for a key', () => {
    const text =
      '{"stats":[1],"st\\u0061ts":[2,3],"errors":[4],"errors":5,"__proto__":{"a":1},"a":1,"a":2}';
    assert.deepEqual(scan(text), JSON.parse(text));
    assert.ok(Object.hasOwn(scan(text) as object, '__proto__'));
  });

  it('may hold bytes that are no UTF-8', () => {
    const bytes = Buffer.from('{"stats":["\xe2","\xff"],"a":"\xc3"}', 'latin1');
    assert.deepEqual(scan(bytes), JSON.parse(bytes.toString()));
  });

  it('may be another value than an object', () => {
    assert.deepEqual(scan('[1,{"stats":[]}]'), [1, { stats: [] }]);
  });

  it('is nothing else', () => {
    const wrong = [
      ...['', ' ', '<html>', 'Locust', '{', '{}x', '{}}', '{,}', '{"a"}', '{"a":}', '{"a":1,}'],
      ...['{"a" 1}', '{"a":1 "b":2}', '{"a":1]', '{1:2}', '{"a":1:2}', '{"stats":[1,,2]}'],
      ...['{"stats":[1,2}', '{"stats":[,]}', '{"stats":[1 2]}', '{"stats":[1,]}', '{"stats":[}'],
      ...[
        '{"stats":[[1},{2]]}',
        '{"stats":[1]1}',
        '{"stats":[1]',
        '{"a":"',
        '{"a":"\\',
        '[1',
        '[1]]',
      ],
      ...['{"stats":[:]}', '{"stats":[1:2]}', '\ufeff{}', '{"stats":[1],[2]}', '{"stats":["a]}'],
    ];
    for (const text of wrong) {
      assert.throws(() => JSON.parse(text), SyntaxError, text);
      assert.throws(() => scan(text), SyntaxError, text);
    }
  });
});

it('a web page is no JSON, however large it is', () => {
  assert.throws(() => scan(`<html>${'[{'.repeat(100)}`), SyntaxError);
  assert.throws(() => scan(`<html>${' '.repeat(9 * MIB)}`), SyntaxError);
});

describe('the pauses of a scan', () => {
  it('come every few hundred kilobytes, whatever is in it', () => {
    const rows = JSON.stringify(Array.from({ length: 10_000 }, (_, index) => row(`/${index}`)));
    const texts = [
      `{"stats":${rows}}`,
      `{"a":"${'x'.repeat(2 * MIB)}"}`,
      `${' '.repeat(2 * MIB)}{}`,
      `{"stats":[1,${' '.repeat(2 * MIB)}2]}`,
      `{"stats":[1]}${' '.repeat(2 * MIB)}`,
    ];
    for (const text of texts) {
      const bytes = Buffer.from(text);
      let pauses = 0;
      for (const steps = scanJson(bytes, LISTS); !steps.next().done;) pauses += 1;
      assert.ok(pauses >= bytes.length / 300_000, `${pauses} in ${text.slice(0, 20)}`);
    }
  });
});

describe('too much', () => {
  const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

  it('is a depth over 64, in and out of the lists', () => {
    assert.deepEqual(scan(deep(64)), JSON.parse(deep(64)));
    assert.throws(() => scan(deep(65)), tooLarge);
    for (const text of [`{"a":${deep(63)}}`, `{"stats":[${deep(62)}]}`]) {
      assert.deepEqual(scan(text), JSON.parse(text));
    }
    for (const text of [`{"a":${deep(64)}}`, `{"stats":[${deep(63)}]}`]) {
      assert.throws(() => scan(text), tooLarge);
    }
  });

  it('is a depth that never ends', () => {
    assert.throws(() => scan('['.repeat(MIB)), tooLarge);
    assert.throws(() => scan('{"a":'.repeat(MIB)), tooLarge);
  });

  it('is a value of more than 4 MiB', () => {
    const long = (length: number) => `{"a":"${'x'.repeat(length - 2)}"}`;
    assert.deepEqual(scan(long(4 * MIB)), JSON.parse(long(4 * MIB)));
    assert.throws(() => scan(long(4 * MIB + 1)), tooLarge);
    assert.throws(() => scan(`{"stats":[1${'0'.repeat(4 * MIB)}]}`), tooLarge);
  });

  it('is a value with too many values in it', () => {
    const numbers = (commas: number) => `{"a":[${'1,'.repeat(commas)}1]}`;
    assert.deepEqual(scan(numbers(2 ** 17)), JSON.parse(numbers(2 ** 17)));
    assert.throws(() => scan(numbers(2 ** 17 + 1)), tooLarge);
    const objects = (count: number) => `[${'{},'.repeat(count - 2)}{}]`;
    assert.deepEqual(scan(objects(2 ** 14)), JSON.parse(objects(2 ** 14)));
    assert.throws(() => scan(objects(2 ** 14 + 1)), tooLarge);
  });

  it('is a list of too many rows for its size', () => {
    const rows = (count: number, more = 0) =>
      `{"stats":[${'1,'.repeat(count - 1)}1]${' '.repeat(more)}}`;
    assert.deepEqual(scan(rows(24_000)), JSON.parse(rows(24_000)));
    assert.throws(() => scan(rows(24_001)), { code: 'too_large', message: /24000 .*"stats"/ });
    const roomy = rows(24_001, 700 * 24_001);
    assert.deepEqual(scan(roomy), JSON.parse(roomy));
  });

  it('is a list of too many workers, which says nothing of URLs', () => {
    for (const key of ['workers', 'slaves']) {
      const workers = (count: number) => Buffer.from(`{"${key}":[${'1,'.repeat(count - 1)}1]}`);
      const keys = new Set([key]);
      const list = runSync(scanJson(workers(2 ** 17), keys)) as Record<string, ScannedList>;
      assert.equal(list[key]?.length, 2 ** 17);
      assert.throws(() => runSync(scanJson(workers(2 ** 17 + 1), keys)), {
        code: 'too_large',
        message: /^(?!.*name=).*131072 .*"(workers|slaves)"/,
      });
    }
  });

  it('is an object of too many keys', () => {
    const keys = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, key) => [`k${key}`, 1])));
    assert.deepEqual(scan(keys(1000)), JSON.parse(keys(1000)));
    assert.throws(() => scan(keys(1001)), tooLarge);
  });
});

it('JSON.parse does all of a small answer at once', () => {
  const small = JSON.stringify(report([row('/')]));
  const pad = (size: number) => Buffer.from(small + ' '.repeat(size - small.length));
  const stats = (size: number) =>
    (runSync(parseJsonInSteps(pad(size), LISTS)) as Record<string, unknown>)['stats'];
  assert.ok(Array.isArray(stats(2 ** 19)));
  assert.ok(stats(2 ** 19 + 1) instanceof ScannedList);
});
