export type Labels = Readonly<Record<string, string>>;

/** Labels as both formats write them, up to the value: `{a="b",c="d"} `. */
export type LabelBytes = Uint8Array;

/** Bytes at the end of LabelBytes after the last label, if there are any labels. */
export const CLOSING_BYTES = 2;

export const NO_LABELS: LabelBytes = encode(' ');

export function encodeLabels(labels: Labels): LabelBytes {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? NO_LABELS : encode(`{${pairs.join(',')}} `);
}

/** In memory of its own: labels live long, and would keep all of Buffer's pool that they are in. */
function encode(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text));
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
