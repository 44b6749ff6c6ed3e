import type { Labels } from './family.ts';

/**
 * Makes the labels of the rows of one read after another. A row has the same object as at
 * the read before, as long as it keeps its place, so that its text is written once and not
 * once per scrape.
 *
 * @param names are those of the labels and of the row's own fields with their values.
 */
export function createRowLabels<Name extends string>(
  names: readonly Name[],
): (rows: readonly Readonly<Record<Name, string>>[]) => readonly Labels[] {
  const known = new WeakMap<readonly Readonly<Record<Name, string>>[], readonly Labels[]>();
  let last: readonly Labels[] = [];
  return (rows) => {
    let labels = known.get(rows);
    if (labels === undefined) {
      labels = rows.map((row, index) => {
        const earlier = last[index];
        if (earlier !== undefined && names.every((name) => earlier[name] === row[name])) {
          return earlier;
        }
        return Object.fromEntries(names.map((name) => [name, row[name]]));
      });
      known.set(rows, labels);
      last = labels;
    }
    return labels;
  };
}
