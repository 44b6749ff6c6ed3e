import assert from 'node:assert/strict';
import { it } from 'node:test';
import { IgnoredCollector } from '../../src/locust/report/values.ts';
import { createSelfMetrics } from '../../src/metrics/self.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { renderExposition } from '../helpers/render-exposition.ts';

/** Names, types and labels that dashboards and rules outside this repository may rely on. */
const EXPECTED = {
  locust_exporter_build_info: ['gauge', 'node_version,revision,version'],
  locust_exporter_scrape_duration_seconds: ['gauge', ''],
  locust_exporter_last_success_timestamp_seconds: ['gauge', ''],
  locust_exporter_scrape_errors_total: ['counter', 'code'],
  locust_exporter_folded_rows: ['gauge', 'kind'],
  locust_exporter_ignored_values: ['gauge', 'kind'],
  locust_exporter_pushes_total: ['counter', 'result'],
  locustexporter_build_info: ['gauge', 'branch,goversion,revision,version'],
};

async function familiesOf(options?: { legacy?: boolean; pushes?: boolean }) {
  const self = createSelfMetrics({ version: '1.2.3', revision: 'abc' }, options);
  self.readDone(0.5);
  self.readSucceeded(1_700_000_000, {
    foldedEndpoints: 3,
    foldedErrors: 4,
    foldedWorkers: 0,
    ignored: new IgnoredCollector(),
  });
  return parseExposition(renderExposition(await self.families(), 'text'), 'text');
}

it('the metrics about the exporter have the names, types and labels that are documented', async () => {
  const families = await familiesOf({ legacy: true, pushes: true });
  for (const [name, [type, labels]] of Object.entries(EXPECTED)) {
    const family = families.find((one) => one.name === name);
    assert.equal(family?.type, type, name);
    assert.equal(
      Object.keys(family?.samples[0]?.labels ?? {})
        .sort()
        .join(),
      labels,
      name,
    );
  }
});

it('the build info of the predecessor is there only when asked for, and always 1', async () => {
  const find = async (legacy: boolean) =>
    (await familiesOf({ legacy })).find(({ name }) => name === 'locustexporter_build_info');
  assert.equal(await find(false), undefined);
  assert.deepEqual((await find(true))?.samples, [
    {
      name: 'locustexporter_build_info',
      labels: { branch: '', goversion: '', revision: 'abc', version: '1.2.3' },
      value: 1,
    },
  ]);
});

it('pushes are counted only where there are any', async () => {
  const find = async (pushes: boolean) =>
    (await familiesOf({ pushes })).find(({ name }) => name === 'locust_exporter_pushes_total');
  assert.equal(await find(false), undefined);
  assert.deepEqual(
    (await find(true))?.samples.map(({ labels, value }) => [labels['result'], value]),
    [
      ['ok', 0],
      ['failed', 0],
    ],
  );
});
