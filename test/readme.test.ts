import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { flagOf, SETTINGS, type Setting } from '../src/config/settings.ts';
import { CATALOG } from '../src/metrics/catalog.ts';
import { SELF_METRICS } from '../src/metrics/self.ts';

const README = join(import.meta.dirname, '../README.md');

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function settingsTable(): string {
  return table(
    ['variable', 'flag', 'default', 'meaning'],
    Object.entries<Setting<unknown>>(SETTINGS).map(([name, { default: preset, description }]) => [
      `\`${name}\``,
      `\`--${flagOf(name)}\``,
      `\`${preset}\``,
      description,
    ]),
  );
}

function metricsTable(): string {
  const own = Object.values(SELF_METRICS);
  const all = [...CATALOG.map((spec) => ({ ...spec, name: `locust_${spec.name}` })), ...own];
  return table(
    ['name', 'type', 'labels', 'meaning'],
    all.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );
}

/** Normalizes what Prettier does to a table: it pads the cells. */
function unpadded(text: string): string {
  return text.replace(/ +/g, ' ').replace(/-{3,}/g, '---').trim();
}

for (const [section, expected] of [
  ['settings', settingsTable()],
  ['metrics', metricsTable()],
] as const) {
  it(`README.md lists the ${section} that there are (UPDATE_README=1 writes them)`, () => {
    const readme = readFileSync(README, 'utf8');
    const between = new RegExp(`(<!-- ${section}:start -->)(.*?)(<!-- ${section}:end -->)`, 's');
    const found = between.exec(readme)?.[2];
    assert.ok(found !== undefined, `README.md has no markers of ${section}`);
    if (process.env['UPDATE_README'] === '1') {
      writeFileSync(
        README,
        readme.replace(
          between,
          (_all, start: string, _old, end: string) => `${start}\n\n${expected}\n\n${end}`,
        ),
      );
      return;
    }
    assert.equal(unpadded(found), unpadded(expected));
  });
}
