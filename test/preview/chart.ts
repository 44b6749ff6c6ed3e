import escapeHtml from 'escape-html';

import { colorOf, configOf, seriesColor, show } from './field-config.ts';
import { formatTicks } from './format-value.ts';
import type { FieldConfig, Frame, Panel } from './panel-json.ts';

/** An event, drawn as a line from top to bottom of every chart. */
export interface Mark {
  time: number;
  color: string;
}

interface Axis {
  side: 'left' | 'right';
  label: string;
  max: number;
  ticks: number[];
  texts: string[];
}

interface Line {
  side: Axis['side'];
  color: string;
  width: number;
  fill: number;
  dash: number[];
  isBars: boolean;
  values: (number | null)[];
}

/** Everything that draw-charts.js needs; numbers, texts and colours, no rules. */
export interface Chart {
  times: number[];
  lines: Line[];
  axes: Axis[];
  limits: { side: Axis['side']; value: number; color: string }[];
  marks: readonly Mark[];
}

interface Series {
  name: string;
  values: (number | null)[];
  config: FieldConfig;
  color: string;
}

/** A chart to be drawn in the browser, and its legend as HTML. */
export function drawChart(
  panel: Panel,
  frames: readonly Frame[],
  marks: readonly Mark[],
): { chart: Chart; legend: string } {
  const series = frames
    .flatMap(({ fields }) => fields)
    .map((field, index): Series => {
      const config = configOf(panel, field);
      const color = seriesColor(config, index);
      const values = field.values as (number | null)[];
      return { name: config.displayName ?? field.name, values, config, color };
    });
  const lines = series.map(({ values, config, color }): Line => {
    const custom = config.custom ?? {};
    const dash = (custom['lineStyle'] as { dash?: number[] } | undefined)?.dash ?? [];
    return {
      side: sideOf(config),
      color,
      width: Number(custom['lineWidth'] ?? 1),
      fill: Number(custom['fillOpacity'] ?? 0) / 100,
      dash,
      isBars: custom['drawStyle'] === 'bars',
      values,
    };
  });
  const axes = (['left', 'right'] as const).flatMap((side) => axisOf(side, series, lines));
  const chart = { times: frames[0]!.times, lines, axes, limits: limitsOf(series), marks };
  return { chart, legend: legendOf(panel, series) };
}

const sideOf = (config: FieldConfig): Axis['side'] =>
  config.custom?.['axisPlacement'] === 'right' ? 'right' : 'left';

function axisOf(side: Axis['side'], series: readonly Series[], lines: readonly Line[]): Axis[] {
  const own = series.filter(({ config }) => sideOf(config) === side);
  if (own.length === 0) return [];
  const values = lines.filter((line) => line.side === side).flatMap((line) => line.values);
  const { unit, max, decimals, custom = {} } = own[0]!.config;
  const softMax = (custom['axisSoftMax'] as number | undefined) ?? 0;
  const largest = Math.max(softMax, ...values.map((value) => value ?? 0));
  const top = max ?? largest;
  const ticks = decimals === 0 && top <= 1 ? [0, 1] : ticksUpTo(top, unit);
  const label = (custom['axisLabel'] as string | undefined) ?? '';
  return [{ side, label, max: ticks.at(-1)!, ticks, texts: formatTicks(ticks, unit) }];
}

/** From 0 in four to six even steps, the last of which is at least the largest value. */
function ticksUpTo(largest: number, unit = ''): number[] {
  const top = largest > 0 ? largest : 1;
  const base = /^(bytes|binBps)$/.test(unit)
    ? 1024 ** Math.floor(Math.log(top) / Math.log(1024))
    : 1;
  const magnitude = 10 ** Math.floor(Math.log10(top / base / 4)) * base;
  const step = [1, 2, 2.5, 5, 10].map((n) => n * magnitude).find((n) => n * 5 >= top)!;
  const count = Math.ceil(top / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, n) => Number((n * step).toPrecision(12)));
}

function limitsOf(series: readonly Series[]): Chart['limits'] {
  const limits = series.flatMap(({ config }) => {
    const { mode } = (config.custom?.['thresholdsStyle'] ?? { mode: 'off' }) as { mode: string };
    if (mode === 'off') return [];
    return (config.thresholds?.steps ?? []).flatMap(({ value, color }) =>
      value === null ? [] : [{ side: sideOf(config), value, color: colorOf(color) }],
    );
  });
  return [...new Map(limits.map((limit) => [JSON.stringify(limit), limit])).values()];
}

const CALCS: Readonly<Record<string, { title: string; of(values: number[]): number }>> = {
  lastNotNull: { title: 'Last', of: (values) => values.at(-1)! },
  max: { title: 'Max', of: (values) => Math.max(...values) },
};

/** The value of a calculation over those values that there are. */
export function calculate(calc: string, values: readonly (number | string | null)[]) {
  const known = CALCS[calc];
  if (known === undefined) throw new Error(`the preview does not know the calculation ${calc}`);
  const numbers = values.filter((value) => typeof value === 'number');
  return numbers.length === 0 ? null : known.of(numbers);
}

interface LegendOptions {
  showLegend?: boolean;
  displayMode?: string;
  calcs?: string[];
  sortBy?: string;
}

function legendOf(panel: Panel, series: readonly Series[]): string {
  const options = (panel.options?.['legend'] ?? {}) as LegendOptions;
  if (options.showLegend === false) return '';
  const { calcs = [] } = options;
  const entry = ({ name, color, config }: Series) => {
    const side = sideOf(config) === 'right' ? ' <small>(right)</small>' : '';
    return `<i style="background:${color}"></i>${escapeHtml(name)}${side}`;
  };
  if (options.displayMode !== 'table') {
    return `<ul class="legend">${series.map((one) => `<li>${entry(one)}</li>`).join('')}</ul>`;
  }
  const sorted = options.sortBy?.startsWith('Last')
    ? series.toSorted((a, b) => lastOf(b) - lastOf(a))
    : series;
  const head = calcs.map((calc) => `<th>${CALCS[calc]?.title ?? calc}</th>`).join('');
  const room = panel.gridPos.h - 4;
  const rows = sorted.slice(0, room).map((one) => {
    const cells = calcs.map(
      (calc) => `<td>${escapeHtml(show(calculate(calc, one.values), one.config).text)}</td>`,
    );
    return `<tr><th>${entry(one)}</th>${cells.join('')}</tr>`;
  });
  const left = sorted.length - room;
  const more = left > 0 ? `<p>and ${left} more</p>` : '';
  return `<div class="legend"><table><tr><th></th>${head}</tr>${rows.join('')}</table>${more}</div>`;
}

function lastOf({ values }: Series): number {
  return calculate('lastNotNull', values) ?? -Infinity;
}
