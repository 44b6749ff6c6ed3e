import assert from 'node:assert/strict';
import { it } from 'node:test';
import {
  CLOSING_BYTES,
  formatLabelNumber,
  labelSet,
  NO_LABELS,
  textLabels,
} from '../../../src/metrics/exposition/labels.ts';

const bytesOf = (labels: Record<string, string>) => textLabels(labelSet(labels));
const textOf = (labels: Record<string, string>) => Buffer.from(bytesOf(labels)).toString();

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

it('no labels are a space', () => {
  assert.equal(Buffer.from(textLabels(NO_LABELS)).toString(), ' ');
});

it('what follows the last label has a known length', () => {
  const bytes = bytesOf({ a: 'b' });
  assert.equal(Buffer.from(bytes.subarray(0, -CLOSING_BYTES)).toString(), '{a="b"');
});

it('labels keep no memory alive but their own', () => {
  const bytes = bytesOf({ a: 'b' });
  assert.equal(bytes.buffer.byteLength, bytes.length);
});

it('numbers as labels are spelled as Prometheus spells them when it reads protobuf', () => {
  // By Go: strconv.FormatFloat(value, 'g', -1, 64), and `.0` behind what has no point and no e.
  const spelled = {
    '0.005': 0.005,
    '1.0': 1,
    '60.0': 60,
    '2.5': 2.5,
    '0.0': 0,
    '0.0001': 0.0001,
    '1e-05': 0.00001,
    '1.5e-07': 1.5e-7,
    '100000.5': 100_000.5,
    '999999.0': 999_999,
    '1e+06': 1_000_000,
    '1.234567e+06': 1_234_567,
    '1e+21': 1e21,
    '1e+100': 1e100,
    '+Inf': Infinity,
  };
  for (const [text, value] of Object.entries(spelled)) assert.equal(formatLabelNumber(value), text);
});
