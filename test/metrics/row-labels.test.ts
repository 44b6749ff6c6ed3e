import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createRowLabels } from '../../src/metrics/row-labels.ts';

const rows = (...names: string[]) => names.map((name) => ({ name, method: 'GET', other: 1 }));

describe('the labels of rows', () => {
  it('are the values of the fields that are named', () => {
    const labels = createRowLabels(['method', 'name'])(rows('/a'));
    assert.deepEqual(labels, [{ method: 'GET', name: '/a' }]);
  });

  it('are the same objects as long as the rows keep their places', () => {
    const labelsOf = createRowLabels(['method', 'name']);
    const first = labelsOf(rows('/a', '/b'));
    const second = labelsOf(rows('/a', '/x', '/b'));
    assert.equal(second[0], first[0]);
    assert.deepEqual(
      second.map(({ name }) => name),
      ['/a', '/x', '/b'],
    );
    assert.equal(labelsOf(rows('/a', '/x', '/b'))[2], second[2]);
  });

  it('are asked once per list', () => {
    const labelsOf = createRowLabels(['name']);
    const list = rows('/a');
    const first = labelsOf(list);
    labelsOf(rows('/b'));
    assert.equal(labelsOf(list), first);
  });
});
