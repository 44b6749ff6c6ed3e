import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { replaceBetweenMarkers } from './replace-between-markers.ts';

describe('replaceBetweenMarkers', () => {
  it('keeps what is around, and comes to the same when done again', () => {
    const once = replaceBetweenMarkers(
      'a\n<!-- x:start -->\nold\n<!-- x:end -->\nb\n',
      'x',
      'new\n',
    );
    assert.equal(once, 'a\n<!-- x:start -->\n\nnew\n\n<!-- x:end -->\nb\n');
    assert.equal(replaceBetweenMarkers(once, 'x', 'new\n'), once);
  });

  it('refuses a text without the markers', () => {
    assert.throws(() => replaceBetweenMarkers('a\n<!-- x:end -->\n', 'x', 'new'), /x:start/);
    assert.throws(() => replaceBetweenMarkers('<!-- x:start -->\n', 'x', 'new'), /x:end/);
  });
});
