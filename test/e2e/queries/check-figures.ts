import assert from 'node:assert/strict';

import { substituteVariables, type VariableValues } from '../../helpers/dashboard-queries.ts';
import { labelsOf } from '../../helpers/figure-terms.ts';
import { SCRAPE_INTERVAL } from '../../helpers/real-stack.ts';
import { assertIsLocusts, valuesOf } from './check-query.ts';
import { RATE_SECONDS, type WhatLocustSaid } from './panel-expectations.ts';
import { steadyTimes, type RealRun } from './real-run.ts';

/** What Grafana puts in: everything is chosen, and a pixel is as wide as a scrape. */
export function variablesOf(run: RealRun): Record<string, string> {
  return {
    job: 'locust',
    instance: new URL(run.stack.exporter.url).host,
    quantile: '$__all',
    method: '$__all',
    endpoint: '$__all',
    __interval: `${SCRAPE_INTERVAL}s`,
    __rate_interval: `${RATE_SECONDS}s`,
  };
}

/** Holds it to what Locust said, in every phase that there is. */
export async function checkFigures(
  run: RealRun,
  expr: string,
  expected: WhatLocustSaid,
): Promise<void> {
  const times = Object.values(momentsOf(run, 'isWithWindow' in expected));
  const term = 'is' in expected ? expected.is : expected.isWithWindow;
  for (const time of times) await assertIsLocusts(run, expr, term, time);
  const { prometheus } = run.stack;
  const found = await prometheus.query(expr, momentsOf(run, true)['running']);
  assert.ok(found.length > 0, 'it gives nothing in the middle of a run');
}

/** Shortly after a scrape each. */
function momentsOf(run: RealRun, isSteady: boolean): Record<string, number> {
  const { times, scrapes } = run;
  const before = (time: number) => scrapes.findLast((scrape) => scrape.time < time)!.time + 0.1;
  const after = (time: number) => scrapes.find((scrape) => scrape.time > time)!.time + 0.1;
  const steady = { running: before(times.workerLost), 'without a worker': before(times.stopping) };
  const all = {
    ...{ ready: before(times.spawning), spawning: after(times.spawning), ...steady },
    ...{ stopped: before(times.atRest), again: before(times.secondRun + 18) },
    'stopped again': before(times.secondAtRest),
  };
  if (!isSteady) return all;
  assert.equal(steadyTimes(run, RATE_SECONDS, Object.values(steady)).length, 2);
  return steady;
}

const METHODS = ['DELETE', 'grpc'];

/** Each endpoint alone, whatever its name, and two of them; a method, and two of these. */
export async function checkChoices(
  run: RealRun,
  expr: string,
  expected: WhatLocustSaid,
): Promise<void> {
  const { prometheus } = run.stack;
  const all = valuesOf(await prometheus.query('locust_requests_total', run.times.workerLost));
  const names = [...all.keys()].map((series) => labelsOf(series)['name']!);
  assert.equal(names.length, 9);
  for (const name of names) await checkChoice(run, expr, expected, { endpoint: [name] });
  await checkChoice(run, expr, expected, { endpoint: names.slice(2, 4) });
  await checkChoice(run, expr, expected, { method: METHODS.slice(0, 1) });
  await checkChoice(run, expr, expected, { method: METHODS });
}

const LABELS: Readonly<Record<string, string>> = {
  endpoint: 'name',
  method: 'method',
  quantile: 'quantile',
};

export async function checkChoice(
  run: RealRun,
  expr: string,
  expected: WhatLocustSaid,
  choice: Record<string, string[]>,
): Promise<void> {
  const values: VariableValues = { ...variablesOf(run), ...choice };
  const term = 'is' in expected ? expected.is : expected.isWithWindow;
  const isChosen = (labels: Record<string, string>) =>
    Object.entries(choice).every(([variable, wanted]) => {
      const value = labels[LABELS[variable]!];
      return value === undefined || wanted.includes(value);
    });
  const time = momentsOf(run, true)['running']!;
  await assertIsLocusts(run, substituteVariables(expr, values), term, time, isChosen);
}
