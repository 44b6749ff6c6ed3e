import assert from 'node:assert/strict';
import { it } from 'node:test';
import { createRenderer } from '../../src/collect/render-outcome.ts';
import { CATALOG } from '../../src/metrics/catalog.ts';
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
