import type { YieldingTask } from '../../async/run-yielding.ts';
import { MAX_GONE, mergeKnownRows } from './known-rows.ts';
import { mergeAll, type Folded } from './fold.ts';
import { pairRows, type RowIdentity } from './identity.ts';

const [NEWLINE, QUOTE, BACKSLASH] = [10, 34, 92];

/** Rows between two places to pause; with labels of 16 KiB they take some 10 ms. */
const BATCH = 256;

/** What rows of one kind are, and what becomes of them. */
export interface RowKind<Row> {
  readonly identity: RowIdentity<Row>;
  /** Adds two rows up; the labels are those of the first. */
  readonly merge: (a: Row, b: Row) => Row;
  /** The current row, with the earlier one's counts where it has none. */
  readonly fill: (earlier: Row, current: Row) => Row;
  /** Whether the counts of a row began again. */
  readonly fell: (earlier: Row, current: Row) => boolean;
  /** null for a row that is left out. */
  readonly rename: (row: Row) => Row | null;
  readonly cut: (row: Row) => Row;
  /** How many rows there may be beside the one for the others. */
  readonly maxRows: number;
  /** How many bytes their labels may take together, as the text formats write them once. */
  readonly maxLabelBytes: number;
  readonly asOther: (row: Row) => Row;
  /** What still counts of a row that Locust lists no more. */
  readonly atRest: (row: Row) => Row;
}

/** A row as it is to be shown, and what goes into it. */
interface Group<Row> {
  /** The first row that goes into it, as Locust reports it in this read. */
  readonly first: Row;
  /** Its rows of Locust, those that are gone included. */
  readonly summands: [Row, ...Row[]];
  /** Rows in it that would have a row of their own but for the limits. */
  wanted: number;
  isOther: boolean;
}

/**
 * Renames, cuts and limits rows, read after read, such that sums of several rows do not fall while
 * the run goes on: a row that was shown before others came stays, and what a row counted that is
 * gone, began again or has an odd count stays in the sum that it was added to.
 *
 * @returns the function for one read, whose second argument is whether Locust's counts began
 *   again since the read before. It must come to its end before the next read. It returns the
 *   given rows themselves where nothing changes; `folded` leaves out those that have the same name
 *   by `rename`.
 */
export function createRowLimiter<Row>(
  kind: RowKind<Row>,
): (rows: readonly Row[], began: boolean) => YieldingTask<Folded<Row>> {
  const { identity, merge, rename, cut, asOther } = kind;
  const { key, isSame } = identity;
  /** Keys of the rows that are shown by themselves. */
  const kept = new Set<string>();
  let keptBytes = 0;
  /** What is in the sums of earlier lives of rows, and of rows that are forgotten. */
  const remainders = new Map<string, Row>();
  const newRemainders = new Map<string, [Row, ...Row[]]>();
  let known: readonly Row[] = [];
  let listed: readonly Row[] = [];
  /** Whether all of `listed` is shown as it is, and nothing else. */
  let isPlain = false;

  function place(row: Row): Row {
    const rowKey = key(row);
    if (kept.has(rowKey)) return row;
    const other = asOther(row);
    if (kept.size >= kind.maxRows || key(other) === rowKey) return other;
    // Most rows that do not fit are recognized by their length alone.
    if (keptBytes + rowKey.length > kind.maxLabelBytes) return other;
    const bytes = escapedBytes(rowKey);
    if (keptBytes + bytes > kind.maxLabelBytes) return other;
    kept.add(rowKey);
    keptBytes += bytes;
    return row;
  }

  function isListed(rows: readonly Row[]): boolean {
    if (rows.length !== listed.length) return false;
    return rows.every((row, index) => {
      const one = listed[index];
      return one !== undefined && isSame(row, one);
    });
  }

  function* groupRows(rows: readonly Row[]): YieldingTask<Map<string, Group<Row>>> {
    const groups = new Map<string, Group<Row>>();
    const wanted = new Set<string>();
    for (const [index, row] of rows.entries()) {
      if (index % BATCH === BATCH - 1) yield;
      const renamed = rename(row);
      if (renamed === null) continue;
      const whole = cut(renamed);
      const shown = place(whole);
      const shownKey = key(shown);
      const wantedKey = key(renamed);
      const isWanted = !wanted.has(wantedKey);
      wanted.add(wantedKey);
      const filled = known[index] ?? row;
      const summand = filled === row ? shown : (showAs(filled) ?? shown);
      const group = groups.get(shownKey);
      if (group === undefined) {
        const isOther = shown !== whole;
        groups.set(shownKey, { first: shown, summands: [summand], wanted: 1, isOther });
      } else {
        group.summands.push(summand);
        if (isWanted) group.wanted += 1;
        group.isOther ||= shown !== whole;
      }
    }
    return groups;
  }

  function showAs(row: Row): Row | null {
    const renamed = rename(row);
    return renamed === null ? null : place(cut(renamed));
  }

  function addGone(groups: ReadonlyMap<string, Group<Row>>, gone: readonly Row[]): void {
    for (const row of gone) {
      const shown = showAs(row);
      const group = shown === null ? undefined : groups.get(key(shown));
      if (shown !== null) group?.summands.push(kind.atRest(shown));
    }
  }

  function keepRemainder(row: Row, isInSum: (shownKey: string) => boolean): void {
    const shown = showAs(row);
    if (shown === null) return;
    const shownKey = key(shown);
    if (!isInSum(shownKey)) return;
    const remainder = kind.atRest(shown);
    const earlier = newRemainders.get(shownKey);
    if (earlier === undefined) newRemainders.set(shownKey, [remainder]);
    else earlier.push(remainder);
  }

  function* addRemainders(): YieldingTask<void> {
    for (const [shownKey, [first, ...others]] of newRemainders) {
      const sum = yield* mergeAll(first, others, merge);
      const earlier = remainders.get(shownKey);
      remainders.set(shownKey, earlier === undefined ? sum : merge(earlier, sum));
    }
    newRemainders.clear();
  }

  return function* limit(rows, began) {
    if (began) {
      kept.clear();
      keptBytes = 0;
      remainders.clear();
      known = [];
    }
    const earlier = known;
    const remembered = mergeKnownRows(earlier, rows, identity, kind.fill);
    known = remembered.slice(0, rows.length + MAX_GONE);
    const isUnchanged = !began && isPlain && isListed(rows);
    listed = rows;
    if (isUnchanged) return { rows, folded: 0 };

    yield;
    const groups = yield* groupRows(rows);
    addGone(groups, known.slice(rows.length));
    for (const [index, row] of remembered.slice(known.length).entries()) {
      if (index % BATCH === 0) yield;
      keepRemainder(row, (shownKey) => groups.has(shownKey) || shownKey !== key(row));
    }
    const before = pairRows(earlier, rows, identity);
    for (const [index, row] of rows.entries()) {
      if (index % BATCH === BATCH - 1) yield;
      const same = before(index);
      if (same === undefined || !kind.fell(same, row)) continue;
      keepRemainder(same, (shownKey) => {
        const group = groups.get(shownKey);
        return group !== undefined && (group.summands.length > 1 || group.isOther);
      });
    }

    yield* addRemainders();
    let folded = 0;
    const shown: Row[] = [];
    for (const [shownKey, { first, summands, wanted, isOther }] of groups) {
      const [summand, ...others] = summands;
      const sum = others.length === 0 ? summand : yield* mergeAll(summand, others, merge);
      const remainder = remainders.get(shownKey);
      if (remainder !== undefined) shown.push(merge(sum, remainder));
      else shown.push(others.length === 0 ? first : sum);
      folded += wanted > 1 || isOther ? wanted : 0;
    }
    isPlain = shown.length === rows.length && shown.every((row, index) => row === rows[index]);
    return { rows: isPlain ? rows : shown, folded };
  };
}

/** What a text takes in UTF-8 once the characters are escaped that the text formats escape. */
function escapedBytes(text: string): number {
  let bytes = Buffer.byteLength(text);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === BACKSLASH || code === QUOTE || code === NEWLINE) bytes += 1;
  }
  return bytes;
}
