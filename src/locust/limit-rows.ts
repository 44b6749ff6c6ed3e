import type { Folded } from './fold-rows.ts';
import { pairRows } from './pair-rows.ts';
import type { RowIdentity } from './row-identity.ts';

/** What rows of one kind are, and what becomes of them. */
export interface RowKind<Row> {
  readonly identity: RowIdentity<Row>;
  readonly fold: (rows: readonly Row[]) => Folded<Row>;
  /** null for a row that is left out. */
  readonly rename: (row: Row) => Row | null;
  readonly cut: (row: Row) => Row;
  /** How many rows there may be beside the one for the others. */
  readonly most: number;
  readonly asOther: (row: Row) => Row;
  /** What still counts of a row that Locust lists no more. */
  readonly remainder: (row: Row) => Row;
}

export interface ReadState {
  /** Whether Locust's counts began again since the read before. */
  readonly began: boolean;
  /** Whether Locust may have left rows out. */
  readonly truncated: boolean;
}

/**
 * Renames, cuts and limits rows, read after read, such that counts do not fall while
 * Locust's do not: a row that was shown before others came stays, and what Locust pushes off
 * its list stays in the sums that it was added to.
 *
 * @returns the given rows themselves where nothing changes; `folded` leaves out those that
 *   have the same name by `rename`.
 */
export function createRowLimiter<Row>(
  kind: RowKind<Row>,
): (rows: readonly Row[], state: ReadState) => Folded<Row> {
  const { identity, fold, rename, cut, asOther } = kind;
  const { key, isSame } = identity;
  /** Keys of the rows that are shown by themselves. */
  const kept = new Set<string>();
  const remainders = new Map<string, Row>();
  let listed: readonly Row[] = [];
  /** Whether all of `listed` is shown as it is, and nothing else. */
  let isPlain = false;

  function place(row: Row): Row {
    const rowKey = key(row);
    if (kept.has(rowKey)) return row;
    const other = asOther(row);
    if (kept.size >= kind.most || key(other) === rowKey) return other;
    kept.add(rowKey);
    return row;
  }

  function keepRemainders(rows: readonly Row[]): void {
    const now = pairRows(rows, listed, identity);
    for (const [index, row] of listed.entries()) {
      const renamed = now(index) === undefined ? rename(row) : null;
      if (renamed === null) continue;
      const remainder = kind.remainder(place(cut(renamed)));
      remainders.set(key(remainder), withRemainder(remainder));
    }
  }

  function withRemainder(row: Row): Row {
    const remainder = remainders.get(key(row));
    return remainder === undefined ? row : (fold([row, remainder]).rows[0] ?? row);
  }

  function isListed(rows: readonly Row[]): boolean {
    if (rows.length !== listed.length) return false;
    return rows.every((row, index) => {
      const one = listed[index];
      return one !== undefined && isSame(row, one);
    });
  }

  return (rows, { began, truncated }) => {
    if (!began && isPlain && isListed(rows)) {
      listed = rows;
      return { rows, folded: 0 };
    }
    if (began) {
      kept.clear();
      remainders.clear();
    } else if (truncated) keepRemainders(rows);
    listed = rows;
    const renamed = mapRows(rows, rename);
    const asked = renamed === rows ? rows : fold(renamed).rows;
    const placed = mapRows(asked, (row) => place(cut(row)));
    const { rows: shown, folded } = placed === asked ? { rows: asked, folded: 0 } : fold(placed);
    isPlain = shown === rows && remainders.size === 0;
    return { rows: remainders.size === 0 ? shown : mapRows(shown, withRemainder), folded };
  };
}

/** Leaves out what becomes null. @returns the given array where nothing changes. */
function mapRows<Row>(rows: readonly Row[], change: (row: Row) => Row | null): readonly Row[] {
  const changed: Row[] = [];
  let isSame = true;
  for (const row of rows) {
    const one = change(row);
    isSame &&= one === row;
    if (one !== null) changed.push(one);
  }
  return isSame ? rows : changed;
}
