import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { readDashboards, substituteVariables } from '../../helpers/dashboard-queries.ts';
import { SCRAPE_INTERVAL } from '../../helpers/real-stack.ts';
import { variablesOf } from './check-figures.ts';
import type { RealRun } from './real-run.ts';

/** Stat panels that have something to say while Locust is down, by the value of their query. */
const SAID_WHILE_DOWN: Readonly<Record<string, number | undefined>> = {
  'State: A': -1,
  'Under test: C': 0,
  // That of the last run.
  'Duration of the run: A': undefined,
};

/** What panels show when Locust is down, and when the exporter is. */
export async function checkOutages(t: TestContext, run: RealRun): Promise<void> {
  const { prometheus } = run.stack;
  const { ready, locustGone, end } = run.times;
  const queriesOf = (file: string) =>
    readDashboards()
      .find((one) => one.file === file)!
      .queries.map((query) => ({
        ...query,
        key: `${query.panel}: ${query.refId}`,
        expr: substituteVariables(query.expr, variablesOf(run)),
      }));
  const exprOf = (key: string) =>
    queriesOf('exporter-health.json').find((query) => query.key === key)!.expr;

  await t.test(
    'no figure is shown of a Locust that is down, but how long its run took',
    async () => {
      const downs = await prometheus.queryRange('locust_up == 0', {
        start: locustGone,
        end,
        step: 1,
      });
      const { time } = downs[0]!.points[0]!;
      const said: string[] = [];
      for (const { key, expr, panelType, noValue } of queriesOf('run-overview.json')) {
        if (panelType !== 'stat') continue;
        assert.doesNotMatch(noValue ?? '', /Standalone|Not reported|^No /, key);
        const found = await prometheus.query(expr, time);
        if (found.length === 0) continue;
        said.push(key);
        assert.equal(found.length, 1, key);
        const wanted = SAID_WHILE_DOWN[key];
        if (wanted !== undefined) assert.equal(found[0]!.value, wanted, key);
      }
      assert.deepEqual(said.toSorted(), Object.keys(SAID_WHILE_DOWN).toSorted());
    },
  );

  await t.test('an exporter has one series in Reached, whatever happens to it', async () => {
    const range = { start: ready, end: end + 1, step: SCRAPE_INTERVAL };
    const series = await prometheus.queryRange(exprOf('Reached: A'), range);
    assert.equal(series.length, 1);
    const { labels, points } = series[0]!;
    assert.deepEqual(Object.keys(labels).toSorted(), ['instance', 'job']);
    assert.deepEqual([...new Set(points.map(({ value }) => value))].slice(0, 3), [2, 1, 0]);
  });

  await t.test('an exporter that is not scraped has one row in the table', async () => {
    const rows = await prometheus.query(exprOf('Exporters: A'), end + 1);
    assert.deepEqual(
      rows.map(({ value }) => value),
      [0],
    );
    assert.deepEqual(await prometheus.query(exprOf('Exporters: B'), end + 1), []);
  });
}
