import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ERROR_CODES } from '../../src/locust/errors.ts';
import { readFamilies } from '../helpers/read-families.ts';
import { renderExposition } from '../helpers/render-exposition.ts';
import { IgnoredCollector } from '../../src/locust/report/values.ts';
import {
  createSelfMetrics,
  SELF_METRICS,
  type ReportFigures,
  type SelfMetrics,
} from '../../src/metrics/self.ts';
import { parseExposition, type ParsedSample } from '../helpers/parse-exposition.ts';

let self: SelfMetrics;

beforeEach(() => {
  self = createSelfMetrics({ version: '1.2.3', revision: 'abc' });
});

async function samplesOf(name: string): Promise<ParsedSample[]> {
  const text = renderExposition(await self.families(), 'text');
  const family = parseExposition(text, 'text').find((one) => one.name === name);
  return family?.samples ?? [];
}

async function valuesOf(name: string, label: string): Promise<Record<string, number>> {
  const samples = await samplesOf(name);
  return Object.fromEntries(samples.map(({ labels, value }) => [labels[label] ?? '', value]));
}

function figures(changes: Partial<ReportFigures> = {}): ReportFigures {
  const none = { foldedEndpoints: 0, foldedErrors: 0, foldedWorkers: 0 };
  return { ...none, ignored: new IgnoredCollector(), ...changes };
}

const NO_ERRORS = Object.fromEntries(ERROR_CODES.map((code) => [code, 0]));

describe('the metrics about the exporter', () => {
  it('are exposed by the rules of both formats', async () => {
    self.readSucceeded(1, figures());
    for (const format of ['text', 'openmetrics'] as const) {
      const families = parseExposition(renderExposition(await self.families(), format), format);
      assert.ok(families.some(({ name }) => name.startsWith('process_cpu_seconds')));
      assert.ok(families.some(({ name }) => name.startsWith('nodejs_')));
      for (const { name, type } of families) {
        if (type === 'gauge') assert.doesNotMatch(name, /_total$/);
      }
    }
  });

  it('count every code from 0', async () => {
    const { name } = SELF_METRICS.scrapeErrors;
    assert.deepEqual(await valuesOf(name, 'code'), NO_ERRORS);
    self.readFailed('timeout');
    self.readFailed('timeout');
    self.readFailed('internal');
    assert.deepEqual(await valuesOf(name, 'code'), { ...NO_ERRORS, timeout: 2, internal: 1 });
  });

  it('tell what is running', async () => {
    assert.deepEqual((await samplesOf(SELF_METRICS.buildInfo.name))[0], {
      ...{ name: SELF_METRICS.buildInfo.name, value: 1 },
      labels: { version: '1.2.3', revision: 'abc', node_version: process.version },
    });
  });

  it('have no last success before the first, and no duration before a read', async () => {
    const [success, duration] = [SELF_METRICS.lastSuccess.name, SELF_METRICS.scrapeDuration.name];
    assert.deepEqual(await samplesOf(success), []);
    assert.deepEqual(await samplesOf(duration), []);
    self.readFailed('connect');
    self.readDone(0.25);
    assert.deepEqual(await samplesOf(success), []);
    assert.equal((await samplesOf(duration))[0]?.value, 0.25);
    self.readSucceeded(1_700_000_000.5, figures());
    assert.equal((await samplesOf(success))[0]?.value, 1_700_000_000.5);
  });

  it('tell the rows that were folded last', async () => {
    const { name } = SELF_METRICS.foldedRows;
    self.readSucceeded(1, figures({ foldedEndpoints: 5, foldedErrors: 6, foldedWorkers: 7 }));
    assert.deepEqual(await valuesOf(name, 'kind'), { endpoints: 5, errors: 6, workers: 7 });
    self.readSucceeded(2, figures({ foldedEndpoints: 3, foldedErrors: 4 }));
    assert.deepEqual(await valuesOf(name, 'kind'), { endpoints: 3, errors: 4, workers: 0 });
  });

  it('tell how many values of the last report were left out, of each kind from 0', async () => {
    const { name } = SELF_METRICS.ignoredValues;
    const none = { row: 0, label: 0, count: 0, time: 0, percentile: 0, rate: 0, size: 0 };
    assert.deepEqual(await valuesOf(name, 'kind'), none);
    const ignored = { counts: { ...none, count: 2, rate: 1 }, first: 'state: odd' };
    self.readSucceeded(1, figures({ ignored }));
    assert.deepEqual(await valuesOf(name, 'kind'), { ...none, count: 2, rate: 1 });
    self.readFailed('timeout');
    assert.deepEqual(await valuesOf(name, 'kind'), { ...none, count: 2, rate: 1 });
    self.readSucceeded(2, figures());
    assert.deepEqual(await valuesOf(name, 'kind'), none);
  });

  it('count pushes where there are any', async () => {
    const { name } = SELF_METRICS.pushes;
    self.pushDone('ok');
    assert.deepEqual(await samplesOf(name), []);
    self = createSelfMetrics({ version: '1', revision: 'a' }, { pushes: true });
    assert.deepEqual(await valuesOf(name, 'result'), { ok: 0, failed: 0 });
    self.pushDone('failed');
    assert.deepEqual(await valuesOf(name, 'result'), { ok: 0, failed: 1 });
  });

  it('of two exporters in one process are two', async () => {
    createSelfMetrics({ version: '2', revision: 'b' }).readFailed('timeout');
    const { name } = SELF_METRICS.scrapeErrors;
    assert.deepEqual(await valuesOf(name, 'code'), NO_ERRORS);
  });

  it('tell how late the event loop was, and nothing before that is known', async () => {
    const lags = async () => {
      const families = readFamilies(await self.families());
      const samples = families.flatMap((family) => family.samples);
      return samples.filter(({ name }) => /^nodejs_eventloop_lag_(min|max|p50)_/.test(name));
    };
    assert.deepEqual(await lags(), []);
    await sleep(250);
    blockFor(300);
    await sleep(120);
    const values = Object.fromEntries((await lags()).map(({ name, value }) => [name, value]));
    const { nodejs_eventloop_lag_min_seconds: min, nodejs_eventloop_lag_max_seconds: max } = values;
    // Within 100 ms it was due, and then could not be.
    assert.ok(max! >= 0.15 && max! < 10, `at most ${max}`);
    assert.ok(min! >= 0 && min! < max!, `at least ${min}`);
    assert.ok(values['nodejs_eventloop_lag_p50_seconds']! <= max!);
  });
});

function blockFor(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}
