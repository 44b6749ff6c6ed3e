import type { Problem } from '../../target/outcome.ts';
import type { RecentPercentiles } from '../../target/recent-requests.ts';
import { createHash } from 'node:crypto';
import type { RequestStats, Snapshot } from '../../locust/snapshot.ts';
import { endpointsSection } from './endpoints.ts';
import {
  formatCount,
  formatQuantile,
  formatRate,
  formatSeconds,
  formatShare,
  moment,
  momentAgo,
} from './format.ts';
import { html, type HtmlValue, SafeHtml } from './html.ts';
import { STATUS_PAGE_SCRIPT } from './script.ts';
import { STATUS_PAGE_STYLE } from './style.ts';
import {
  countWorkers,
  errorsSection,
  figure,
  foreignText,
  type Mood,
  moodOf,
  shorten,
  stateBadge,
  workersSection,
} from './tables.ts';
import { targetsSection, type TargetRow } from './targets.ts';

export interface StatusView {
  /** `null` while Locust is down. */
  readonly snapshot: Snapshot | null;
  readonly problem: Problem | null;
  readonly info: { readonly version: string | null; readonly host: string | null } | null;
  readonly runStartTimeSeconds: number | null;
  /** null without the companion, and in the beginning. */
  readonly recent: RecentPercentiles | null;
  /** Without credentials; null if no Locust is read but those of /probe. */
  readonly locustUrl: string | null;
  /** The Locusts that /probe read lately; null if it is off. */
  readonly targets: readonly TargetRow[] | null;
  readonly metricsPath: string;
  readonly exporterVersion: string;
  readonly docsUrl: string;
  /** The documentation on how to load the companion. */
  readonly companionUrl: string;
  readonly nowMs: number;
}

/** Lets the page's own style and script run, and nothing else. */
export const STATUS_PAGE_CSP = [
  "default-src 'none'",
  `style-src '${sha256(STATUS_PAGE_STYLE)}'`,
  `script-src '${sha256(STATUS_PAGE_SCRIPT)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const STYLE_ELEMENT = new SafeHtml(`<style id="page-style">${STATUS_PAGE_STYLE}</style>`);
const SCRIPT_ELEMENT = new SafeHtml(`<script id="page-script">${STATUS_PAGE_SCRIPT}</script>`);

/** The page at `/`, for people. Everything in the view may be hostile. */
export function renderStatusPage(view: StatusView): string {
  const { snapshot, targets } = view;
  const state = stateOf(view);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="referrer" content="no-referrer" />
        <noscript><meta http-equiv="refresh" content="5" /></noscript>
        <title>${shorten(state)} · Locust exporter</title>
        <link rel="icon" href="${icon(moodOf(state))}" />
        ${STYLE_ELEMENT}
      </head>
      <body>
        ${header(state, view)}
        <main>
          ${facts(view)} ${view.locustUrl && banner(view.problem, snapshot !== null, view.nowMs)}
          ${snapshot && sections(snapshot, view)} ${targets && targetsSection(targets, view.nowMs)}
        </main>
        <footer>locust-exporter ${view.exporterVersion}</footer>
        <p id="offline" role="status" hidden>Exporter not answering, trying again…</p>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `.toString();
}

function stateOf({ locustUrl, snapshot, problem }: StatusView): string {
  if (locustUrl === null) return 'probing';
  return snapshot?.state ?? (problem === null ? 'waiting' : 'down');
}

function header(state: string, { metricsPath, docsUrl }: StatusView): SafeHtml {
  return html`<header>
    <img src="${icon(moodOf(state))}" alt="" width="28" height="28" />
    <h1>Locust exporter</h1>
    <nav aria-label="Links">
      <a href=".${metricsPath}">${metricsPath}</a> ${link(docsUrl, 'Docs')}
    </nav>
  </header>`;
}

function facts(view: StatusView): SafeHtml {
  const { locustUrl, info, runStartTimeSeconds: runStart, nowMs } = view;
  return html`<dl class="facts">
    ${locustUrl && fact('Locust', link(locustUrl, locustUrl))}
    ${foreignFact('Version', info?.version)} ${foreignFact('Host under test', info?.host)}
    ${runStart === null ? null : fact('Run started', momentAgo(runStart * 1000, nowMs))}
    ${companionFact(view)} ${fact('Updated', moment(nowMs))}
  </dl>`;
}

/** Whether the companion is loaded, with a link to its documentation. */
function companionFact({ snapshot, companionUrl }: StatusView): SafeHtml | null {
  if (snapshot === null) return null;
  const text = snapshot.companion === null ? 'not loaded' : 'loaded';
  return fact('Companion', link(companionUrl, text));
}

function fact(label: string, value: HtmlValue): SafeHtml {
  return html`<div>
    <dt>${label}</dt>
    <dd>${value}</dd>
  </div>`;
}

function foreignFact(label: string, value: string | null | undefined): SafeHtml | null {
  return value ? fact(label, foreignText(value)) : null;
}

function sections(snapshot: Snapshot, { metricsPath, recent }: StatusView): readonly HtmlValue[] {
  return [
    tiles(snapshot),
    endpointsSection(snapshot, recent, metricsPath),
    errorsSection(snapshot, metricsPath),
    snapshot.workers && workersSection(snapshot.workers, metricsPath),
  ];
}

/** A link for an http or https address, else the text alone. */
function link(url: string, text: string): SafeHtml {
  if (!/^https?:\/\//iu.test(url)) return foreignText(text);
  return html`<a href="${url}" rel="noreferrer">${foreignText(text)}</a>`;
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** What is wrong and since when; `null` when Locust responds as it should. */
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

const COLOURS: Record<Mood, string> = {
  good: '#2f9e6b',
  busy: '#3b82d6',
  idle: '#7b8a82',
  warn: '#d98e1f',
  bad: '#d6453d',
};

/** The page's icon as a data URL: three bars on the colour of the mood. */
export function icon(mood: Mood): string {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">
<rect width="16" height="16" rx="4" fill="${COLOURS[mood]}"/>
<path d="M4.5 12V9M8 12V6.5M11.5 12V4" stroke="#fff" stroke-width="2" stroke-linecap="round"/>
</svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}

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
