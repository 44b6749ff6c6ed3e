import { html, type HtmlValue, type SafeHtml } from './html.ts';
import { formatCount, UNIT_SEPARATOR } from './status-page-format.ts';

const MAX_SHOWN_CHARACTERS = 600;
const MAX_TITLE_CHARACTERS = 2000;

/** Rows that one table of the page shows at most. */
export const MAX_ROWS = 500;

export interface TableSection {
  readonly id: string;
  readonly heading: string;
  readonly count: string | null;
  /** What the table holds, for those who do not see its heading. */
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

/** A figure with its unit set smaller, or a dash where there is none. */
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
