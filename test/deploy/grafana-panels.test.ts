import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { panelsOf, readDashboards, type PanelJson } from '../helpers/dashboard-queries.ts';

/** Options in PanelCfg of Grafana 13's table. */
const TABLE_OPTIONS = [
  ...['cellHeight', 'disableKeyboardEvents', 'enablePagination', 'frameIndex', 'frozenColumns'],
  ...['maxRowHeight', 'pageSize', 'showHeader', 'showTypeIcons', 'sortBy'],
];

interface Override {
  readonly matcher: { readonly options: string };
  readonly properties: readonly { readonly id: string; readonly value: unknown }[];
}

interface TableJson extends PanelJson {
  readonly options: { readonly sortBy: readonly object[] };
  readonly transformations: readonly {
    readonly id: string;
    readonly options: { readonly renameByName: Readonly<Record<string, string>> };
  }[];
}

const panels = readDashboards().flatMap(({ file, json }) =>
  panelsOf(json).map((panel) => ({ name: `${file}: ${panel.title!}`, panel })),
);
const tables = panels
  .filter(({ panel }) => panel.type === 'table')
  .map(({ name, panel }) => ({ name, table: panel as TableJson }));

function columnsOf({ transformations }: TableJson): string[] {
  const { options } = transformations.find(({ id }) => id === 'organize')!;
  return [...new Set(Object.values(options.renameByName))];
}

describe('the tables of the dashboards', () => {
  it('have no option that Grafana 13 does not know', () => {
    assert.ok(tables.length >= 6);
    for (const { name, table } of tables) {
      const unknown = Object.keys(table.options).filter((key) => !TABLE_OPTIONS.includes(key));
      assert.deepEqual(unknown, [], name);
    }
  });

  it('say something else of an empty cell than of an empty table', () => {
    for (const { name, table } of tables) {
      const overrides = table.fieldConfig!.overrides as Override[];
      for (const column of columnsOf(table)) {
        const texts = overrides
          .filter(({ matcher }) => matcher.options === column)
          .flatMap(({ properties }) => properties)
          .flatMap(({ id, value }) => (id === 'noValue' ? [value] : []));
        assert.deepEqual(texts, ['–'], `${name}: ${column}`);
      }
    }
  });

  it('show the worst exporters first, and at least five of them', () => {
    const { table } = tables.find(({ name }) => name === 'exporter-health.json: Exporters')!;
    assert.deepEqual(table.options.sortBy, [
      { displayName: 'Reached', desc: false },
      { displayName: 'Age of the read', desc: true },
    ]);
    // A unit of the grid is 30 px and 8 px between two; title and header take 72, a row takes 36.
    assert.ok(table.gridPos.h * 38 - 8 - 72 >= 5 * 36);
  });
});

describe('the figures of the dashboards', () => {
  it('are requests where their unit is requests per second', () => {
    for (const { name, panel } of panels) {
      const isOfOthers = /error|read|push/i.test(panel.title!);
      assert.ok(!isOfOthers || panel.fieldConfig!.defaults.unit !== 'reqps', name);
    }
  });

  it('are never green without data', () => {
    let bases = 0;
    for (const { name, panel } of panels) {
      if (panel.type !== 'stat' && panel.type !== 'table') continue;
      for (const [, color] of JSON.stringify(panel).matchAll(/"value":null,"color":"(\w+)"/g)) {
        assert.equal(color, 'text', name);
        bases += 1;
      }
    }
    assert.ok(bases >= 10);
  });
});
