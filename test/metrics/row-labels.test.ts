import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { labelSet } from '../../src/metrics/exposition/labels.ts';
import { createLabelCache } from '../../src/metrics/samples.ts';

const rows = (...names: string[]) => names.map((name) => ({ name, method: 'GET', other: 1 }));

describe('the labels of rows', () => {
  it('are the values of the fields that are named', () => {
    const labels = createLabelCache(['method', 'name'])(rows('/a'));
    assert.deepEqual(labels, [labelSet({ method: 'GET', name: '/a' })]);
  });

  it('are those of the rows, whatever was at their places before', () => {
    const labelsOf = createLabelCache(['name']);
    const texts = (...names: string[]) => names.map((name) => labelSet({ name }));
    assert.deepEqual(labelsOf(rows('/a', '/b')), texts('/a', '/b'));
    assert.deepEqual(labelsOf(rows('/a', '/x', '/b')), texts('/a', '/x', '/b'));
    assert.deepEqual(labelsOf(rows('/x')), texts('/x'));
  });

  it('are written anew when any one of the fields changes', () => {
    const names = ['method', 'name', 'error'] as const;
    const labelsOf = createLabelCache(names);
    const row = { method: 'GET', name: '/a', error: 'boom' };
    labelsOf([row]);
    for (const field of names) {
      const changed = { ...row, [field]: 'other' };
      assert.deepEqual(labelsOf([changed]), [labelSet(changed)]);
      labelsOf([row]);
    }
  });
});
