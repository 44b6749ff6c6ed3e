import { readFileSync } from 'node:fs';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';
import { flagOf, SETTINGS, type Setting } from '../../src/config/settings.ts';
import { CATALOG, UP, USERS } from '../../src/metrics/catalog.ts';
import { LEGACY_CATALOG } from '../../src/metrics/legacy-catalog.ts';
import { LEGACY_BUILD_INFO, SELF_METRICS } from '../../src/metrics/self.ts';
import { markdownTable } from '../bench/markdown-table.ts';
import { isAlert, ruleGroups } from '../deploy/prometheus-rules.ts';
import { replaceBetweenMarkers } from '../helpers/replace-between-markers.ts';
import { chartValues } from './chart-values.ts';

export const ROOT = path.join(import.meta.dirname, '../..');

/** The tables that are made from the code, by the page and by the name of their markers. */
const TABLES: Readonly<Record<string, Readonly<Record<string, () => string>>>> = {
  'docs/settings.md': { settings: settingsTable },
  'docs/metrics.md': { metrics: metricsTable },
  'docs/migrate.md': { aliases: aliasesTable, 'legacy-metrics': legacyMetricsTable },
  'docs/runbook.md': { alerts: alertsTable },
  'deploy/helm/locust-exporter/README.md': { values: chartValuesTable },
};

export const PAGES_WITH_TABLES = Object.keys(TABLES);

/** The text of a page with its tables made anew, formatted as Prettier wants it. */
export async function withNewTables(page: string): Promise<string> {
  const file = path.join(ROOT, page);
  let text = readFileSync(file, 'utf8');
  for (const [name, table] of Object.entries(TABLES[page] ?? {})) {
    text = replaceBetweenMarkers(text, name, table());
  }
  return format(text, { ...(await resolveConfig(file)), parser: 'markdown' });
}

function settingsTable(): string {
  return table(
    ['variable', 'flag', 'default', 'meaning'],
    Object.entries<Setting<unknown>>(SETTINGS).map(([name, { default: preset, description }]) => [
      code(name),
      code(`--${flagOf(name)}`),
      code(preset),
      description,
    ]),
  );
}

function metricsTable(): string {
  const own = Object.values(SELF_METRICS);
  const all = [...CATALOG.map((spec) => ({ ...spec, name: `locust_${spec.name}` })), ...own];
  return table(
    ['name', 'type', 'labels', 'meaning'],
    all.map(({ name, type, labels, help }) => [code(name), type, labelList(labels), help]),
  );
}

function chartValuesTable(): string {
  return table(
    ['value', 'default', 'meaning'],
    chartValues().map(({ name, preset, comment }) => [code(name), preset ?? '', comment]),
  );
}

function aliasesTable(): string {
  return table(
    ['variable before', 'flag before', 'variable now', 'flag now'],
    Object.entries<Setting<unknown>>(SETTINGS).flatMap(([name, { alias }]) =>
      alias === undefined
        ? []
        : [[code(alias.variable), code(`--${alias.flag}`), code(name), code(`--${flagOf(name)}`)]],
    ),
  );
}

function legacyMetricsTable(): string {
  return table(
    ['metric', 'labels', 'meaning', 'the same number now', 'the same for Aggregated'],
    [
      ...[UP, USERS].map(({ name, labels, help }) => [
        code(`locust_${name}`),
        labelList(labels),
        help,
        'this metric, unchanged',
        '',
      ]),
      ...LEGACY_CATALOG.map(({ name, labels, help, successor, successorOfTotal }) => [
        code(`locust_${name}`),
        labelList(labels),
        help,
        code(successor),
        code(successorOfTotal),
      ]),
      [
        code(LEGACY_BUILD_INFO.name),
        labelList(LEGACY_BUILD_INFO.labels),
        LEGACY_BUILD_INFO.help,
        code(SELF_METRICS.buildInfo.name),
        '',
      ],
    ],
  );
}

function alertsTable(): string {
  const alerts = ruleGroups().flatMap(({ rules }) => rules.filter(isAlert));
  return table(
    ['alert', 'severity', 'for', 'meaning', 'threshold'],
    alerts.map(({ alert, for: pending, labels, annotations, expr }) => [
      `[${code(alert)}](#${alert.toLowerCase()})`,
      labels['severity']!,
      pending,
      annotations['summary']!,
      thresholdsOf(expr),
    ]),
  );
}

function thresholdsOf(expr: string): string {
  const found = expr.matchAll(/([<>] [\d.]+) # threshold: (.*)/g);
  return Array.from(found, ([, limit, what]) => `${code(limit)} ${what!}`).join('; ');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = head.map((heading, at) => ({
    heading,
    cell: (row: readonly string[]) => row[at] ?? '',
    align: 'left' as const,
  }));
  return markdownTable(columns, rows);
}

/** An empty code span is no Markdown, so an empty text stays empty. */
function code(text: string | undefined): string {
  return text === undefined || text === '' ? '' : `\`${text}\``;
}

function labelList(labels: readonly string[]): string {
  return labels.map(code).join(', ');
}
