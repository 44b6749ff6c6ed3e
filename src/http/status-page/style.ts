/** The colours. Every pair of text and background keeps WCAG AA contrast in both themes. */
export const STATUS_PAGE_THEME = `
:root {
  color-scheme: light dark;
  --ground: #f5f7f5;
  --surface: #ffffff;
  --raised: #f0f3f0;
  --line: #dfe5e0;
  --rule: #c3ccc5;
  --text: #18201b;
  --faint: #5c6960;
  --link: #17704a;
  --bad: #b3261e;
  --good-ink: #0f5c39;
  --good-wash: #d8f2e3;
  --busy-ink: #17488a;
  --busy-wash: #dfeafb;
  --idle-ink: #414c45;
  --idle-wash: #e4e9e5;
  --warn-ink: #6f4500;
  --warn-wash: #fcebc8;
  --bad-ink: #8f1c16;
  --bad-wash: #fde3e0;
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #0f1311;
    --surface: #171c19;
    --raised: #1e2521;
    --line: #2b342f;
    --rule: #46524b;
    --text: #e5ebe7;
    --faint: #98a59d;
    --link: #6bd6a3;
    --bad: #ff948b;
    --good-ink: #86e3b3;
    --good-wash: #133525;
    --busy-ink: #a3c9ff;
    --busy-wash: #172d4a;
    --idle-ink: #c3cec7;
    --idle-wash: #2a332e;
    --warn-ink: #f7ca7c;
    --warn-wash: #3b2b0c;
    --bad-ink: #ffb3ac;
    --bad-wash: #431a17;
  }
}
`;

/** The part of the style sheet that sets headings, tables and their notices. */
export const STATUS_PAGE_TABLE_STYLE = `
main > section:not(.banner) { margin-top: 1.75rem; }
.count { margin-left: 0.2rem; color: var(--faint); font-weight: 400; }
.notice { margin-top: 0.25rem; color: var(--warn-ink); font-size: 0.8125rem; }
.empty {
  margin-top: 0.5rem;
  padding: 1.25rem;
  border: 1px dashed var(--line);
  border-radius: 12px;
  color: var(--faint);
  text-align: center;
}
.scroll {
  position: relative;
  max-height: max(85vh, 30rem);
  margin-top: 0.5rem;
  overflow: auto;
  border: 1px solid var(--line);
  border-radius: 12px;
  background: var(--surface);
}
table { width: 100%; border-collapse: separate; border-spacing: 0; font-size: 0.8125rem; }
th, td { padding: 0.4rem 0.625rem; text-align: left; vertical-align: top; }
th:first-child, td:first-child { padding-left: 1rem; }
th:last-child, td:last-child { padding-right: 1rem; }
thead { position: sticky; top: 0; z-index: 2; }
thead th {
  background: var(--raised);
  color: var(--faint);
  font-weight: 500;
  white-space: nowrap;
  vertical-align: bottom;
}
thead tr:not(:last-child) th { padding-bottom: 0.2rem; color: var(--text); font-weight: 600; }
thead tr:last-child th { border-bottom: 1px solid var(--line); }
tbody tr + tr > * { border-top: 1px solid var(--line); }
tbody th { font-weight: 400; }
tbody tr:hover > * { background: var(--raised); }
tfoot { position: sticky; bottom: 0; z-index: 2; }
tfoot tr > * { border-top: 1px solid var(--line); background: var(--raised); font-weight: 600; }
.figure { text-align: right; white-space: nowrap; }
td.bad { color: var(--bad); font-weight: 600; }
td.faint { color: var(--faint); }
.group { position: relative; text-align: center; }
.group::after {
  content: '';
  position: absolute;
  right: 0.625rem;
  bottom: 0;
  left: 0.625rem;
  border-bottom: 1px solid var(--rule);
}
.group:last-child::after { right: 1rem; }
.method, tbody .name, .error { font-family: var(--mono); font-size: 0.78125rem; }
.method { color: var(--faint); }
.name { min-width: 11rem; }
.error { min-width: 16rem; }
.method bdi, .name bdi, .error bdi {
  display: -webkit-box;
  overflow: hidden;
  -webkit-box-orient: vertical;
  -webkit-line-clamp: 4;
}
.method bdi { max-width: 8rem; }
table.errors .name { width: 30%; }
table.errors .figure { width: 1%; }

@media (max-width: 40rem) {
  table.endpoints tbody .name, table.workers tbody .name {
    position: sticky;
    left: 0;
    z-index: 1;
    background: var(--surface);
  }
  .name { min-width: 9rem; max-width: 11rem; }
  table.errors thead { position: absolute; clip-path: inset(50%); }
  table.errors tr { display: grid; grid-template-columns: auto auto 1fr; padding: 0.5rem 0; }
  table.errors tr + tr { border-top: 1px solid var(--line); }
  table.errors tr > * { padding: 0 0.5rem; border: 0; }
  table.errors tr > :first-child { padding-left: 1rem; font-weight: 600; }
  table.errors .name { width: auto; max-width: none; }
  table.errors .error { grid-column: 1 / -1; padding: 0.2rem 1rem 0; color: var(--faint); }
}
@media (prefers-reduced-motion: no-preference) { tbody tr > * { transition: background 0.12s; } }
@media print { .scroll { max-height: none; overflow: visible; } }
`;

/** The whole style sheet of the page. */
export const STATUS_PAGE_STYLE = `${STATUS_PAGE_THEME}
*, ::before, ::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0 auto;
  max-width: 84rem;
  padding: 1.25rem clamp(1rem, 3vw, 2rem) 2rem;
  background: var(--ground);
  color: var(--text);
  font: 0.9375rem/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  font-variant-numeric: tabular-nums;
}
h1, h2, p, dl, dd { margin: 0; }
h1 { font-size: 1.25rem; font-weight: 650; letter-spacing: -0.01em; }
h2 { font-size: 1rem; font-weight: 650; }
a { color: var(--link); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
a:hover { text-decoration-thickness: 2px; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
bdi { overflow-wrap: anywhere; white-space: pre-wrap; }
code { font: 0.8125rem var(--mono); }
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

header { display: flex; flex-wrap: wrap; align-items: center; gap: 0.25rem 0.625rem; }
header img { display: block; }
nav { display: flex; gap: 1.25rem; margin-left: auto; }
.facts { display: flex; flex-wrap: wrap; gap: 0.125rem 1.5rem; margin-top: 0.5rem; font-size: 0.8125rem; }
.facts > div { display: flex; gap: 0.4rem; min-width: 0; }
.facts dt { flex: none; color: var(--faint); }
.facts dd { min-width: 0; }

.banner {
  margin-top: 1.25rem;
  padding: 1rem 1.25rem;
  border-left: 4px solid currentColor;
  border-radius: 4px 12px 12px 4px;
  background: var(--idle-wash);
  color: var(--idle-ink);
}
.banner.bad { background: var(--bad-wash); color: var(--bad-ink); }
.banner.warn { background: var(--warn-wash); color: var(--warn-ink); }
.banner .message { margin-top: 0.25rem; color: var(--text); }
.banner .since { margin-top: 0.5rem; font-size: 0.8125rem; }
.banner code {
  margin-right: 0.25rem;
  padding: 0.1rem 0.45rem;
  border: 1px solid currentColor;
  border-radius: 6px;
}

.tiles {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr));
  gap: 0.75rem;
  margin-top: 1.25rem;
}
.tile {
  min-width: 0;
  padding: 0.8rem 1rem 0.75rem;
  border: 1px solid var(--line);
  border-radius: 12px;
  background: var(--surface);
}
.tile dt, .tile .note { color: var(--faint); font-size: 0.8125rem; }
.tile .value {
  font-size: 1.625rem;
  font-weight: 600;
  letter-spacing: -0.02em;
  line-height: 2.5rem;
  overflow-wrap: anywhere;
}
.tile .value .unit { font-size: 1rem; font-weight: 500; letter-spacing: 0; }
.tile.bad .value { color: var(--bad); }
.unit { color: var(--faint); line-height: 1; }
.tile .badge { padding: 0.25rem 0.75rem; font-size: 1rem; letter-spacing: 0; vertical-align: 0.15rem; }

.badge {
  display: inline-flex;
  align-items: center;
  gap: 0.45em;
  max-width: 100%;
  padding: 0.05rem 0.6rem;
  border-radius: 99px;
  background: var(--idle-wash);
  color: var(--idle-ink);
  font-size: 0.8125rem;
  font-weight: 600;
  line-height: 1.5;
}
.badge::before {
  content: '';
  flex: none;
  width: 0.5em;
  height: 0.5em;
  border-radius: 50%;
  background: currentColor;
}
.badge bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.badge.good { background: var(--good-wash); color: var(--good-ink); }
.badge.busy { background: var(--busy-wash); color: var(--busy-ink); }
.badge.warn { background: var(--warn-wash); color: var(--warn-ink); }
.badge.bad { background: var(--bad-wash); color: var(--bad-ink); }

footer { margin-top: 2rem; color: var(--faint); font-size: 0.8125rem; }
#offline {
  position: fixed;
  right: 1rem;
  bottom: 1rem;
  z-index: 3;
  max-width: calc(100vw - 2rem);
  padding: 0.4rem 0.9rem;
  border-radius: 99px;
  background: var(--text);
  color: var(--ground);
  font-size: 0.8125rem;
}
#offline[hidden] { display: none; }

@media (max-width: 40rem) {
  .tiles { grid-template-columns: 1fr 1fr; gap: 0.5rem; }
  .tile.state { grid-column: 1 / -1; display: flex; align-items: center; gap: 0.75rem; }
  .tile.state .value { min-width: 0; }
  .tile.state .note { margin-left: auto; }
  .facts { flex-direction: column; }
}
${STATUS_PAGE_TABLE_STYLE}`;
