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
