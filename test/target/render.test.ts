import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { createRenderer } from '../../src/target/render.ts';
import type { Outcome } from '../../src/target/outcome.ts';
import { CATALOG, UP } from '../../src/metrics/catalog.ts';
import type { MetricSpec } from '../../src/metrics/samples.ts';
import { createSelfMetrics } from '../../src/metrics/self.ts';

it('tells the same of itself in each format of an outcome, however late it is asked', async () => {
  const self = createSelfMetrics({ version: '1', revision: 'a' });
  const render = createRenderer(CATALOG, 'locust', self);
  const report = { snapshot: null, info: null, runStartSeconds: null };
  const outcome = { report, problem: null, atMs: 0 };
  const failures = async (format: 'text' | 'openmetrics') => {
    const text = (await render(outcome, { format, gzip: false })).toString();
    return /^locust_exporter_scrape_errors_total\{code="connect"\} (\d+)$/m.exec(text)?.[1];
  };
  assert.equal(await failures('text'), '0');
  self.readFailed('connect');
  assert.equal(await failures('openmetrics'), '0');
  assert.equal(await failures('text'), '0');
});

describe('what is told of Locust', () => {
  const self = createSelfMetrics({ version: '1', revision: 'a' });
  const report = { snapshot: null, info: null, runStartSeconds: null };

  function outcomeOf(told: Outcome['report']): Outcome {
    return { report: told, problem: null, atMs: 0 };
  }

  it('is made once for a report and format, whoever asks and however often', async () => {
    let made = 0;
    const counted: MetricSpec = {
      ...UP,
      samples: (...args) => {
        made += 1;
        return UP.samples(...args);
      },
    };
    const render = createRenderer([counted], 'locust', self);
    const outcomes = [outcomeOf(report), outcomeOf(report)];
    const ask = (format: 'text' | 'openmetrics') =>
      Promise.all(
        outcomes.flatMap((outcome) =>
          [true, false, true].map((gzip) => render(outcome, { format, gzip })),
        ),
      );
    await ask('text');
    assert.equal(made, 1);
    await ask('openmetrics');
    assert.equal(made, 2);
    await render(outcomeOf({ ...report }), { format: 'text', gzip: false });
    assert.equal(made, 3);
  });

  it('is the same compressed', async () => {
    const render = createRenderer(CATALOG, 'locust', self);
    const outcome = outcomeOf(report);
    const [plain, zipped] = await Promise.all(
      [false, true].map((gzip) => render(outcome, { format: 'text', gzip })),
    );
    assert.deepEqual(gunzipSync(zipped!), plain);
  });
});
