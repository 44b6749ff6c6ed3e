import escapeHtml from 'escape-html';

import { configOf, show } from './field-config.ts';
import type { Frame, Panel } from './panel-json.ts';

interface TableOptions {
  sortBy?: { displayName: string; desc?: boolean }[];
}

export function drawTable(panel: Panel, [frame]: readonly Frame[]): string {
  if (frame === undefined || frame.times.length === 0) {
    return `<p class="nothing">${escapeHtml(panel.fieldConfig?.defaults.noValue ?? 'No data')}</p>`;
  }
  const columns = frame.fields.map((field) => {
    const config = configOf(panel, field);
    const isNumeric = field.values.some((value) => typeof value === 'number');
    return { field, config, isNumeric, name: config.displayName ?? field.name };
  });
  const head = columns.map(({ name, config, isNumeric }) => {
    const width = config.custom?.['width'] as number | undefined;
    const style = width === undefined ? '' : ` style="width:${width}px"`;
    return `<th class="${isNumeric ? 'number' : ''}"${style}>${escapeHtml(name)}</th>`;
  });
  const rows = sortedRows(panel, frame).map((row) => {
    const cells = columns.map(({ field, config, isNumeric }) => {
      const { text, color } = show(field.values[row], config);
      const { type } = (config.custom?.['cellOptions'] ?? { type: 'auto' }) as { type: string };
      const isColored = type === 'color-text' && color !== undefined;
      const style = isColored ? ` style="color:${color}"` : '';
      const link = (config.links ?? []).length > 0 ? ' link' : '';
      return `<td class="${isNumeric ? 'number' : ''}${link}"${style}>${escapeHtml(text)}</td>`;
    });
    return `<tr>${cells.join('')}</tr>`;
  });
  return `<table class="rows"><thead><tr>${head.join('')}</tr></thead>
    <tbody>${rows.join('')}</tbody></table>`;
}

function sortedRows(panel: Panel, frame: Frame): number[] {
  const [sort] = ((panel.options ?? {}) as TableOptions).sortBy ?? [];
  const rows = frame.times.map((_, index) => index);
  const field = frame.fields.find(({ name }) => name === sort?.displayName);
  if (sort === undefined) return rows;
  if (field === undefined) throw new Error(`no column ${sort.displayName} to sort by`);
  const sign = sort.desc === true ? -1 : 1;
  return rows.toSorted((a, b) => sign * compare(field.values[a], field.values[b]));
}

function compare(a: Frame['fields'][number]['values'][number] | undefined, b: typeof a): number {
  if (typeof a === 'string' && typeof b === 'string') return a.localeCompare(b);
  return Number(a ?? -Infinity) - Number(b ?? -Infinity);
}
