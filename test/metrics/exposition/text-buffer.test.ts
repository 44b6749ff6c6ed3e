import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { createTextBuffer } from '../../../src/metrics/exposition/text-buffer.ts';

describe('a text buffer', () => {
  for (const [what, piece] of [
    ['plain text', 'abcdefg '],
    ['text of two bytes a character', 'äöü'],
    ['text of three bytes a character', '漢字'],
    ['pairs of surrogates', '🦗🦗🦗'],
  ] as const) {
    it(`holds ${what}, however much`, () => {
      for (const times of [0, 1, 10_000, 100_000]) {
        const buffer = createTextBuffer();
        for (let count = 0; count < times; count += 1) buffer.add(piece);
        assert.ok(buffer.bytes().equals(Buffer.from(piece.repeat(times))));
      }
    });
  }

  it('holds a piece that is larger than all before it', () => {
    const buffer = createTextBuffer();
    buffer.add('x');
    buffer.add('é'.repeat(1_000_000));
    assert.equal(buffer.bytes().length, 2_000_001);
  });

  it('keeps a beginning and goes on from there', () => {
    const buffer = createTextBuffer();
    buffer.add('one ');
    const { length } = buffer.bytes();
    buffer.add('two');
    buffer.cut(length);
    buffer.add('three');
    assert.equal(buffer.bytes().toString(), 'one three');
    buffer.cut(0);
    assert.equal(buffer.bytes().length, 0);
  });

  it('holds a short text after a long one', () => {
    const buffer = createTextBuffer();
    const texts = ['x'.repeat(1_000_000), 'y'.repeat(900_000), 'z', 'zz', 'é'.repeat(100_000)];
    for (const text of texts) {
      buffer.cut(0);
      buffer.add(text);
      assert.ok(buffer.bytes().equals(Buffer.from(text)));
    }
  });

  it('holds the beginning of bytes', () => {
    const buffer = createTextBuffer();
    buffer.addBytes(Buffer.from('abc'), 2);
    buffer.addBytes(Buffer.from('d'));
    assert.equal(buffer.bytes().toString(), 'abd');
    assert.equal(buffer.length, 3);
  });

  const value = (number: number) => {
    const buffer = createTextBuffer();
    buffer.addValue(number);
    return buffer.bytes().toString();
  };

  it('writes numbers as JavaScript does', () => {
    const thousandths = fc.integer({ min: 0, max: 2 ** 32 }).map((whole) => whole / 1000);
    const near = thousandths.chain((number) =>
      fc.constantFrom(number * (1 + Number.EPSILON), number * (1 - Number.EPSILON)),
    );
    const anything = fc.double({ noNaN: true, noDefaultInfinity: true });
    const whole = fc.maxSafeInteger();
    fc.assert(
      fc.property(fc.oneof(thousandths, near, whole, fc.nat(), anything), (number) => {
        assert.equal(value(number), `${number}\n`);
      }),
      { numRuns: 20_000 },
    );
    for (let number = 0; number <= 20_000; number += 1) {
      assert.equal(value(number / 1000), `${number / 1000}\n`);
    }
  });

  it('writes what is no number as Prometheus does', () => {
    assert.deepEqual([NaN, Infinity, -Infinity, -0].map(value), [
      'NaN\n',
      '+Inf\n',
      '-Inf\n',
      '0\n',
    ]);
  });
});
