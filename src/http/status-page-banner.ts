import { html, type SafeHtml } from './html.ts';
import { momentAgo } from './status-page-moment.ts';
import { foreignText } from './status-page-table.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly sinceMs: number;
}

/** What is wrong and since when; `null` when Locust answers as it should. */
export function banner(problem: Problem | null, isUp: boolean, nowMs: number): SafeHtml | null {
  if (problem === null) return isUp ? null : waitingBanner;
  return html`<section class="banner ${isUp ? 'warn' : 'bad'}" aria-labelledby="problem">
    <h2 id="problem">${isUp ? 'The last read of Locust failed' : 'Locust is down'}</h2>
    <p class="message">${foreignText(problem.message)}</p>
    <p class="since">
      <code>${foreignText(problem.code)}</code> since ${momentAgo(problem.sinceMs, nowMs)}
      ${isUp ? '· the figures below are older' : null}
    </p>
  </section>`;
}

const waitingBanner = html`<section class="banner" aria-labelledby="problem">
  <h2 id="problem">Waiting for Locust</h2>
  <p class="message">Locust has not been read yet.</p>
</section>`;
