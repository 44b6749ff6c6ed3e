import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pythonJson, pythonRepr } from '../../src/demo/python-text.ts';

describe('pythonRepr', () => {
  it('prefers single quotes and escapes what is inside', () => {
    assert.equal(pythonRepr('plain'), `'plain'`);
    assert.equal(pythonRepr("it's"), `"it's"`);
    assert.equal(pythonRepr(`it's "so"`), `'it\\'s "so"'`);
    assert.equal(pythonRepr('a\\b\nc\td'), `'a\\\\b\\nc\\td'`);
  });
});

describe('pythonJson', () => {
  const value = { name: 'k\u00e4se \u{1f600} [\n  {', rows: [1, { a: null }], none: [] };

  it('writes one line with blanks', () => {
    assert.equal(
      pythonJson(value, { indented: false }),
      '{"name": "k\\u00e4se \\ud83d\\ude00 [\\n  {", "rows": [1, {"a": null}], "none": []}',
    );
  });

  it('writes many lines with one at the end', () => {
    const text = pythonJson(value, { indented: true });
    assert.match(text, /^\{\n {2}"name": "k\\u00e4se/);
    assert.match(text, /\n\}\n$/);
    assert.deepEqual(JSON.parse(text), value);
  });
});
