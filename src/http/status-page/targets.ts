import type { Outcome, Problem } from '../../target/outcome.ts';
import { formatCount, formatDuration, formatRate } from './format.ts';
import { html, type HtmlValue, type SafeHtml } from './html.ts';
import { figureCell, foreignText, MAX_ROWS, stateBadge, tableSection } from './tables.ts';

/** One of the Locusts that /probe has read. */
export interface TargetRow {
  readonly url: string;
  /** Empty for none. */
  readonly module: string;
  /** Unix time in ms. */
  readonly scrapedUnixMs: number;
  /** null before the first read is over. */
  readonly outcome: Pick<Outcome, 'report' | 'problem'> | null;
}

/** The Locusts that /probe has read in the last ten minutes, the latest one first. */
export function targetsSection(targets: readonly TargetRow[], nowMs: number): SafeHtml {
  const rest = targets.length - MAX_ROWS;
  return tableSection({
    id: 'targets',
    heading: 'Targets',
    count: formatCount(targets.length),
    caption: 'Locusts that /probe has read in the last ten minutes, the latest one first.',
    notices: [rest > 0 ? `${formatCount(rest)} more were read before these` : null],
    head: html`<tr>
      <th scope="col" class="name">Locust</th>
      <th scope="col">Module</th>
      <th scope="col">State</th>
      <th scope="col" class="figure">Users</th>
      <th scope="col" class="figure">Requests/s</th>
      <th scope="col">Last scrape</th>
      <th scope="col">What is wrong</th>
    </tr>`,
    rows: targets.slice(0, MAX_ROWS).map((row) => targetRow(row, nowMs)),
    empty: 'No Locust was read in the last ten minutes.',
  });
}

function targetRow({ url, module, scrapedUnixMs, outcome }: TargetRow, nowMs: number): SafeHtml {
  const snapshot = outcome?.report.snapshot ?? null;
  const problem = outcome?.problem ?? null;
  const state = snapshot?.state ?? (problem === null ? 'waiting' : 'down');
  return html`<tr>
    <th scope="row" class="name">${foreignText(url)}</th>
    <td>${foreignText(module)}</td>
    <td>${stateBadge(state)}</td>
    ${figureCell(snapshot?.users ?? null, formatCount)}
    ${figureCell(snapshot?.totalRps ?? null, formatRate)}
    <td>${formatDuration(nowMs - scrapedUnixMs)} ago</td>
    <td class="error">${problem && whatIsWrong(problem, nowMs)}</td>
  </tr>`;
}

/** Keeps the line breaks of the text. */
function whatIsWrong({ code, message, sinceMs }: Problem, nowMs: number): HtmlValue {
  return html`${foreignText(`${code}: ${message}`)} for ${formatDuration(nowMs - sinceMs)}`;
}
