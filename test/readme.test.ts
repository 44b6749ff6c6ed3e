import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { flagOf, SETTINGS, type Setting } from '../src/config/settings.ts';
import { ERROR_CODES } from '../src/locust/errors.ts';
import { CATALOG, UP, USERS } from '../src/metrics/catalog.ts';
import { LEGACY_CATALOG } from '../src/metrics/legacy-catalog.ts';
import { LEGACY_BUILD_INFO, SELF_METRICS } from '../src/metrics/self.ts';
import { knownMetrics } from './helpers/known-metrics.ts';
import { analyzePromql } from './helpers/promql.ts';

const ROOT = join(import.meta.dirname, '..');

const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function code(text: string | undefined): string {
  return text === undefined ? '' : `\`${text}\``;
}

function labelList(labels: readonly string[]): string {
  return labels.map(code).join(', ');
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

/** Normalizes what Prettier does to a table: it pads the cells. */
function unpadded(text: string): string {
  return text.replace(/ +/g, ' ').replace(/-{3,}/g, '---').trim();
}

for (const [file, section, expected] of [
  ['README.md', 'settings', settingsTable()],
  ['README.md', 'metrics', metricsTable()],
  ['docs/migrate.md', 'aliases', aliasesTable()],
  ['docs/migrate.md', 'legacy-metrics', legacyMetricsTable()],
] as const) {
  it(`${file} lists the ${section} that there are (UPDATE_README=1 writes them)`, () => {
    const text = read(file);
    const between = new RegExp(`(<!-- ${section}:start -->)(.*?)(<!-- ${section}:end -->)`, 's');
    const found = between.exec(text)?.[2];
    assert.ok(found !== undefined, `${file} has no markers of ${section}`);
    if (process.env['UPDATE_README'] === '1') {
      writeFileSync(
        join(ROOT, file),
        text.replace(
          between,
          (_all, start: string, _old, end: string) => `${start}\n\n${expected}\n\n${end}`,
        ),
      );
      return;
    }
    assert.equal(unpadded(found), unpadded(expected));
  });
}

it('README.md asks Prometheus for metrics and labels that there are', async () => {
  const known = await knownMetrics();
  const labelsOf = (metric: string) => {
    const labels = known.get(metric)?.labels;
    assert.ok(labels, `no metric ${metric}`);
    return labels;
  };
  const [, examples = ''] = /```promql\n(.*?)```/s.exec(read('README.md')) ?? [];
  const queries = examples.split('\n\n').map((query) => query.replace(/^#.*\n/gm, '').trim());
  assert.ok(queries.length > 5);
  for (const query of queries) assert.ok(analyzePromql(query, labelsOf).selectors.length > 0);
});

it('README.md explains the error codes that there are', () => {
  const section = read('README.md').split('## When `locust_up` is 0')[1]?.split('\n## ')[0] ?? '';
  const codes = Array.from(section.matchAll(/^\| `(\w+)`/gm), ([, code]) => code);
  assert.deepEqual(codes, ERROR_CODES);
});
