import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { createRowLimiter, type ReadState } from '../../src/locust/limit-rows.ts';
import { foldErrors, type Folded } from '../../src/locust/fold-rows.ts';
import { ERROR_IDENTITY } from '../../src/locust/row-identity.ts';
import type { ErrorOccurrences } from '../../src/locust/snapshot.ts';

const GOES_ON: ReadState = { began: false, truncated: false };

let renames: number;
let limit: (rows: readonly ErrorOccurrences[], state: ReadState) => Folded<ErrorOccurrences>;

function rowOf(name: string, occurrences: number): ErrorOccurrences {
  return { method: 'GET', name, error: 'boom', occurrences };
}

function shown(rows: readonly ErrorOccurrences[], state = GOES_ON): [string, number | null][] {
  return limit(rows, state).rows.map(({ name, occurrences }) => [name, occurrences]);
}

beforeEach(() => {
  renames = 0;
  limit = createRowLimiter<ErrorOccurrences>({
    identity: ERROR_IDENTITY,
    fold: foldErrors,
    rename: (row) => {
      renames++;
      return row.name === '/hidden' ? null : row;
    },
    cut: (row) => row,
    most: 2,
    asOther: (row) => ({ ...row, method: '', name: '(other)', error: '(other)' }),
    remainder: (row) => row,
  });
});

describe('rows of which nothing changes but the counts', () => {
  it('are the given array, and are not looked at by the rules again', () => {
    for (const count of [1, 2, 3]) {
      const rows = [rowOf('/a', count), rowOf('/b', count)];
      assert.equal(limit(rows, GOES_ON).rows, rows);
      assert.equal(renames, 2);
    }
    const rows = [rowOf('/a', 1), rowOf('/b', 1)];
    assert.equal(limit(rows, { began: true, truncated: false }).rows, rows);
    assert.equal(renames, 4);
  });

  it('have the rules applied at each read where these change something', () => {
    for (const count of [1, 2]) {
      assert.deepEqual(shown([rowOf('/a', count), rowOf('/hidden', count)]), [['/a', count]]);
    }
    assert.equal(renames, 4);
  });
});

describe('rows that are not those of the read before', () => {
  it('are seen at any place, and when there are more or fewer', () => {
    const [a, b, c] = [rowOf('/a', 1), rowOf('/b', 2), rowOf('/c', 4)];
    assert.deepEqual(shown([a, b]), [
      ['/a', 1],
      ['/b', 2],
    ]);
    assert.deepEqual(shown([a, c]), [
      ['/a', 1],
      ['(other)', 4],
    ]);
    assert.deepEqual(shown([c, b]), [
      ['(other)', 4],
      ['/b', 2],
    ]);
    assert.deepEqual(shown([a]), [['/a', 1]]);
    assert.deepEqual(shown([a, b, c]), [
      ['/a', 1],
      ['/b', 2],
      ['(other)', 4],
    ]);
    assert.deepEqual(shown([]), []);
    assert.deepEqual(shown([c, a], { began: true, truncated: false }), [
      ['/c', 4],
      ['/a', 1],
    ]);
  });
});

describe('what Locust lists no more', () => {
  const truncated = { began: false, truncated: true };

  it('goes on counting only where its list is cut', () => {
    const [a, b, c] = [rowOf('/a', 1), rowOf('/b', 2), rowOf('/c', 4)];
    shown([a, b, c], truncated);
    assert.deepEqual(shown([a, b, rowOf('/d', 8)], truncated), [
      ['/a', 1],
      ['/b', 2],
      ['(other)', 12],
    ]);
    // Nothing changes from here on, and the sum stays.
    for (let read = 0; read < 2; read++) {
      assert.deepEqual(shown([a, b, rowOf('/d', 9)], truncated).at(-1), ['(other)', 13]);
    }
    const again = { began: true, truncated: true };
    assert.deepEqual(shown([a, b, rowOf('/d', 8)], again).at(-1), ['(other)', 8]);
  });
});
