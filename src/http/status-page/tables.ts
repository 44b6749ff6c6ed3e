import type { ErrorOccurrences, Snapshot, Worker, Workers } from '../../locust/snapshot.ts';
import { formatBytes, formatCount, formatPercent, UNIT_SEPARATOR } from './format.ts';
import { html, type HtmlValue, type SafeHtml } from './html.ts';

const MAX_SHOWN_CHARACTERS = 600;
const MAX_TITLE_CHARACTERS = 2000;

/** Rows that one table of the page shows at most. */
export const MAX_ROWS = 500;

export interface TableSection {
  readonly id: string;
  readonly heading: string;
  readonly count: string | null;
  /** Caption of the table, for screen readers. */
  readonly caption: string;
  readonly notices: readonly (string | null)[];
  readonly head: SafeHtml;
  readonly rows: readonly SafeHtml[];
  readonly foot?: SafeHtml | null;
  /** Shown in place of a table without rows. */
  readonly empty: string;
}

/** A heading with its table, which scrolls inside its own box. */
export function tableSection(section: TableSection): SafeHtml {
  const { id, heading, count, rows } = section;
  return html`<section aria-labelledby="${id}-heading">
    <h2 id="${id}-heading">
      ${heading} ${count === null ? null : html`<span class="count">${count}</span>`}
    </h2>
    ${section.notices
      .filter((notice) => notice !== null)
      .map((notice) => html`<p class="notice">${notice}</p>`)}
    ${rows.length === 0 ? html`<p class="empty">${section.empty}</p>` : scrollingTable(section)}
  </section>`;
}

function scrollingTable({ id, caption, head, rows, foot }: TableSection): SafeHtml {
  return html`<div class="scroll" tabindex="0" role="region" aria-labelledby="${id}-heading">
    <table class="${id}">
      <caption class="unseen">
        ${caption}
      </caption>
      <thead>
        ${head}
      </thead>
      <tbody>
        ${rows}
      </tbody>
      ${
        foot
          ? html`<tfoot>
              ${foot}
            </tfoot>`
          : null
      }
    </table>
  </div>`;
}

/** A figure with its unit in a smaller font, or a dash for null. */
export function figure(value: number | null, format: (value: number) => string): HtmlValue {
  if (value === null) return notReported;
  const [number, unit] = format(value).split(UNIT_SEPARATOR);
  if (unit === undefined) return number;
  return html`${number}<span class="unit">${UNIT_SEPARATOR}${unit}</span>`;
}

const notReported = html`<span aria-hidden="true">–</span><span class="unseen">not reported</span>`;

export type Tone = 'plain' | 'bad';

/** A table cell with a figure in it; a zero steps back, a bad value stands out. */
export function figureCell(
  value: number | null,
  format: (value: number) => string,
  tone: Tone = 'plain',
): SafeHtml {
  const faint = value === null || value === 0;
  return html`<td class="figure ${faint ? 'faint' : tone}">${figure(value, format)}</td>`;
}

/** Text from outside: isolated from its surroundings, line breaks kept, bounded, whole in the title. */
export function foreignText(text: string): SafeHtml {
  return html`<bdi title="${shorten(text, MAX_TITLE_CHARACTERS)}">${shorten(text)}</bdi>`;
}

export function shorten(text: string, maxCharacters = MAX_SHOWN_CHARACTERS): string {
  return text.length <= maxCharacters ? text : `${text.slice(0, maxCharacters - 1)}…`;
}

/** How many rows the cap leaves out, or `null` when all are shown. */
export function describeRest(total: number, metricsPath: string): string | null {
  const rest = total - MAX_ROWS;
  return rest > 0 ? `${formatCount(rest)} more at ${metricsPath}` : null;
}

/** What failed, the most frequent first. */
export function errorsSection(snapshot: Snapshot, metricsPath: string): SafeHtml {
  const errors = snapshot.errors.toSorted(byOccurrencesDescending);
  return tableSection({
    id: 'errors',
    heading: 'Errors',
    count: errors.length > 0 ? formatCount(errors.length) : null,
    caption: 'Errors by endpoint, the most frequent first.',
    notices: [
      snapshot.errorsTruncated
        ? 'Locust does not list all of its errors; rows may be missing here.'
        : null,
      snapshot.foldedErrors > 0
        ? `Rows with the same method, name and error, or above a limit, are added together (${formatCount(snapshot.foldedErrors)}).`
        : null,
      describeRest(errors.length, metricsPath),
    ],
    head: html`<tr>
      <th scope="col" class="figure">Occurrences</th>
      <th scope="col">Method</th>
      <th scope="col" class="name">Name</th>
      <th scope="col">Error</th>
    </tr>`,
    rows: errors.slice(0, MAX_ROWS).map(errorRow),
    empty: 'No errors.',
  });
}

function byOccurrencesDescending(a: ErrorOccurrences, b: ErrorOccurrences): number {
  return (b.occurrences ?? 0) - (a.occurrences ?? 0);
}

function errorRow({ occurrences, method, name, error }: ErrorOccurrences): SafeHtml {
  return html`<tr>
    ${figureCell(occurrences, formatCount)}
    <td class="method">${foreignText(method)}</td>
    <th scope="row" class="name">${foreignText(name)}</th>
    <td class="error">${foreignText(error)}</td>
  </tr>`;
}

/** From here on Locust itself warns that a worker cannot keep up. */
const BUSY_CPU_RATIO = 0.9;

export function workersSection(workers: Workers, metricsPath: string): SafeHtml {
  const { list } = workers;
  const total = countWorkers(workers);
  return tableSection({
    id: 'workers',
    heading: 'Workers',
    count: formatCount(total),
    caption: 'Workers of the distributed run.',
    notices: [describeRest(list.length, metricsPath)],
    head: html`<tr>
      <th scope="col" class="name">Worker</th>
      <th scope="col">State</th>
      <th scope="col" class="figure">Users</th>
      <th scope="col" class="figure">CPU</th>
      <th scope="col" class="figure">Memory</th>
    </tr>`,
    rows: list.slice(0, MAX_ROWS).map(workerRow),
    empty: total === 0 ? 'No worker has connected.' : 'This Locust only counts its workers.',
  });
}

/** Connected workers, in whatever state. */
export function countWorkers({ countByState }: Workers): number {
  return [...countByState.values()].reduce((sum, count) => sum + count, 0);
}

function workerRow({ id, state, users, cpuRatio, memoryBytes }: Worker): SafeHtml {
  const isBusy = cpuRatio !== null && cpuRatio >= BUSY_CPU_RATIO;
  return html`<tr>
    <th scope="row" class="name">${foreignText(id)}</th>
    <td>${stateBadge(state)}</td>
    ${figureCell(users, formatCount)}
    ${figureCell(cpuRatio, formatPercent, isBusy ? 'bad' : 'plain')}
    ${figureCell(memoryBytes, formatBytes)}
  </tr>`;
}

export type Mood = 'good' | 'busy' | 'idle' | 'warn' | 'bad';

const MOODS = new Map<string, Mood>([
  ['running', 'good'],
  ['spawning', 'busy'],
  ['cleanup', 'busy'],
  ['stopping', 'busy'],
  ['missing', 'warn'],
  ['down', 'bad'],
]);

/** How a state of Locust or of a worker is to be taken; one never heard of is `idle`. */
export function moodOf(state: string): Mood {
  return MOODS.get(state) ?? 'idle';
}

export function stateBadge(state: string): SafeHtml {
  return html`<span class="badge ${moodOf(state)}">${foreignText(state)}</span>`;
}
