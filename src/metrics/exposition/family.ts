/** Metrics as data: what the exposition formats write. */
export interface Family {
  /** The whole name; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'summary' | 'histogram';
  readonly help: string;
  readonly samples: Samples;
}

/** Samples that are made row by row when they are written, and not kept. */
export interface Samples {
  readonly rows: number;
  /** Adds those of one row, in the order of the exposition: none, one or several. */
  readonly ofRow: (row: number, add: AddSample) => void;
}

/**
 * @param labels by encodeLabels.
 * @param suffix what follows the family's name, such as `_sum`.
 * @param quantile for a summary: above 0, at most 1.
 */
export type AddSample = (
  labels: LabelBytes,
  value: number,
  suffix?: string,
  quantile?: number,
) => void;

export const NO_SAMPLES: Samples = { rows: 0, ofRow: () => undefined };

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
