import type { Steps } from '../../async/in-turns.ts';
import type { AddSample, Family } from './family.ts';
import { CLOSING_BYTES, NO_LABELS } from './family.ts';
import type { TextBuffer } from './text-buffer.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What ends an exposition. */
export const END: Readonly<Record<ExpositionFormat, string>> = { text: '', openmetrics: '# EOF\n' };

/** Bytes between two places to pause. */
const SLICE = 2 ** 17;

/**
 * Adds families to a text, as Prometheus text 0.0.4 or OpenMetrics 1.0.0, without END. One that
 * has no samples is left out.
 */
export function* renderFamilies(
  families: readonly Family[],
  format: ExpositionFormat,
  text: TextBuffer,
): Steps<void> {
  const closings = new Map<number, Buffer>();
  let pausedAt = text.length;
  for (const { name, type, help, samples } of families) {
    const names = encodeNames(name);
    let isBegun = false;
    const add: AddSample = (labels, value, suffix = '', quantile) => {
      if (!isBegun) text.add(headOf(name, type, help, format));
      isBegun = true;
      text.addBytes(names(suffix));
      if (quantile === undefined) {
        text.addBytes(labels);
      } else {
        const isFirst = labels === NO_LABELS;
        if (isFirst) text.add('{');
        else text.addBytes(labels, labels.length - CLOSING_BYTES);
        const closing = closeWith(quantile, format, closings);
        text.addBytes(isFirst ? closing.subarray(1) : closing);
      }
      text.addValue(value);
    };
    for (let row = 0; row < samples.rows; row += 1) {
      samples.ofRow(row, add);
      if (text.length - pausedAt < SLICE) continue;
      pausedAt = text.length;
      yield;
    }
  }
}

/** Makes the function that gives the name with a suffix. */
function encodeNames(name: string): (suffix: string) => Buffer {
  const plain = Buffer.from(name);
  const others = new Map<string, Buffer>();
  return (suffix) => {
    if (suffix === '') return plain;
    let bytes = others.get(suffix);
    if (bytes === undefined) others.set(suffix, (bytes = Buffer.from(name + suffix)));
    return bytes;
  };
}

function headOf(name: string, type: string, help: string, format: ExpositionFormat): string {
  // In OpenMetrics `_total` belongs to the sample and not to the family.
  const family =
    format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${type}\n`;
}

/** @returns `,quantile="0.5"} `, as found in `known`. */
function closeWith(quantile: number, format: ExpositionFormat, known: Map<number, Buffer>): Buffer {
  let closing = known.get(quantile);
  if (closing === undefined) {
    closing = Buffer.from(`,quantile="${quantileText(quantile, format)}"} `);
    known.set(quantile, closing);
  }
  return closing;
}

function quantileText(quantile: number, format: ExpositionFormat): string {
  // OpenMetrics writes 1 as `1.0`, so that a series has one spelling.
  return format === 'openmetrics' && quantile === 1 ? '1.0' : String(quantile);
}

function escapeHelp(help: string, format: ExpositionFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
