/** A column of a table: its heading, and the cell of a row. */
export interface Column<Row> {
  readonly heading: string;
  readonly cell: (row: Row) => string;
  /** Numbers are aligned to the right by default. */
  readonly align?: 'left' | 'right';
}

export function markdownTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const lines = [
    columns.map(({ heading }) => heading),
    columns.map(({ align }) => (align === 'left' ? '---' : '---:')),
    ...rows.map((row) => columns.map(({ cell }) => cell(row))),
  ];
  return lines.map((cells) => `| ${cells.map(escapeCell).join(' | ')} |\n`).join('');
}

function escapeCell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** With three figures at least; absent where there is no such number. */
export function figure(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(digits, 4));
}

export function mebibytes(bytes: number | undefined): string {
  return Number.isFinite(bytes) ? (Number(bytes) / 2 ** 20).toFixed(1) : '–';
}
