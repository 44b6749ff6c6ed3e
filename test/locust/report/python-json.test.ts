import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parsePythonJson } from '../../../src/locust/report/python-json.ts';

describe('JSON as Python writes it', () => {
  it('has words for what is not a number', () => {
    assert.deepEqual(parsePythonJson('{"a":NaN,"b":[Infinity,-Infinity, 1]}'), {
      a: null,
      b: [null, null, 1],
    });
    assert.equal(parsePythonJson('NaN'), null);
  });

  it('keeps these words inside of strings', () => {
    const text = String.raw`{"NaN":"-Infinity","a\"NaN":["\\",NaN,"\\\"NaN"]}`;
    const expected = { NaN: '-Infinity', 'a"NaN': ['\\', null, '\\"NaN'] };
    assert.deepEqual(parsePythonJson(text), expected);
  });

  it('reads any JSON beside them', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const text = JSON.stringify(value);
        assert.deepEqual(parsePythonJson(`[${text},NaN,${text}]`), [
          JSON.parse(text),
          null,
          JSON.parse(text),
        ]);
      }),
    );
  });

  it('can hold huge strings and be deep', () => {
    const huge = '\\"NaN'.repeat(1_000_000);
    const [value, last] = parsePythonJson(`["${huge}",NaN]`) as [string, null];
    assert.equal(value.length, 4_000_000);
    assert.equal(last, null);
    const plain = 'x'.repeat(20_000_000);
    assert.equal((parsePythonJson(`["${plain}",NaN]`) as string[])[0]?.length, plain.length);
    const deep = `${'['.repeat(5000)}NaN${']'.repeat(5000)}`;
    let inner = parsePythonJson(deep);
    for (let depth = 0; depth < 5000; depth += 1) inner = (inner as unknown[])[0];
    assert.equal(inner, null);
  });
});

it('anything else is a SyntaxError', () => {
  for (const text of ['', '<html>', '[1,]', 'NaNa', '[1NaN]', '-NaN', '+Infinity', '"NaN']) {
    assert.throws(() => parsePythonJson(text), SyntaxError, text);
  }
});

it('a string without an end takes no longer than its length', { timeout: 20_000 }, () => {
  assert.throws(() => parsePythonJson(`NaN "${'\\"'.repeat(300_000)}`), SyntaxError);
  assert.throws(() => parsePythonJson(`NaN "${'\\"'.repeat(300_000)}\\`), SyntaxError);
});
