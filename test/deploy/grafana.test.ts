import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { dashboardFiles } from '../../deploy/grafana/source/dashboards.ts';
import {
  DASHBOARD_FOLDER,
  panelsOf,
  readDashboards,
  type DashboardJson,
  type PanelJson,
  type ReadDashboard,
} from '../helpers/dashboard-queries.ts';
import { kustomizeBuild, whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import { needs } from '../helpers/requirement.ts';

const FOLDER = path.dirname(DASHBOARD_FOLDER);
const CURRENT_TYPES = ['heatmap', 'row', 'stat', 'state-timeline', 'table', 'timeseries'];

const dashboards = readDashboards();
const textOf = ({ json }: ReadDashboard) => JSON.stringify(json);
const byUid = (uid: string) => dashboards.find((dashboard) => dashboard.uid === uid);

describe('the dashboards', () => {
  it('are what their source makes (npm run deploy:dashboards writes them)', () => {
    const written = dashboardFiles();
    assert.deepEqual(
      written.map(([file]) => path.basename(file)).sort(),
      dashboards.map(({ file }) => file),
    );
    for (const [file, text] of written) assert.equal(readFileSync(file, 'utf8'), text, file);
  });

  it('have uids and titles of their own', () => {
    assert.deepEqual(dashboards.map(({ uid }) => uid).sort(), [
      'locust-endpoint-detail',
      'locust-exporter-health',
      'locust-run-overview',
    ]);
    assert.equal(new Set(dashboards.map(({ title }) => title)).size, dashboards.length);
  });

  it('need no edit after an import', () => {
    for (const { json } of dashboards) {
      assert.ok(!('__inputs' in json) && !('id' in json));
      assert.deepEqual(json.templating.list[0]?.name, 'datasource');
      assert.deepEqual(json.templating.list[0].query, 'prometheus');
      const sources = [
        ...panelsOf(json).flatMap(({ datasource, targets = [] }) => [
          datasource,
          ...targets.map((target) => target.datasource),
        ]),
        ...json.templating.list.slice(1).map(({ datasource }) => datasource),
        ...json.annotations.list.flatMap(({ datasource, target }) => [
          datasource,
          target?.datasource,
        ]),
      ];
      assert.ok(sources.length > 40);
      for (const source of sources) {
        assert.deepEqual(source, { type: 'prometheus', uid: '${datasource}' });
      }
    }
  });
});

for (const dashboard of dashboards) {
  const { title, json } = dashboard;

  describe(title, () => {
    it('has panels of the types that Grafana still has, all of them in words', () => {
      const titles = panelsOf(json).map((panel) => panel.title);
      assert.equal(new Set(titles).size, titles.length);
      for (const panel of json.panels) assert.ok(CURRENT_TYPES.includes(panel.type), panel.type);
      for (const panel of panelsOf(json)) {
        const { unit } = panel.fieldConfig?.defaults ?? {};
        assert.match(panel.title ?? '', /^[A-Z9]/);
        assert.match(panel.description ?? '', /^[A-Z0-9][^]+\.$/, panel.title);
        assert.ok(unit !== undefined && unit !== '', panel.title);
        assert.ok((panel.targets ?? []).length > 0, panel.title);
      }
    });

    it('fills its lines, one above the other', () => {
      assert.deepEqual(problemsOfLayout(json.panels), []);
      const ids = json.panels.map(({ id }) => id);
      assert.ok(ids.every((id) => Number.isInteger(id) && id > 0));
      assert.equal(new Set(ids).size, ids.length);
    });

    it('links to dashboards that are there, by variables that they have', () => {
      const links = [...textOf(dashboard).matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url!);
      assert.ok(links.length >= 2);
      assert.ok(!textOf(dashboard).includes('inControlsMenu'));
      for (const link of links) assert.deepEqual(problemsOfLink(link, dashboard), [], link);
    });

    it('hands on which Locust is chosen, and no more, by the links at its top', () => {
      for (const { url, includeVars = false } of json.links) {
        assert.equal(includeVars, false, url);
        assert.doesNotMatch(url, /quantile|method|endpoint:/);
      }
    });

    it('follows links from rows by columns that they have', () => {
      for (const panel of panelsOf(json)) {
        const columns = columnsOf(panel);
        const used = [...JSON.stringify(panel).matchAll(/\{__data\.fields\.(\w+)/g)];
        for (const [, column] of used) {
          assert.ok(columns.includes(column!), `${panel.title!}: ${column!}`);
        }
      }
    });

    it('has tables whose columns are those of its queries', () => {
      for (const panel of panelsOf(json).filter(({ type }) => type === 'table')) {
        // As Grafana calls them where several queries have a result, and where one alone has.
        const several = panel.targets!.map(({ refId }) => `Value #${refId}`);
        const names = ['Value', ...(several.length === 1 ? [] : several)];
        const { renameByName, excludeByName } = organized(panel);
        for (const name of names) {
          assert.ok(name in renameByName !== name in excludeByName, `${panel.title!}: ${name}`);
        }
        for (const name of Object.keys(renameByName)) {
          assert.ok(names.includes(name) || /^[a-z_]+$/.test(name), name);
        }
        const first = several.length === 1 ? 'Value' : several[0]!;
        assert.equal(renameByName['Value'], renameByName[first], panel.title);
        for (const column of overridden(panel)) {
          assert.ok(columnsOf(panel).includes(column), `${panel.title!}: ${column}`);
        }
      }
    });
  });
}

/** Panels that overlap, and places where there is none. */
function problemsOfLayout(panels: readonly Pick<PanelJson, 'gridPos'>[]): string[] {
  const taken = new Map<string, number>();
  let bottom = 0;
  for (const { gridPos } of panels) {
    const { x, y, w, h } = gridPos;
    bottom = Math.max(bottom, y + h);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        const place = `${column},${row}`;
        taken.set(place, (taken.get(place) ?? 0) + 1);
      }
    }
  }
  const problems = [...taken].flatMap(([place, times]) =>
    times > 1 || Number(place.split(',')[0]) >= 24 ? [place] : [],
  );
  return taken.size === 24 * bottom ? problems : [...problems, 'gaps'];
}

function problemsOfLink(link: string, from: ReadDashboard): string[] {
  const [, uid = '', search = ''] = /^\/d\/([\w-]+)(?:\?(.*))?$/.exec(link) ?? [];
  const to = byUid(uid);
  if (to === undefined) return [`no dashboard ${uid}`];
  const given = search === '' ? [] : search.split('&');
  return given.flatMap((one) => {
    const name = /^\$\{(\w+):queryparam\}$/.exec(one)?.[1] ?? /^var-(\w+)=\$\{__/.exec(one)?.[1];
    if (one === '${__url_time_range}') return [];
    if (name === undefined) return [`not understood: ${one}`];
    const has = ({ variables }: ReadDashboard) => variables.some((known) => known.name === name);
    return has(to) && (one.startsWith('var-') || has(from)) ? [] : [`no variable ${name}`];
  });
}

interface Organized {
  readonly renameByName: Readonly<Record<string, string>>;
  readonly excludeByName: Readonly<Record<string, boolean>>;
}

function organized(panel: PanelJson): Organized {
  const { transformations = [] } = panel as PanelJson & {
    transformations?: readonly { id: string; options: Organized }[];
  };
  return (
    transformations.find(({ id }) => id === 'organize')?.options ?? {
      renameByName: {},
      excludeByName: {},
    }
  );
}

const columnsOf = (panel: PanelJson) => Object.values(organized(panel).renameByName);

/** Columns that have a unit, a width or a link, and the one to sort by. */
function overridden(panel: PanelJson): string[] {
  const { options } = panel as PanelJson & {
    options: { sortBy: readonly { displayName: string }[] };
  };
  const overrides = panel.fieldConfig!.overrides as { matcher: { options: string } }[];
  return [
    ...overrides.map(({ matcher }) => matcher.options),
    ...options.sortBy.map(({ displayName }) => displayName),
  ];
}

describe('what these tests look for', () => {
  const at = (x: number, y: number, w: number, h: number) => ({ gridPos: { x, y, w, h } });

  it('is found: panels that overlap, are too wide or leave gaps', () => {
    assert.deepEqual(problemsOfLayout([at(0, 0, 12, 2), at(12, 0, 12, 2)]), []);
    assert.deepEqual(problemsOfLayout([at(0, 0, 24, 2), at(12, 1, 1, 1)]), ['12,1']);
    assert.notDeepEqual(problemsOfLayout([at(0, 0, 25, 1)]), []);
    assert.deepEqual(problemsOfLayout([at(0, 0, 12, 2), at(12, 0, 12, 1)]), ['gaps']);
  });

  it('is found: links that lead nowhere', () => {
    const from = byUid('locust-run-overview')!;
    assert.deepEqual(problemsOfLink('/d/locust-run-overview?${datasource:queryparam}', from), []);
    for (const link of [
      '/d/locust',
      '/d/locust-run-overview?${endpoint:queryparam}',
      '/d/locust-run-overview?var-endpoint=${__data.fields.Endpoint}',
      '/d/locust-endpoint-detail?${endpoint:queryparam}',
      '/d/locust-endpoint-detail?var-endpoint=/',
    ]) {
      assert.notDeepEqual(problemsOfLink(link, from), [], link);
    }
  });
});

const read = (file: string): unknown => parse(readFileSync(path.join(FOLDER, file), 'utf8'));

describe('the provisioning of Grafana', () => {
  it('gives the data source the scrape interval of Prometheus', () => {
    const { datasources } = read('provisioning/datasources/prometheus.yaml') as {
      datasources: { uid: string; type: string; url: string; jsonData: { timeInterval: string } }[];
    };
    const prometheus = read('../prometheus/prometheus.yml') as {
      global: { scrape_interval: string };
    };
    assert.equal(datasources.length, 1);
    const { uid, type, url, jsonData } = datasources[0]!;
    assert.deepEqual([uid, type, url], ['prometheus', 'prometheus', '${PROMETHEUS_URL}']);
    assert.equal(jsonData.timeInterval, prometheus.global.scrape_interval);
  });

  it('looks for dashboards in a folder', () => {
    const { providers } = read('provisioning/dashboards/locust.yaml') as {
      providers: { type: string; options: { path: string } }[];
    };
    assert.equal(providers.length, 1);
    assert.equal(providers[0]!.type, 'file');
    assert.equal(providers[0]!.options.path, '/var/lib/grafana/dashboards/locust');
  });
});

describe('the ConfigMaps with the dashboards', () => {
  interface ConfigMap {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly labels: Record<string, string> };
    readonly data: Readonly<Record<string, string>>;
  }

  it(
    'hold one each, where the sidecar of Grafana finds it',
    needs(whyKustomizeIsMissing()),
    async () => {
      const maps = parseAllDocuments(await kustomizeBuild(FOLDER)).map(
        (document) => document.toJS() as ConfigMap,
      );
      const held = maps.flatMap(({ kind, metadata, data }) => {
        assert.equal(kind, 'ConfigMap');
        assert.equal(metadata.labels['grafana_dashboard'], '1');
        assert.equal(Object.keys(data).length, 1);
        // kubectl keeps all of it, as JSON in JSON, in an annotation of 256 KiB at most.
        assert.ok(JSON.stringify(JSON.stringify({ metadata, data })).length < 200 * 1024);
        return Object.entries(data);
      });
      const committed = dashboards.map(({ file }): [string, DashboardJson] => [file, byFile(file)]);
      assert.deepEqual(
        Object.fromEntries(held.map(([file, text]) => [file, JSON.parse(text) as unknown])),
        Object.fromEntries(committed),
      );
    },
  );

  const byFile = (file: string) => dashboards.find((dashboard) => dashboard.file === file)!.json;
});
