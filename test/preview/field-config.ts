import { formatValue } from './format-value.ts';
import type { Field, FieldConfig, Panel, Thresholds, ValueMapping } from './panel-json.ts';

const COLORS: Readonly<Record<string, string>> = {
  green: '#73bf69',
  red: '#f2495c',
  orange: '#ff9830',
  yellow: '#fade2a',
  blue: '#5794f2',
  purple: '#b877d9',
  text: '#ccccdc',
  transparent: 'transparent',
};
const PALETTE = [
  ...['#73bf69', '#f2cc0c', '#8ab8ff', '#ff780a', '#f2495c', '#5794f2', '#b877d9', '#56d9c8'],
  ...['#c4a57b', '#ffa6b0', '#9ea7b8', '#37872d'],
];

/** Of the series at this place of a chart. */
export function seriesColor({ color }: FieldConfig, index: number): string {
  const { mode = 'palette-classic', fixedColor = '' } = color ?? {};
  switch (mode) {
    case 'palette-classic':
      return PALETTE[index % PALETTE.length]!;
    case 'fixed':
      return colorOf(fixedColor);
    case 'shades':
      return `color-mix(in srgb, ${colorOf(fixedColor)} ${100 - 25 * (index % 4)}%, black)`;
    default:
      throw new Error(`the preview does not know the color mode ${mode}`);
  }
}

/** One of Grafana's colours by its name. */
export function colorOf(name: string): string {
  const color = COLORS[name];
  if (color === undefined) throw new Error(`the preview does not know the color ${name}`);
  return color;
}

/** What holds for a field: the panel's defaults, then each override that names it. */
export function configOf(panel: Panel, field: Field): FieldConfig {
  const config: FieldConfig = structuredClone(panel.fieldConfig?.defaults ?? {});
  for (const { matcher, properties } of panel.fieldConfig?.overrides ?? []) {
    if (!matches(matcher, field)) continue;
    for (const { id, value } of properties) {
      const custom = /^custom\.(.+)$/.exec(id)?.[1];
      if (custom === undefined) Object.assign(config, { [id]: value });
      else config.custom = { ...config.custom, [custom]: value };
    }
  }
  return config;
}

function matches({ id, options }: { id: string; options: string }, field: Field): boolean {
  switch (id) {
    case 'byName':
      return field.name === options;
    case 'byType':
      return field.values.some((value) => typeof value === options);
    default:
      throw new Error(`the preview does not know the matcher ${id}`);
  }
}

export interface Shown {
  text: string;
  /** None where the configuration gives none. */
  color: string | undefined;
}

/** Text and colour of a value, by mappings, unit and thresholds. */
export function show(value: number | string | null | undefined, config: FieldConfig): Shown {
  if (value === null || value === undefined)
    return { text: config.noValue ?? '–', color: undefined };
  const mapped = (config.mappings ?? []).flatMap((mapping) => mappedBy(mapping, value))[0];
  const text =
    mapped?.text ??
    (typeof value === 'string' ? value : formatValue(value, config.unit, config.decimals));
  const threshold =
    typeof value === 'number' ? thresholdColor(value, config.thresholds) : undefined;
  const fixed = config.color?.mode === 'fixed' ? config.color.fixedColor : undefined;
  const color = mapped?.color ?? fixed ?? threshold;
  return { text, color: color === undefined ? undefined : colorOf(color) };
}

interface Mapped {
  text?: string;
  color?: string;
}

function mappedBy({ type, options }: ValueMapping, value: number | string): Mapped[] {
  if (type !== 'value') throw new Error(`the preview does not know mappings of the type ${type}`);
  const found = options[String(value)] as Mapped | undefined;
  return found === undefined ? [] : [found];
}

function thresholdColor(value: number, thresholds: Thresholds | undefined): string | undefined {
  return thresholds?.steps.findLast((step) => step.value === null || value >= step.value)?.color;
}
