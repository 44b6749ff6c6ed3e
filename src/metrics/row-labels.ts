import { encodeLabels, type LabelBytes } from './encode-labels.ts';

type Rows<Name extends string> = readonly Readonly<Record<Name, string>>[];

/**
 * Encodes the labels of the rows of one read after another. A row has the same bytes as at the
 * read before, as long as it keeps its place, so that they are made once and not once per scrape.
 *
 * @param names are those of the labels and of the row's own fields with their values.
 */
export function createRowLabels<Name extends string>(
  names: readonly Name[],
): (rows: Rows<Name>) => readonly LabelBytes[] {
  let last: { readonly rows: Rows<Name>; readonly labels: readonly LabelBytes[] } = {
    rows: [],
    labels: [],
  };
  return (rows) => {
    if (last.rows === rows) return last.labels;
    const labels = rows.map((row, index) => {
      const earlier = last.rows[index];
      const known = last.labels[index];
      const isSame = earlier !== undefined && names.every((name) => earlier[name] === row[name]);
      if (isSame && known !== undefined) return known;
      return encodeLabels(Object.fromEntries(names.map((name) => [name, row[name]])));
    });
    last = { rows, labels };
    return labels;
  };
}
