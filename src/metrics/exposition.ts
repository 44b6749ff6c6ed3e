import type { Family, Labels, Sample } from './family.ts';

export type ExpositionFormat = 'text' | 'openmetrics';

export const CONTENT_TYPES: Readonly<Record<ExpositionFormat, string>> = {
  text: 'text/plain; version=0.0.4; charset=utf-8',
  openmetrics: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
};

/** Writes families as Prometheus text 0.0.4 or OpenMetrics 1.0.0. One without samples is left out. */
export function renderExposition(families: Iterable<Family>, format: ExpositionFormat): string {
  const labelTexts = new Map<Labels, string>();
  let text = '';
  for (const family of families) {
    if (family.samples.length > 0) text += renderFamily(family, format, labelTexts);
  }
  return format === 'openmetrics' ? `${text}# EOF\n` : text;
}

function renderFamily(
  { name, type, help, samples }: Family,
  format: ExpositionFormat,
  labelTexts: Map<Labels, string>,
): string {
  // In OpenMetrics `_total` belongs to the sample and not to the family.
  const familyName =
    format === 'openmetrics' && type === 'counter' ? name.replace(/_total$/, '') : name;
  let text = `# HELP ${familyName} ${escapeHelp(help, format)}\n# TYPE ${familyName} ${type}\n`;
  for (const sample of samples) {
    let labels = labelTexts.get(sample.labels);
    if (labels === undefined) {
      labels = renderLabels(sample.labels);
      labelTexts.set(sample.labels, labels);
    }
    labels = withQuantile(labels, sample, format);
    const braced = labels === '' ? '' : `{${labels}}`;
    text += `${name}${sample.suffix ?? ''}${braced} ${renderNumber(sample.value)}\n`;
  }
  return text;
}

function renderLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${escapeLabel(value)}"`)
    .join(',');
}

function withQuantile(labels: string, { quantile }: Sample, format: ExpositionFormat): string {
  if (quantile === undefined) return labels;
  // OpenMetrics wants `1.0`, by which a series is the same whoever exposes it.
  const value = format === 'openmetrics' && quantile === 1 ? '1.0' : String(quantile);
  return `${labels === '' ? '' : `${labels},`}quantile="${value}"`;
}

function renderNumber(value: number): string {
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
