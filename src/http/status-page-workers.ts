import type { Worker, Workers } from '../locust/snapshot.ts';
import { html, type SafeHtml } from './html.ts';
import { formatBytes, formatCount, formatPercent } from './status-page-format.ts';
import { stateBadge } from './status-page-state.ts';
import {
  describeRest,
  figureCell,
  foreignText,
  MAX_ROWS,
  tableSection,
} from './status-page-table.ts';

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
