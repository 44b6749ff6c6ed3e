import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createTextBuffer } from '../../src/metrics/text-buffer.ts';

describe('a text buffer', () => {
  for (const [what, piece] of [
    ['plain text', 'abcdefg '],
    ['text of two bytes a character', 'äöü'],
    ['text of three bytes a character', '漢字'],
    ['pairs of surrogates', '🦗🦗🦗'],
  ] as const) {
    it(`holds ${what}, however much more than expected`, () => {
      for (const times of [0, 1, 10_000, 100_000]) {
        const buffer = createTextBuffer(100);
        for (let count = 0; count < times; count += 1) buffer.add(piece);
        assert.ok(buffer.toBuffer().equals(Buffer.from(piece.repeat(times))));
      }
    });
  }

  it('holds a piece that is larger than all before it', () => {
    const buffer = createTextBuffer(0);
    buffer.add('x');
    buffer.add('é'.repeat(1_000_000));
    assert.equal(buffer.toBuffer().length, 2_000_001);
  });
});
