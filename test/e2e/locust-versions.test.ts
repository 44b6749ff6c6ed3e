import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { whyBuildIsMissing } from '../helpers/exporter.ts';
import {
  installedRelease,
  LOCUST_VERSIONS,
  MAIN_LOCUST_VERSIONS,
  whyLocustIsMissing,
} from '../helpers/locust-versions.ts';
import { checkMetrics, whyPromtoolIsMissing } from '../helpers/promtool.ts';
import { requestsOf } from '../helpers/raw-report.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import {
  assertHoldsTheAnswer,
  command,
  startScrapedExporter,
  stopAfter,
  waitForValue,
} from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const ROUNDS = 30;
const ENDPOINTS = 13;

const LEGS = [
  ...LOCUST_VERSIONS.map((version) => ({ version, workers: 0 })),
  // 1.6.0, because its master stays in "stopping" for ever.
  ...[...MAIN_LOCUST_VERSIONS, '1.6.0'].map((version) => ({ version, workers: 2 })),
];

describe('Prometheus holds what Locust measured', { concurrency: 3 }, () => {
  for (const { version, workers } of LEGS) {
    const name = `${version} ${workers === 0 ? 'standalone' : `with ${workers} workers`}`;
    const options = needs(
      whyLocustIsMissing(version),
      whyPrometheusIsMissing(),
      whyPromtoolIsMissing(),
      whyBuildIsMissing(),
    );
    it(name, { ...options, timeout: 150_000 }, async (t) => {
      const locust = await startLocust({ version, workers, env: { ROUNDS: String(ROUNDS) } });
      stopAfter(t, `Locust ${name}`, locust);
      if (version !== 'newest') assert.equal(installedRelease(version), version);
      const { exporter, prometheus } = await startScrapedExporter(t, locust.url);
      await waitForValue(prometheus, 'locust_state{state="ready"}', 1);
      await waitForValue(prometheus, 'locust_users', 0);

      const startedAt = Date.now() / 1000;
      const swarm = (users: number) =>
        command(locust.url, 'swarm', '--users', String(users), '--spawn-rate', '4');
      assert.match(await swarm(4), /Swarming started/);
      await waitForValue(prometheus, 'locust_users', 4);
      await swarm(6);
      await waitForValue(prometheus, 'locust_users', 6);
      await waitForValue(prometheus, 'locust_state{state="running"}', 1);

      const { stats, errors } = await locust.counted(6 * ROUNDS);
      assert.equal(stats.length, ENDPOINTS + 1);
      assert.equal(requestsOf(version, stats.at(-1)!), 6 * ROUNDS * ENDPOINTS);
      assert.equal(new Set(errors.map((error) => error.name)).size, 7);

      assert.match(await command(locust.url, 'stop'), /Test stopped/);
      await waitUntil('no users', async () => {
        const { state, user_count: users } = await locust.report();
        return users === 0 && state.startsWith('stop');
      });
      await assertHoldsTheAnswer(prometheus, locust, startedAt);
      assert.deepEqual(await checkMetrics(await exporter.metrics()), { code: 0, output: '' });
    });
  }
});

describe('promtool', () => {
  it('tells good metrics from bad ones', needs(whyPromtoolIsMissing()), async () => {
    const good = '# HELP a_total Some.\n# TYPE a_total counter\na_total 1\n';
    assert.deepEqual(await checkMetrics(good), { code: 0, output: '' });
    assert.equal((await checkMetrics('a_total{ 1\n')).code, 1);
    assert.equal((await checkMetrics('# TYPE a counter\na 1\n')).code, 3);
  });
});
