import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { readDashboards, substituteVariables } from '../../helpers/dashboard-queries.ts';
import { rawSamples } from '../../helpers/locust-history.ts';
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

  await t.test('the duration of a run is the time since it began, up to its end', async () => {
    const expr = exprOf('run-overview.json', 'Duration of the run', 'A');
    const { secondRun, secondAtRest, end } = run.times;
    const durationAt = async (time: number) => {
      const found = await prometheus.query(expr, time);
      assert.equal(found.length, 1, `at ${time}`);
      return found[0]!.value;
    };
    const assertWithin = (found: number, from: number, to: number) => {
      assert.ok(found >= from && found <= to, `${found} is not in ${from}–${to}`);
    };
    // Start and end are seen at a scrape.
    const passed = workerLost - spawning;
    assertWithin(await durationAt(workerLost), passed - 6, passed + 2);
    const first = await durationAt(atRest);
    assertWithin(first, stopping - spawning - 8, atRest - spawning + 2);
    assert.equal(await durationAt(atRest - 3), first, 'it grows after the end');
    const second = await durationAt(secondAtRest);
    assertWithin(second, 20 - 8, secondAtRest - secondRun + 2);
    assert.equal(await durationAt(end + 1), second, 'the end of Locust and exporter changes it');
  });

  await t.test('a peak between two points of a graph is seen', async () => {
    const dashboard = readDashboards().find(({ file }) => file === 'run-overview.json')!;
    const { expr } = dashboard.queries.find(({ panel }) => panel === 'Users and requests')!;
    const at = (seconds: number) =>
      substituteVariables(expr, { ...variablesOf(run), __interval: `${seconds}s` });
    const narrow = await prometheus.query(at(SCRAPE_INTERVAL), atRest);
    const seconds = Math.ceil(atRest - stopping) + 2 * SCRAPE_INTERVAL;
    const wide = await prometheus.query(at(seconds), atRest);
    const all = await rawSamples(prometheus, 'locust_users');
    // A window without a scrape shows the last one.
    const { time: last } = all.findLast(({ time }) => time < atRest)!;
    const empty = await prometheus.query(at(1), last + SCRAPE_INTERVAL / 2);
    const values = [narrow, wide, empty].map((found) => found.map(({ value }) => value));
    const users = all
      .filter(({ time }) => time > atRest - seconds && time <= atRest)
      .map(({ value }) => value);
    assert.ok(Math.max(...users) > 0);
    assert.deepEqual(values, [[0], [Math.max(...users)], [0]]);
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
