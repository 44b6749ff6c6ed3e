import type { Family, Labels, Sample } from './family.ts';
import type { TextBuffer } from './text-buffer.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** What ends an exposition. */
export const END: Readonly<Record<ExpositionFormat, string>> = { text: '', openmetrics: '# EOF\n' };

/** Characters between two pauses. */
const SLICE = 2 ** 20;

/**
 * Adds families to a text, as Prometheus text 0.0.4 or OpenMetrics 1.0.0, without END. One that
 * has no samples is left out. It pauses in between, so that others can have their turn.
 */
export function* renderFamilies(
  families: Iterable<Family>,
  format: ExpositionFormat,
  text: TextBuffer,
): Generator<undefined, void> {
  let sincePause = 0;
  for (const { name, type, help, samples } of families) {
    if (samples.length === 0) continue;
    // In OpenMetrics `_total` belongs to the sample and not to the family.
    const familyName =
      format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
    text.add(`# HELP ${familyName} ${escapeHelp(help, format)}\n# TYPE ${familyName} ${type}\n`);
    for (const sample of samples) {
      const line = renderSample(name, sample, format);
      text.add(line);
      sincePause += line.length;
      if (sincePause > SLICE) {
        sincePause = 0;
        yield;
      }
    }
  }
}

function renderSample(
  name: string,
  { labels, value, suffix = '', quantile }: Sample,
  format: ExpositionFormat,
): string {
  let text = labelText(labels);
  if (quantile !== undefined) {
    text += `${text === '' ? '' : ','}quantile="${quantileText(quantile, format)}"`;
  }
  const braced = text === '' ? '' : `{${text}}`;
  return `${name}${suffix}${braced} ${numberText(value)}\n`;
}

const labelTexts = new WeakMap<Labels, string>();

function labelText(labels: Labels): string {
  let text = labelTexts.get(labels);
  if (text === undefined) {
    text = Object.entries(labels)
      .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
      .join(',');
    labelTexts.set(labels, text);
  }
  return text;
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

function escapeLabel(value: string): string {
  if (!/[\\"\n]/.test(value)) return value;
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function escapeHelp(help: string, format: ExpositionFormat): string {
  const escaped = help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
  return format === 'openmetrics' ? escaped.replaceAll('"', '\\"') : escaped;
}
