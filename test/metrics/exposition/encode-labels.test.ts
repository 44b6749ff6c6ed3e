import assert from 'node:assert/strict';
import { it } from 'node:test';
import { CLOSING_BYTES, encodeLabels, NO_LABELS } from '../../../src/metrics/exposition/family.ts';

const textOf = (labels: Record<string, string>) => Buffer.from(encodeLabels(labels)).toString();

it('labels are written as both formats want them, up to the value', () => {
  assert.equal(textOf({ a: 'b' }), '{a="b"} ');
  assert.equal(textOf({ method: 'GET', name: '' }), '{method="GET",name=""} ');
  assert.equal(textOf({ name: 'ä€😀' }), '{name="ä€😀"} ');
});

it('backslash, quote and newline are escaped, each of them and nothing else', () => {
  const written = {
    '\\': '\\\\',
    '"': '\\"',
    '\n': '\\n',
    '\\n': '\\\\n',
    '"\n\\"\n\\': '\\"\\n\\\\\\"\\n\\\\',
    "\t\r'{},=": "\t\r'{},=",
  };
  for (const [value, escaped] of Object.entries(written)) {
    assert.equal(textOf({ a: value }), `{a="${escaped}"} `, JSON.stringify(value));
  }
});

it('no labels are a space, always the same one', () => {
  assert.equal(encodeLabels({}), NO_LABELS);
  assert.equal(Buffer.from(NO_LABELS).toString(), ' ');
});

it('what follows the last label has a known length', () => {
  const bytes = encodeLabels({ a: 'b' });
  assert.equal(Buffer.from(bytes.subarray(0, -CLOSING_BYTES)).toString(), '{a="b"');
});
