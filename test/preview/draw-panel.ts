import escapeHtml from 'escape-html';

import { drawChart, type Chart, type Mark } from './chart.ts';
import { drawStat } from './draw-stat.ts';
import { drawTable } from './draw-table.ts';
import { drawTimeline } from './draw-timeline.ts';
import type { Frame, Panel } from './panel-json.ts';

export interface DrawnPanel {
  html: string;
  chart?: Chart;
}

/** @throws Error for a panel of a type that the preview does not know. */
export function drawPanel(
  panel: Panel,
  frames: readonly Frame[],
  marks: readonly Mark[],
  chartNumber: number,
): DrawnPanel {
  if (panel.type === 'row') {
    return { html: `<h2>${escapeHtml(panel.title ?? '')}</h2>` };
  }
  const title = `<h3>${escapeHtml(panel.title ?? '')}</h3>`;
  if (panel.type === 'stat') return { html: title + drawStat(panel, frames) };
  if (frames.length === 0) {
    const text = panel.fieldConfig?.defaults.noValue ?? 'No data';
    return { html: `${title}<p class="nothing">${escapeHtml(text)}</p>` };
  }
  switch (panel.type) {
    case 'table':
      return { html: title + drawTable(panel, frames) };
    case 'state-timeline':
      return { html: title + drawTimeline(panel, frames) };
    case 'timeseries': {
      const { chart, legend } = drawChart(panel, frames, marks);
      return {
        html: `${title}<div class="chart" data-chart="${chartNumber}"></div>${legend}`,
        chart,
      };
    }
    default:
      throw new Error(`the preview does not know panels of the type ${panel.type}`);
  }
}
