import escapeHtml from 'escape-html';

import { colorOf, configOf, show } from './field-config.ts';
import type { Frame, Panel } from './panel-json.ts';

interface TimelineOptions {
  legend?: { showLegend?: boolean };
}

/** A row for each series, in which stretches of one value are one block. */
export function drawTimeline(panel: Panel, frames: readonly Frame[]): string {
  const fields = frames.flatMap(({ times, fields }) => fields.map((field) => ({ times, field })));
  const rows = fields.map(({ times, field }) => {
    const config = configOf(panel, field);
    const pixels = panel.gridPos.w * 75;
    const blocks = stretches(field.values).map(({ value, from, until }) => {
      if (value === null) return '';
      const { text, color = colorOf('text') } = show(value, config);
      const share = (until - from) / times.length;
      const fits = share * pixels > text.length * 8 + 8;
      const left = (from / times.length) * 100;
      const style = `left:${left}%;width:${share * 100}%;background:${color}`;
      return `<div style="${style}">${fits ? escapeHtml(text) : ''}</div>`;
    });
    const name = escapeHtml(config.displayName ?? field.name);
    return `<tr><th>${name}</th><td>${blocks.join('')}</td></tr>`;
  });
  const { legend } = (panel.options ?? {}) as TimelineOptions;
  return `<table class="timeline">${rows.join('')}
    <tr height="1"><th></th><td><p>${clockOf(frames[0]!.times)}</p></td></tr></table>
    ${legend?.showLegend === true ? legendOf(panel, frames) : ''}`;
}

/** The values that there are, in their colours. */
function legendOf(panel: Panel, frames: readonly Frame[]): string {
  const shown = frames.flatMap(({ fields }) =>
    fields.flatMap((field) => field.values.map((value) => ({ value, field }))),
  );
  const entries = shown.flatMap(({ value, field }) => {
    if (value === null) return [];
    const { text, color = colorOf('text') } = show(value, configOf(panel, field));
    return [`<li><i style="background:${color}"></i>${escapeHtml(text)}</li>`];
  });
  return `<ul class="legend">${[...new Set(entries)].join('')}</ul>`;
}

function clockOf(times: readonly number[]): string {
  const quarters = [0, 1, 2, 3, 4].map((n) => times[Math.round(((times.length - 1) * n) / 4)]!);
  return quarters
    .map((time) => `<time>${new Date(time * 1000).toISOString().slice(11, 19)}</time>`)
    .join('');
}

function stretches<Value>(
  values: readonly Value[],
): { value: Value; from: number; until: number }[] {
  const found: { value: Value; from: number; until: number }[] = [];
  values.forEach((value, index) => {
    const last = found.at(-1);
    if (last?.value === value) last.until = index + 1;
    else found.push({ value, from: index, until: index + 1 });
  });
  return found;
}
