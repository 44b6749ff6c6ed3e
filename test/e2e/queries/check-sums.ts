import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { readDashboards, substituteVariables } from '../../helpers/dashboard-queries.ts';
import { SCRAPE_INTERVAL } from '../../helpers/real-stack.ts';
import { variablesOf } from './check-figures.ts';
import type { RealRun } from './real-run.ts';

/** Queries that have to agree with each other, over the run and at its end. */
export async function checkSums(t: TestContext, run: RealRun): Promise<void> {
  const { prometheus } = run.stack;
  const { spawning, workerLost, stopping, atRest } = run.times;
  const exprOf = (file: string, panel: string, refId: string) => {
    const dashboard = readDashboards().find((one) => one.file === file)!;
    const query = dashboard.queries.find((one) => one.panel === panel && one.refId === refId)!;
    return substituteVariables(query.expr, variablesOf(run));
  };
  const sumOver = async (expr: string, start: number, end: number) => {
    const series = await prometheus.queryRange(expr, { start, end, step: SCRAPE_INTERVAL });
    return series.flatMap(({ points }) => points).reduce((sum, { value }) => sum + value, 0);
  };
  const atEnd = run.momentsAt(atRest)[0]!.figures;
  const total = (name: string) => atEnd.get(`locust_aggregated_${name}_total []`)!;

  for (const [refId, name] of [
    ['A', 'requests'],
    ['B', 'failures'],
  ] as const) {
    await t.test(`the area under the course of ${name} is what Locust counted`, async () => {
      const expr = exprOf('run-overview.json', 'Requests and failures', refId);
      // Up to when the window has left the run behind.
      const area = SCRAPE_INTERVAL * (await sumOver(expr, spawning - 1, atRest));
      assertNear(area, total(name), 0.05);
    });
  }

  await t.test('the areas under the courses of the endpoints add up to the same', async () => {
    const expr = exprOf('endpoint-detail.json', 'Requests per second', 'A');
    // What an endpoint's first scrape holds is in no rate.
    const area = SCRAPE_INTERVAL * (await sumOver(expr, spawning - 1, atRest));
    assertNear(area, total('requests'), 0.1);
  });

  await t.test(
    'the rate over a minute is about the mean of the rates over ten seconds',
    async () => {
      const expr = exprOf('run-overview.json', 'Requests per second', 'A');
      const [start, end] = [stopping - 60, stopping];
      const count = Math.floor((end - start) / SCRAPE_INTERVAL) + 1;
      const mean = (await sumOver(expr, start, end)) / count;
      const [minute] = await prometheus.query('instance:locust_requests:rate1m', end);
      assertNear(mean, minute!.value, 0.1);
    },
  );

  await t.test('the duration of a run is the time since it began', async () => {
    const expr = exprOf('run-overview.json', 'Duration of the run', 'A');
    const [during] = await prometheus.query(expr, workerLost);
    const passed = workerLost - spawning;
    assert.ok(during!.value > passed - 6 && during!.value < passed + 2, String(during!.value));
    assert.deepEqual(await prometheus.query(expr, atRest), []);
  });

  await t.test('the users of the workers add up to the users', async () => {
    const expr = exprOf('run-overview.json', 'Users of the workers', 'A');
    for (const time of [workerLost, stopping]) {
      const [difference] = await prometheus.query(`sum(${expr}) - sum(locust_users)`, time);
      assert.equal(difference?.value, 0);
    }
  });
}

function assertNear(found: number, expected: number, tolerance: number): void {
  const text = `${found} is not about ${expected}`;
  assert.ok(Math.abs(found - expected) <= tolerance * expected, text);
}
