import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { isBefore, parseVersion, type Version } from '../../src/locust/version.ts';

it('a version is its first three numbers', () => {
  assert.deepEqual(parseVersion('2.46.3'), [2, 46, 3]);
  assert.deepEqual(parseVersion('2.46.4.dev12'), [2, 46, 4]);
  assert.deepEqual(parseVersion('v0.5.1'), [0, 5, 1]);
  assert.deepEqual(parseVersion('0.8a3'), [0, 8, 0]);
  assert.deepEqual(parseVersion('1.0'), [1, 0, 0]);
});

it('other texts are no version', () => {
  for (const text of [null, '', 'unknown', '2', 'x2.1', '99999.1.1']) {
    assert.equal(parseVersion(text), null, String(text));
  }
});

it('versions have an order', () => {
  const part = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(
      fc.tuple(part, part, part),
      fc.tuple(part, part, part),
      (a: Version, b: Version) => {
        const value = ([x, y, z]: Version) => x * 10_000 + y * 100 + z;
        assert.equal(isBefore(a, b), value(a) < value(b));
      },
    ),
  );
});
