import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import {
  readDashboards,
  substituteVariables,
  type DashboardAnnotation,
} from '../../helpers/dashboard-queries.ts';
import { SCRAPE_INTERVAL } from '../../helpers/real-stack.ts';
import { variablesOf } from './check-figures.ts';
import type { RealRun, Times } from './real-run.ts';

/** What the lists above the panels have to offer. */
export async function checkVariables(t: TestContext, run: RealRun): Promise<void> {
  const rows = run.lastReport.stats.slice(0, -1);
  const offered: Readonly<Record<string, readonly string[]>> = {
    job: ['locust'],
    instance: [new URL(run.stack.exporter.url).host],
    method: [...new Set(rows.map(({ method }) => method!))],
    endpoint: rows.map(({ name }) => name),
    quantile: ['0.5', '0.95', '0.99'],
  };
  for (const { file, variables } of readDashboards()) {
    for (const { name, type, query } of variables) {
      // Grafana's own list of data sources: Prometheus is not asked.
      if (type === 'datasource') continue;
      await t.test(`${file}: ${name}`, async () => {
        const [, selector, label] = /^label_values\((.+), (\w+)\)$/.exec(query)!;
        const all = { ...variablesOf(run), method: '$__all' };
        const values = (await run.stack.prometheus.api(`/api/v1/label/${label!}/values`, {
          'match[]': substituteVariables(selector!, all),
        })) as string[];
        assert.deepEqual(values.toSorted(), offered[name]?.toSorted());
      });
    }
  }
}

/** Between which times each mark has to be; there have to be just so many. */
const MARKS: Readonly<Record<string, (times: Times) => readonly (readonly [number, number])[]>> = {
  'Run starts': ({ ready, spawning, atRest, secondRun }) => [
    [ready, spawning + 6],
    [atRest, secondRun + 6],
  ],
  'Run stops': ({ stopping, secondRun, secondAtRest }) => [
    [stopping, stopping + 3 * SCRAPE_INTERVAL],
    [secondRun + 18, secondAtRest],
  ],
  'Locust goes away': ({ locustGone, end }) => [[locustGone, end + 2 * SCRAPE_INTERVAL]],
};

export async function checkAnnotations(t: TestContext, run: RealRun): Promise<void> {
  for (const { file, annotations } of readDashboards()) {
    assert.deepEqual(annotations.map(({ name }) => name).toSorted(), Object.keys(MARKS).toSorted());
    for (const annotation of annotations) {
      await t.test(`${file}: ${annotation.name}`, async () => {
        const expected = MARKS[annotation.name]!(run.times);
        const marks = await marksOf(run, annotation);
        const text = `${JSON.stringify(marks)} for ${JSON.stringify(expected)}`;
        assert.equal(marks.length, expected.length, text);
        for (const [index, [from, to]] of expected.entries()) {
          assert.ok(marks[index]! >= from && marks[index]! <= to, text);
        }
      });
    }
  }
}

/** As Grafana makes them: a mark where a value is above 0, and one for all that follow on it. */
async function marksOf(run: RealRun, annotation: DashboardAnnotation): Promise<number[]> {
  const expr = substituteVariables(annotation.expr, variablesOf(run));
  const series = await run.stack.prometheus.queryRange(expr, {
    start: run.times.ready,
    end: run.times.end + SCRAPE_INTERVAL,
    step: SCRAPE_INTERVAL,
  });
  assert.equal(series.length, 1);
  const { points } = series[0]!;
  if (annotation.useValueForTime) {
    return [...new Set(points.map(({ value }) => value / 1000))];
  }
  const marked = points.filter(({ value }) => value > 0).map(({ time }) => time);
  return marked.filter((time, index) => time - (marked[index - 1] ?? 0) > SCRAPE_INTERVAL + 1);
}
