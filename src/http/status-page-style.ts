import { STATUS_PAGE_TABLE_STYLE } from './status-page-table-style.ts';
import { STATUS_PAGE_THEME } from './status-page-theme.ts';

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
