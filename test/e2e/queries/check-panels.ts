import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import {
  readDashboards,
  substituteVariables,
  type DashboardQuery,
  type ReadDashboard,
} from '../../helpers/dashboard-queries.ts';
import { SCRAPE_INTERVAL } from '../../helpers/real-stack.ts';
import { checkChoice, checkChoices, checkFigures, variablesOf } from './check-figures.ts';
import { PANELS, type PanelExpectation } from './panel-expectations.ts';
import type { RealRun } from './real-run.ts';
import { unitOf } from './unit-of.ts';

/** By unit: between which values everything is in a run like this. */
const LIMITS: Readonly<Record<string, readonly [least: number, largest: number]>> = {
  percentunit: [0, 1],
  s: [0, 60],
  reqps: [0, 200],
  'suffix:errors/s': [0, 200],
  bytes: [0, 1e9],
  binBps: [0, 1e8],
  none: [-1, 10],
  short: [0, 50_000],
  locale: [0, 50_000],
};

export async function checkPanels(t: TestContext, run: RealRun): Promise<void> {
  const dashboards = readDashboards();
  assert.deepEqual(dashboards.map(({ file }) => file).toSorted(), Object.keys(PANELS).toSorted());
  for (const dashboard of dashboards) {
    await t.test(dashboard.file, async (panels) => {
      const keys = dashboard.queries.map(keyOf);
      const expected = Object.entries(PANELS[dashboard.file]!).flatMap(([panel, queries]) =>
        Object.keys(queries).map((refId) => `${panel}: ${refId}`),
      );
      assert.deepEqual(keys.toSorted(), expected.toSorted(), 'each query has an expectation');
      for (const query of dashboard.queries) {
        const key = keyOf(query);
        const [panel, refId] = key.split(': ') as [string, string];
        await panels.test(key, () =>
          checkQuery(run, dashboard, query, PANELS[dashboard.file]![panel]![refId]!),
        );
      }
    });
  }
}

const keyOf = ({ panel, refId }: DashboardQuery) => `${panel}: ${refId}`;

async function checkQuery(
  run: RealRun,
  dashboard: ReadDashboard,
  query: DashboardQuery,
  expected: PanelExpectation,
): Promise<void> {
  assert.equal(unitOf(dashboard, query), expected.unit, 'unit');
  const expr = substituteVariables(query.expr, variablesOf(run));
  const { prometheus } = run.stack;
  const { ready, end } = run.times;
  const range = { start: ready, end: end + 1, step: SCRAPE_INTERVAL };
  // An instant query is asked now and then, as people open the dashboard now and then.
  const series = await prometheus.queryRange(expr, range);
  if ('empty' in expected) {
    assert.deepEqual(series, []);
    assert.ok(query.noValue, 'the panel says why it is empty');
    return;
  }
  if ('optional' in expected && expected.optional && series.length === 0) return;
  assert.ok(series.length > 0, 'it gives nothing');
  const [from, to] = 'from' in expected ? [expected.from, expected.to] : LIMITS[expected.unit]!;
  for (const { labels, points } of series) {
    for (const { time, value } of points) {
      const where = `${JSON.stringify(labels)} at ${time}`;
      assert.ok(value >= from && value <= to, `${value} is not in ${from}–${to}: ${where}`);
    }
    for (const [, label] of (query.legendFormat ?? '').matchAll(/\{\{(\w+)\}\}/g)) {
      assert.ok(labels[label!], `no ${label!} for the legend: ${JSON.stringify(labels)}`);
    }
  }
  if ('from' in expected) return;
  await checkFigures(run, expr, expected);
  if (/\$\{(endpoint|method)\b/.test(query.expr)) await checkChoices(run, query.expr, expected);
  if (query.expr.includes('$quantile')) {
    await checkChoice(run, query.expr, expected, { quantile: ['0.95'] });
  }
}
