export type Labels = Readonly<Record<string, string>>;

/**
 * The labels of one time series. Each format writes them once, when it first needs them, and
 * keeps its bytes here, in memory of their own: labels live long, and would keep all of Buffer's
 * pool that they are in.
 */
export interface LabelSet {
  readonly labels: Labels;
  text: Uint8Array | null;
  protobuf: Uint8Array | null;
}

export const NO_LABELS: LabelSet = labelSet({});

export function labelSet(labels: Labels): LabelSet {
  return { labels, text: null, protobuf: null };
}

/** Bytes at the end of textLabels after the last label, if there are any labels. */
export const CLOSING_BYTES = 2;

/** Labels as both text formats write them, up to the value: `{a="b",c="d"} `, or ` ` for none. */
export function textLabels(set: LabelSet): Uint8Array {
  return (set.text ??= new Uint8Array(Buffer.from(writeText(set.labels))));
}

function writeText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? ' ' : `{${pairs.join(',')}} `;
}

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/**
 * Writes a number as the value of a label `le` or `quantile`, as OpenMetrics has it and as
 * Prometheus itself spells it when it reads protobuf: 1 is `1.0`, 1e6 is `1e+06`. Equal series
 * have one spelling.
 */
export function formatLabelNumber(value: number): string {
  if (value === Infinity) return '+Inf';
  const [mantissa = '', exponent = ''] = value.toExponential().split('e');
  const power = Number(exponent);
  if (value !== 0 && (power < -4 || power >= MAX_DIGITS)) {
    return `${mantissa}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const plain = String(value);
  return plain.includes('.') ? plain : `${plain}.0`;
}

/** Numbers with more digits before the point are written with an exponent. */
const MAX_DIGITS = 6;
