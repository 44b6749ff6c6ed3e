export type Labels = Readonly<Record<string, string>>;

/** The text of no labels. */
export const NO_LABELS = '';

/** @returns labels as both formats write them, but for the brace at the end: `{a="b",c="d"`. */
export function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? NO_LABELS : `{${pairs.join(',')}`;
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
