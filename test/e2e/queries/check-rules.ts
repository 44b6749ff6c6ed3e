import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { isAlert, ruleGroups } from '../../deploy/prometheus-rules.ts';
import { rawSamples } from '../../helpers/locust-history.ts';
import { allValues, assertIsLocusts } from './check-query.ts';
import { steadyTimes, timesAfterScrapes, type RealRun } from './real-run.ts';
import { ALERTS, RECORDS, type AlertExpectation } from './rule-expectations.ts';

const rules = ruleGroups().flatMap((group) => group.rules);

export async function checkRecordingRules(t: TestContext, run: RealRun): Promise<void> {
  const records = rules.flatMap((rule) => (isAlert(rule) ? [] : [rule]));
  const names = records.map(({ record }) => record);
  assert.deepEqual(names.toSorted(), Object.keys(RECORDS).toSorted(), 'each has an expectation');
  const evaluations = await evaluationTimes(run);

  for (const { record, expr } of records) {
    await t.test(record, async () => {
      const choose = (times: readonly number[]) =>
        record.endsWith('1m') ? steadyTimes(run, 60, times) : times;
      const [recorded, scraped] = [choose(evaluations), choose(timesAfterScrapes(run))];
      assert.ok(recorded.length >= 1 && scraped.length >= 3);
      const term = RECORDS[record]!;
      for (const time of recorded) await assertIsLocusts(run, record, term, time);
      // Rules are evaluated too seldom to meet every phase.
      for (const time of scraped) await assertIsLocusts(run, expr, term, time);
    });
  }
}

export async function checkAlerts(t: TestContext, run: RealRun): Promise<void> {
  const alerts = rules.filter(isAlert);
  const names = alerts.map(({ alert }) => alert);
  assert.deepEqual(names.toSorted(), Object.keys(ALERTS).toSorted(), 'each has an expectation');

  for (const { alert, expr } of alerts) {
    const expected = ALERTS[alert]!;
    await t.test(`${alert}: ${reasonOf(expected)}`, async () => {
      const { prometheus } = run.stack;
      const firing = await prometheus.query(
        `max_over_time(ALERTS{alertname="${alert}",alertstate="firing"}[1h])`,
      );
      assert.equal(firing.length, 'fires' in expected ? 1 : 0, 'series of ALERTS that fire');
      const range = { start: run.times.ready, end: run.times.end + 2, step: 1 };
      if ('never' in expected) {
        assert.deepEqual(await allValues(prometheus, expr, range), []);
      } else if ('fires' in expected) {
        // Where it rests on a recording rule, it is as old as that.
        const time = steadyTimes(run, 60, await evaluationTimes(run)).at(-1);
        assert.ok(time !== undefined && time > run.times.workerLost);
        await assertIsLocusts(run, expr, expected.fires, time);
      } else if ('holds' in expected) {
        for (const time of timesAfterScrapes(run)) {
          await assertIsLocusts(run, expr, expected.holds, time);
        }
        assert.ok((await allValues(prometheus, expr, range)).length > 0, 'it never holds');
      } else {
        const series = await prometheus.queryRange(expr, range);
        assert.equal(series.length, 1);
        const { points } = series[0]!;
        const isRight = ({ time, value }: (typeof points)[number]) =>
          time > run.times.locustGone && value === expected.holdsAtEnd;
        assert.ok(points.every(isRight), JSON.stringify(points));
      }
    });
  }
}

/** Of the recording rules, while Locust could be read. */
async function evaluationTimes({ stack, times }: RealRun): Promise<number[]> {
  const samples = await rawSamples(stack.prometheus, 'instance:locust_run_active:sum');
  return samples
    .map(({ time }) => time)
    .filter((time) => time > times.ready && time < times.locustGone);
}

function reasonOf(expected: AlertExpectation): string {
  if ('never' in expected) return `never holds, as ${expected.never}`;
  return `${'fires' in expected ? 'fires' : 'holds, but not for long'}, as ${expected.reason}`;
}
