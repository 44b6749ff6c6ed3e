import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { flagOf, SETTINGS, type Setting } from '../../src/config/settings.ts';
import { ERROR_CODES } from '../../src/locust/errors.ts';
import { IGNORED_KINDS } from '../../src/locust/snapshot.ts';
import { knownMetrics } from '../helpers/known-metrics.ts';
import { analyzePromql } from '../helpers/promql.ts';
import { PAGES_WITH_TABLES, ROOT, withNewTables } from './generated-tables.ts';

const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

for (const page of PAGES_WITH_TABLES) {
  it(`${page} has the tables that the code makes ("npm run docs:tables" writes them)`, async () => {
    assert.equal(read(page), await withNewTables(page));
  });
}

it('README.md names settings that there are, with their defaults', () => {
  const section = sectionOf('README.md', '## Settings');
  const rows = Array.from(section.matchAll(/^\| (`.*?) +\| (.*?) +\|/gm));
  assert.equal(rows.length, 10);
  for (const [, names, preset] of rows) {
    const settings = Array.from(names!.matchAll(/`(\w+)`/g), ([, name]) => name!);
    assert.ok(settings.length > 0, names);
    const defaults = settings.map((name) => {
      assert.ok(Object.hasOwn(SETTINGS, name), name);
      return SETTINGS[name as keyof typeof SETTINGS].default;
    });
    assert.equal(preset!.replaceAll('`', ''), [...new Set(defaults)].join(), names);
  }
});

const PAGES_WITH_SETTINGS = [
  ...['README.md', 'docs/settings.md', 'docs/deploy.md', 'docs/end-of-run.md'],
  'docs/many-locusts.md',
];

it('the pages name settings and flags that there are', () => {
  const settings = new Set(Object.keys(SETTINGS));
  const families = new Set([...['MAX', 'LOCUST', 'PUSHGATEWAY', 'PROBE', 'WEB', 'METRIC', 'LOG']]);
  const flags = new Set(Object.keys(SETTINGS).map(flagOf));
  const aliases = Object.values<Setting<unknown>>(SETTINGS).flatMap(({ alias }) =>
    alias === undefined ? [] : [alias.variable, alias.flag],
  );
  // What Locust and the examples of Docker Compose call theirs.
  const others = new Set([...aliases, 'LOCUST_HOST', 'LOCUST_EXPORTER_URI']);
  for (const page of PAGES_WITH_SETTINGS) {
    for (const [name, family] of read(page).matchAll(/\b([A-Z]+)(?:_[A-Z]+)+\b/g)) {
      if (!families.has(family!) || others.has(name)) continue;
      assert.ok(settings.has(name), `${name} in ${page}`);
    }
    for (const [, flag] of read(page).matchAll(/(?:^ +|npx |`)locust-exporter --([a-z-]+)/gm)) {
      if (['help', 'version', 'check-config'].includes(flag!)) continue;
      assert.ok(flags.has(flag!), `--${flag!} in ${page}`);
    }
  }
});

it('docs/metrics.md asks Prometheus for metrics and labels that there are', async () => {
  const known = await knownMetrics();
  const labelsOf = (metric: string) => {
    const labels = known.get(metric)?.labels;
    assert.ok(labels, `no metric ${metric}`);
    return labels;
  };
  const [, examples = ''] = /```promql\n(.*?)```/s.exec(read('docs/metrics.md')) ?? [];
  const queries = examples.split('\n\n').map((query) => query.replace(/^#.*\n/gm, '').trim());
  assert.ok(queries.length > 5);
  for (const query of queries) assert.ok(analyzePromql(query, labelsOf).selectors.length > 0);
});

it('the pages name metrics that there are', async () => {
  const known = await knownMetrics();
  for (const page of [
    ...['README.md', 'docs/metrics.md', 'docs/troubleshooting.md', 'docs/many-locusts.md'],
  ]) {
    for (const [, name] of read(page).matchAll(/`(locust_\w*[a-z])(?:\{[^`]*)?`/g)) {
      assert.ok(known.has(name!), `${name!} in ${page}`);
    }
  }
});

it('docs/troubleshooting.md explains the error codes that there are', () => {
  assert.deepEqual(firstCells('docs/troubleshooting.md', '## Error codes'), ERROR_CODES);
});

it('docs/troubleshooting.md explains the kinds of ignored values that there are', () => {
  const kinds = firstCells('docs/troubleshooting.md', '## Ignored values');
  assert.deepEqual(kinds, IGNORED_KINDS);
});

function sectionOf(page: string, heading: string): string {
  const [, section] = read(page).split(`\n${heading}\n`);
  assert.ok(section !== undefined, `${page} has no ${heading}`);
  return section.split('\n## ')[0]!;
}

function firstCells(page: string, heading: string): string[] {
  return Array.from(sectionOf(page, heading).matchAll(/^\| `(\w+)`/gm), ([, cell]) => cell!);
}
