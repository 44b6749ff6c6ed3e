import { escapeHtml, pythonJson } from './python-text.ts';
import { countWorkers, shownState } from './shown-state.ts';
import type { SimulatedRun } from './simulated-run.ts';
import { isWithin, type VersionRange } from './version-range.ts';

interface Page {
  readonly version: string;
  readonly host: string;
  readonly run: SimulatedRun;
}

interface PageLine extends VersionRange {
  readonly line: (page: Page) => string;
}

/** The lines that carry values; the host moved about a lot. */
const LEGACY_PAGE: readonly PageLine[] = [
  { line: () => '<!DOCTYPE html>' },
  { until: '2.1.0', line: () => '<title>Locust</title>' },
  { since: '2.2.0', line: () => '<title>Locust for locustfile.py</title>' },
  { line: ({ run }) => `<body class="${shownState(run)}">` },
  { since: '0.8.0', line: () => '<div class="value" id="host_url">' },
  { since: '0.8.0', until: '2.12.2', line: ({ host }) => `  ${escapeHtml(host)}` },
  { since: '2.13.0', until: '2.15.1', line: () => hostLink('') },
  { since: '2.16.0', line: ({ host }) => hostLink(escapeHtml(host)) },
  { since: '0.8.0', line: () => '</div>' },
  { line: ({ run }) => `<div class="value" id="status_text">\n${shownState(run)}\n</div>` },
  { line: ({ run }) => `<span id="userCount">${run.users}</span> users` },
  {
    since: '0.13.0',
    line: ({ host }) =>
      `<input type="text" name="host" id="host" class="val" value="${escapeHtml(host)}"/><br>`,
  },
  { until: '0.8.1', line: ({ version }) => `${version}<br>` },
  { since: '0.9.0', line: ({ version }) => `<h2>Version ${releaseLink(version)}</h2>` },
  { line: () => '</body>' },
];

/** The page of `/`, as far as it tells anything. */
export function renderIndexPage(page: Page): string {
  if (page.run.features.hasModernPage) return renderModernPage(page);
  return LEGACY_PAGE.filter((line) => isWithin(page.version, line))
    .map(({ line }) => `${line(page)}\n`)
    .join('');
}

function renderModernPage({ version, host, run }: Page): string {
  const templateArgs = {
    history: [],
    host,
    is_distributed: run.workers.length > 0,
    locustfile: 'locustfile.py',
    num_users: null,
    percentiles_to_chart: [0.5, 0.95],
    percentiles_to_statistics: [0.95, 0.99],
    run_time: null,
    spawn_rate: null,
    state: shownState(run),
    user_count: run.users,
    version,
    worker_count: countWorkers(run),
  };
  const json = pythonJson(templateArgs, { indented: false }).replace(
    /[<>&']/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const script = `<script>\n  window.templateArgs = ${json}\n</script>`;
  return `<!DOCTYPE html>\n<title>Locust</title>\n<div id="root"></div>\n${script}\n`;
}

function hostLink(text: string): string {
  return `<a id="host_url_link"><span id="host_url_link_value">${text}</span></a>`;
}

function releaseLink(version: string): string {
  const releases = 'https://github.com/locustio/locust/releases/tag';
  return `<a href="${releases}/${version}">${version}</a>`;
}
