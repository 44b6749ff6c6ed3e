import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { checkMetrics, whyPromtoolIsMissing } from '../helpers/promtool.ts';
import {
  installedRelease,
  LOCUST_VERSIONS,
  whyLocustIsMissing,
} from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { requestsOf } from '../helpers/raw-report.ts';
import { startPrometheus, whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const USERS = 4;
const ROUNDS = 6;

describe('the real Locusts', { concurrency: 4 }, () => {
  for (const version of LOCUST_VERSIONS) {
    for (const workers of [0, 2]) {
      const name = `${version} ${workers === 0 ? 'standalone' : `with ${workers} workers`}`;
      it(
        `${name} runs to its known end and stops`,
        needs(whyLocustIsMissing(version)),
        async (t) => {
          const locust = await startLocust({ version, workers, env: { ROUNDS: String(ROUNDS) } });
          t.after(() => locust.stop());
          assert.equal((await locust.report()).state, 'ready');
          if (version !== 'newest') assert.equal(installedRelease(version), version);

          await locust.swarm(USERS, USERS);
          const report = await locust.counted(USERS * ROUNDS);
          const all = report.stats.at(-1)!;
          assert.equal(requestsOf(version, all), USERS * ROUNDS * (report.stats.length - 1));
          assert.equal(report.stats.length - 1, 13);
          assert.equal(new Set(report.errors.map(({ name }) => name)).size, 7);

          // There a worker that is ready again makes the master start the others anew.
          if (version === '0.11.0' && workers > 0) return;
          await locust.endRun();
          await waitUntil('no users', async () => (await locust.report()).user_count === 0);
          await locust.stop();
          assert.notEqual(locust.main.exit, 'SIGKILL');
        },
      );
    }
  }
});

describe('the real Prometheus', { concurrency: 2 }, () => {
  const config = (target: string) => `
scrape_configs:
  - job_name: itself
    scrape_interval: 1s
    static_configs: [{ targets: ['${target}'] }]
`;
  for (const kind of ['installed', 'newer'] as const) {
    const missing = whyPrometheusIsMissing(kind);
    const options = kind === 'newer' ? needsOptional(missing) : needs(missing);
    it(`${kind} scrapes and answers`, options, async (t) => {
      const target = await startPrometheus({ config: '', kind });
      t.after(() => target.stop());
      const prometheus = await startPrometheus({ config: config(new URL(target.url).host), kind });
      t.after(() => prometheus.stop());

      const samples = await waitUntil('a first scrape', async () => {
        const found = await prometheus.query('up');
        return found.length > 0 && found;
      });
      assert.equal(samples[0]!.value, 1);
      assert.equal(samples[0]!.labels['job'], 'itself');
      const end = Date.now() / 1000;
      const [series] = await prometheus.queryRange('up', { start: end - 5, end, step: 1 });
      assert.equal(series!.points.at(-1)!.value, 1);
      assert.equal((await prometheus.query('1 / 0'))[0]!.value, Infinity);
      await assert.rejects(prometheus.query('rate('), /parse error/);
    });
  }

  it('promtool tells good metrics from bad ones', needs(whyPromtoolIsMissing()), async () => {
    const good = '# HELP a_total Some.\n# TYPE a_total counter\na_total 1\n';
    assert.deepEqual(await checkMetrics(good), { code: 0, output: '' });
    assert.equal((await checkMetrics('a_total{ 1\n')).code, 1);
    assert.equal((await checkMetrics('# TYPE a counter\na 1\n')).code, 3);
  });
});
