import type { ErrorOccurrences, Snapshot } from '../locust/snapshot.ts';
import { html, type SafeHtml } from './html.ts';
import { formatCount } from './status-page-format.ts';
import {
  describeRest,
  figureCell,
  foreignText,
  MAX_ROWS,
  tableSection,
} from './status-page-table.ts';

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
