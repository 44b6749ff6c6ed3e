import type { RequestStats, Snapshot } from '../locust/snapshot.ts';
import { html, type HtmlValue, type SafeHtml } from './html.ts';
import {
  formatCount,
  formatQuantile,
  formatRate,
  formatSeconds,
  formatShare,
} from './status-page-format.ts';
import { stateBadge } from './status-page-state.ts';
import { figure } from './status-page-table.ts';
import { countWorkers } from './status-page-workers.ts';

const MAX_QUANTILE_TILES = 12;

/** The figures that one looks for first. */
export function tiles(snapshot: Snapshot): SafeHtml {
  const { users, totalRps, totalFailuresPerSecond, failRatio, aggregate } = snapshot;
  return html`<dl class="tiles">
    ${tile('State', stateBadge(snapshot.state), kindOfRun(snapshot), 'state')}
    ${tile('Users', figure(users, formatCount), workerCount(snapshot))}
    ${tile('Requests/s', figure(totalRps, formatRate), inAll(aggregate, 'requests'))}
    ${tile(
      'Failures/s',
      figure(totalFailuresPerSecond, formatRate),
      inAll(aggregate, 'failures'),
      isAboveZero(totalFailuresPerSecond) ? 'bad' : '',
    )}
    ${tile(
      'Fail ratio',
      figure(failRatio, formatShare),
      'of all requests',
      isAboveZero(failRatio) ? 'bad' : '',
    )}
    ${quantileTiles(snapshot)}
  </dl>`;
}

function kindOfRun({ workers }: Snapshot): string {
  return workers === null ? 'standalone' : 'distributed';
}

function workerCount({ workers }: Snapshot): string | null {
  if (workers === null) return null;
  const count = countWorkers(workers);
  return count === 1 ? 'on 1 worker' : `on ${formatCount(count)} workers`;
}

function inAll(aggregate: RequestStats | null, key: 'requests' | 'failures'): string | null {
  const count = aggregate?.[key] ?? null;
  return count === null ? null : `${formatCount(count)} in all`;
}

function quantileTiles({ currentQuantiles }: Snapshot): readonly SafeHtml[] {
  if (currentQuantiles.length === 0) {
    return [tile('Response time', figure(null, formatSeconds), 'none in the last 10 s')];
  }
  return currentQuantiles
    .slice(0, MAX_QUANTILE_TILES)
    .map(({ quantile, seconds }) =>
      tile(
        `Response time ${formatQuantile(quantile)}`,
        figure(seconds, formatSeconds),
        'over the last 10 s',
      ),
    );
}

function tile(label: string, value: HtmlValue, note: string | null, kind = ''): SafeHtml {
  return html`<div class="tile ${kind}">
    <dt>${label}</dt>
    <dd class="value">${value}</dd>
    ${note === null ? null : html`<dd class="note">${note}</dd>`}
  </div>`;
}

function isAboveZero(value: number | null): boolean {
  return value !== null && value > 0;
}
