import escapeHtml from 'escape-html';

import { calculate } from './chart.ts';
import { configOf, show } from './field-config.ts';
import type { Field, Frame, Panel } from './panel-json.ts';

interface StatOptions {
  reduceOptions?: { calcs?: string[] };
  textMode?: string;
  colorMode?: string;
}

/** One figure for each series, side by side. */
export function drawStat(panel: Panel, frames: readonly Frame[]): string {
  const options = (panel.options ?? {}) as StatOptions;
  const calc = options.reduceOptions?.calcs?.[0] ?? 'lastNotNull';
  const fields = frames.flatMap((frame) => frame.fields);
  const nothing: Field = { name: '', refId: 'A', labels: {}, values: [] };
  const shown = fields.length === 0 ? [nothing] : fields;
  const { textMode = 'auto' } = options;
  const isNamed = textMode === 'value_and_name' || (shown.length > 1 && textMode === 'auto');
  const figures = shown.map((field) => {
    const config = configOf(panel, field);
    const { text, color = '#ccccdc' } = show(calculate(calc, field.values), config);
    const name = config.displayName ?? field.name;
    return { name, text: textMode === 'name' && field.values.length > 0 ? name : text, color };
  });
  const longest = Math.max(...figures.map(({ text }) => text.length));
  const width = (panel.gridPos.w * 79) / shown.length - 30;
  const size = Math.min(38, (width / longest) * 1.55).toFixed(1);
  const boxes = figures.map(({ name, text, color }) => {
    const style =
      options.colorMode === 'background' ? `background:${color};color:#fff` : `color:${color}`;
    return `<div class="figure" style="${style}">
      ${isNamed ? `<span>${escapeHtml(name)}</span>` : ''}
      <b style="font-size:${size}px">${escapeHtml(text)}</b></div>`;
  });
  return `<div class="figures">${boxes.join('')}</div>`;
}
