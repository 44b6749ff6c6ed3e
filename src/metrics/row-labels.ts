import { labelText } from './label-text.ts';

type Rows<Name extends string> = readonly Readonly<Record<Name, string>>[];

/**
 * Makes the label texts of the rows of one read after another. A row has the same text as at
 * the read before, as long as it keeps its place, so that it is written once and not once per
 * scrape.
 *
 * @param names are those of the labels and of the row's own fields with their values.
 */
export function createRowLabels<Name extends string>(
  names: readonly Name[],
): (rows: Rows<Name>) => readonly string[] {
  let last: { readonly rows: Rows<Name>; readonly texts: readonly string[] } = {
    rows: [],
    texts: [],
  };
  return (rows) => {
    if (last.rows === rows) return last.texts;
    const texts = rows.map((row, index) => {
      const earlier = last.rows[index];
      const text = last.texts[index];
      const isSame = earlier !== undefined && names.every((name) => earlier[name] === row[name]);
      if (isSame && text !== undefined) return text;
      return labelText(Object.fromEntries(names.map((name) => [name, row[name]])));
    });
    last = { rows, texts };
    return texts;
  };
}
