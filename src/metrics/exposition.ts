import type { Steps } from '../async/in-turns.ts';
import type { AddSample, Family } from './family.ts';
import { NO_LABELS } from './label-text.ts';
import type { TextBuffer } from './text-buffer.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What ends an exposition. */
export const END: Readonly<Record<ExpositionFormat, string>> = { text: '', openmetrics: '# EOF\n' };

/** Characters between two places to pause. */
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
  const quantiles = new Map<number, string>();
  let sincePause = 0;
  for (const { name, type, help, samples } of families) {
    let head = headOf(name, type, help, format);
    const add: AddSample = (labels, value, suffix = '', quantile) => {
      const closed = quantile === undefined ? '} ' : closeWith(quantile, format, quantiles);
      const line =
        head +
        (suffix === '' ? name : name + suffix) +
        (labels === NO_LABELS ? closeNone(closed) : labels + closed) +
        numberText(value) +
        '\n';
      head = '';
      text.add(line);
      sincePause += line.length;
    };
    for (let row = 0; row < samples.rows; row += 1) {
      samples.ofRow(row, add);
      if (sincePause > SLICE) {
        sincePause = 0;
        yield;
      }
    }
  }
}

function headOf(name: string, type: string, help: string, format: ExpositionFormat): string {
  // In OpenMetrics `_total` belongs to the sample and not to the family.
  const family =
    format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  return `# HELP ${family} ${escapeHelp(help, format)}\n# TYPE ${family} ${type}\n`;
}

/** @returns `,quantile="0.5"} `, as found in `known`. */
function closeWith(quantile: number, format: ExpositionFormat, known: Map<number, string>): string {
  let text = known.get(quantile);
  if (text === undefined) {
    text = `,quantile="${quantileText(quantile, format)}"} `;
    known.set(quantile, text);
  }
  return text;
}

/** What closes labels where none were opened. */
function closeNone(closed: string): string {
  return closed === '} ' ? ' ' : `{${closed.slice(1)}`;
}

function quantileText(quantile: number, format: ExpositionFormat): string {
  // OpenMetrics wants `1.0`, by which a series is the same whoever exposes it.
  return format === 'openmetrics' && quantile === 1 ? '1.0' : String(quantile);
}

function numberText(value: number): string {
  if (Number.isFinite(value)) return String(value);
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? '+Inf' : '-Inf';
}

function escapeHelp(help: string, format: ExpositionFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
