import assert from 'node:assert/strict';
import { it } from 'node:test';
import { printable } from '../../src/cli/stats-table.ts';

it('lets no escape sequence or control character through', () => {
  assert.equal(printable('a\u001b[2Jb\u0007\nc', 20), 'ab\uFFFD\\nc');
});

it('cuts at the width, by characters', () => {
  assert.equal(printable('😀😀😀', 3), '😀😀😀');
  assert.equal(printable('😀😀😀😀', 3), '😀😀…');
});
