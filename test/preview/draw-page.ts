import escapeHtml from 'escape-html';

import type { RangeOptions, RealPrometheus } from '../helpers/real-prometheus.ts';
import { substituteVariables } from '../helpers/dashboard-queries.ts';
import type { Chart, Mark } from './chart.ts';
import { drawPanel } from './draw-panel.ts';
import { colorOf } from './field-config.ts';
import type { Annotation, Dashboard, Panel } from './panel-json.ts';
import { queryPanel, type Question } from './query-panel.ts';
import { transformFrames } from './transform-frames.ts';

/** Of Grafana's grid: a row is 30 pixels high, with 8 between two of them. */
const ROW = 38;
const GAP = 8;
const COLUMNS = 24;

export interface Page {
  html: string;
  charts: Chart[];
}

/** A dashboard with what Prometheus gives for it, as a page without scripts, and its charts. */
export async function drawPage(dashboard: Dashboard, question: Question): Promise<Page> {
  const marks = await marksOf(dashboard.annotations.list, question);
  const charts: Chart[] = [];
  const boxes: string[] = [];
  for (const panel of dashboard.panels) {
    const frames = transformFrames(await queryPanel(panel, question), panel.transformations ?? []);
    const { html, chart } = drawPanel(panel, frames, marks, charts.length);
    if (chart !== undefined) charts.push(chart);
    boxes.push(`<section class="${panel.type}" style="${placeOf(panel)}">${html}</section>`);
  }
  const bottom = Math.max(...dashboard.panels.map(({ gridPos: { y, h } }) => y + h)) * ROW;
  const html = `<header><h1>${escapeHtml(dashboard.title)}</h1>${variablesOf(dashboard, question)}
    <span class="range">${clock(question.range.start)} – ${clock(question.range.end)}</span></header>
    <ul class="marks">${legendOf(dashboard.annotations.list)}</ul>
    <main style="height:${bottom}px">${boxes.join('\n')}</main>
    <footer>Real data of a real run, drawn by a preview of this repository. Not a screenshot of
    Grafana.</footer>`;
  return { html, charts };
}

function placeOf({ gridPos: { x, y, w, h } }: Panel): string {
  const column = `(100% + ${GAP}px) / ${COLUMNS}`;
  return [
    `left:calc(${column} * ${x})`,
    `width:calc(${column} * ${w} - ${GAP}px)`,
    `top:${y * ROW}px`,
    `height:${h * ROW - GAP}px`,
  ].join(';');
}

function variablesOf({ templating }: Dashboard, { variables }: Question): string {
  const shown = templating.list.filter(({ type, hide = 0 }) => type === 'query' && hide === 0);
  return shown
    .map(({ name, label = name }) => {
      const value = [variables[name] ?? []].flat().join(' + ');
      const text = value === '$__all' ? 'All' : value;
      return `<span class="variable"><b>${escapeHtml(label)}</b>${escapeHtml(text)}</span>`;
    })
    .join('');
}

function legendOf(annotations: readonly Annotation[]): string {
  return annotations
    .filter(({ target }) => target !== undefined)
    .map(
      ({ name, iconColor }) => `<li style="color:${colorOf(iconColor)}">┆ ${escapeHtml(name)}</li>`,
    )
    .join('');
}

/** As Grafana makes them: where a value is above 0, or at the time that the value is. */
async function marksOf(
  annotations: readonly Annotation[],
  { prometheus, variables, range }: Question,
): Promise<Mark[]> {
  const all = await Promise.all(
    annotations.map(async ({ target, iconColor, useValueForTime = false }) => {
      if (target === undefined) return [];
      const expr = substituteVariables(target.expr, variables);
      const times = await timesOf(prometheus, expr, range, useValueForTime);
      return times.map((time) => ({ time, color: colorOf(iconColor) }));
    }),
  );
  return all.flat();
}

async function timesOf(
  prometheus: RealPrometheus,
  expr: string,
  range: RangeOptions,
  useValueForTime: boolean,
): Promise<number[]> {
  const series = await prometheus.queryRange(expr, range);
  const points = series.flatMap((one) => one.points);
  const times = useValueForTime
    ? points.map(({ value }) => value / 1000)
    : points.filter(({ value }) => value > 0).map(({ time }) => time);
  return [...new Set(times)].filter((time) => time >= range.start && time <= range.end);
}

function clock(time: number): string {
  return new Date(time * 1000).toISOString().slice(11, 19);
}
