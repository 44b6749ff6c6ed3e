import { createHash } from 'node:crypto';
import type { Snapshot } from '../locust/snapshot.ts';
import { html, SafeHtml, type HtmlValue } from './html.ts';
import { banner, type Problem } from './status-page-banner.ts';
import { endpointsSection } from './status-page-endpoints.ts';
import { errorsSection } from './status-page-errors.ts';
import { icon } from './status-page-icon.ts';
import { moment, momentAgo } from './status-page-moment.ts';
import { STATUS_PAGE_SCRIPT } from './status-page-script.ts';
import { moodOf } from './status-page-state.ts';
import { STATUS_PAGE_STYLE } from './status-page-style.ts';
import { foreignText, shorten } from './status-page-table.ts';
import { tiles } from './status-page-tiles.ts';
import { workersSection } from './status-page-workers.ts';

export interface StatusView {
  /** `null` while Locust is down. */
  readonly snapshot: Snapshot | null;
  readonly problem: Problem | null;
  readonly info: { readonly version: string | null; readonly host: string | null } | null;
  readonly runStartTimeSeconds: number | null;
  /** Without credentials. */
  readonly locustUrl: string;
  readonly metricsPath: string;
  readonly exporterVersion: string;
  readonly docsUrl: string;
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
  const { snapshot } = view;
  const state = snapshot?.state ?? (view.problem === null ? 'waiting' : 'down');
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
          ${facts(view)} ${banner(view.problem, snapshot !== null, view.nowMs)}
          ${snapshot && sections(snapshot, view.metricsPath)}
        </main>
        <footer>locust-exporter ${view.exporterVersion}</footer>
        <p id="offline" role="status" hidden>Exporter not answering, trying again…</p>
        ${SCRIPT_ELEMENT}
      </body>
    </html> `.toString();
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

function facts({ locustUrl, info, runStartTimeSeconds: runStart, nowMs }: StatusView): SafeHtml {
  return html`<dl class="facts">
    ${fact('Locust', link(locustUrl, locustUrl))} ${foreignFact('Version', info?.version)}
    ${foreignFact('Host under test', info?.host)}
    ${runStart === null ? null : fact('Run started', momentAgo(runStart * 1000, nowMs))}
    ${fact('Updated', moment(nowMs))}
  </dl>`;
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

function sections(snapshot: Snapshot, metricsPath: string): readonly HtmlValue[] {
  return [
    tiles(snapshot),
    endpointsSection(snapshot, metricsPath),
    errorsSection(snapshot, metricsPath),
    snapshot.workers && workersSection(snapshot.workers, metricsPath),
  ];
}

/** A link where the address is one of the web, else the text alone. */
function link(url: string, text: string): SafeHtml {
  if (!/^https?:\/\//iu.test(url)) return foreignText(text);
  return html`<a href="${url}" rel="noreferrer">${foreignText(text)}</a>`;
}

function sha256(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
