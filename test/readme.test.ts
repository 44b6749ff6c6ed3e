import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { flagOf, SETTINGS, type Setting } from '../src/config/settings.ts';
import { CATALOG, UP, USERS } from '../src/metrics/catalog.ts';
import { LEGACY_CATALOG } from '../src/metrics/legacy-catalog.ts';
import { LEGACY_BUILD_INFO, SELF_METRICS } from '../src/metrics/self.ts';

const ROOT = join(import.meta.dirname, '..');

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
    const path = join(ROOT, file);
    const text = readFileSync(path, 'utf8');
    const between = new RegExp(`(<!-- ${section}:start -->)(.*?)(<!-- ${section}:end -->)`, 's');
    const found = between.exec(text)?.[2];
    assert.ok(found !== undefined, `${file} has no markers of ${section}`);
    if (process.env['UPDATE_README'] === '1') {
      writeFileSync(
        path,
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
