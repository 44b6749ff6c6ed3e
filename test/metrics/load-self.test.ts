import assert from 'node:assert/strict';
import { it } from 'node:test';
import { IgnoredCollector } from '../../src/locust/report/values.ts';
import { loadSelfMetrics } from '../../src/metrics/load-self.ts';
import { renderExposition } from '../helpers/render-exposition.ts';

it('metrics about the exporter count what is reported before they are loaded', async () => {
  const self = loadSelfMetrics({ version: '1', revision: 'a' }, { pushes: true });
  self.readDone(3);
  self.readDone(2);
  self.readFailed('timeout');
  self.readFailed('timeout');
  const folded = { foldedEndpoints: 7, foldedErrors: 0, foldedWorkers: 0 };
  self.readSucceeded(1000, { ...folded, ignored: new IgnoredCollector() });
  self.pushDone('ok');
  const text = renderExposition(await self.families(), 'text');
  assert.match(text, /^locust_exporter_scrape_duration_seconds 2$/m);
  assert.match(text, /^locust_exporter_scrape_errors_total\{code="timeout"\} 2$/m);
  assert.match(text, /^locust_exporter_last_success_timestamp_seconds 1000$/m);
  assert.match(text, /^locust_exporter_folded_rows\{kind="endpoints"\} 7$/m);
  assert.match(text, /^locust_exporter_pushes_total\{result="ok"\} 1$/m);
});
