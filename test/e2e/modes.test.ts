import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { freePort } from '../helpers/free-port.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import {
  assertHoldsTheAnswer,
  command,
  currentSeries,
  startScrapedExporter,
  stopAfter,
  valueOf,
  waitForValue,
} from '../helpers/scraped-exporter.ts';

const USERS = 4;
const ROUNDS = 20;

const MODES: { name: string; env: Record<string, string> }[] = [
  { name: 'on-demand', env: {} },
  { name: 'loop', env: { SCRAPE_MODE: 'loop', POLL_INTERVAL: '500ms', STALE_AFTER: '3s' } },
];

describe('a Locust that comes, dies and comes again', { concurrency: 2 }, () => {
  for (const { name, env } of MODES) {
    const options = needs(
      whyLocustIsMissing('newest'),
      whyPrometheusIsMissing(),
      whyBuildIsMissing(),
    );
    it(`${name} mode follows it`, options, async (t) => {
      const port = await freePort();
      const url = `http://127.0.0.1:${port}`;
      const { exporter, prometheus } = await startScrapedExporter(t, url, env);
      await waitForValue(prometheus, 'locust_up', 0);
      const start = async () => {
        const locust = await startLocust({
          version: 'newest',
          port,
          env: { ROUNDS: String(ROUNDS) },
        });
        stopAfter(t, 'Locust', locust);
        return locust;
      };

      const first = await start();
      await waitForValue(prometheus, 'locust_up', 1);
      const startedAt = Date.now() / 1000;
      await command(url, 'swarm', '--users', String(USERS), '--spawn-rate', String(USERS));
      await first.counted(USERS * ROUNDS);
      await command(url, 'stop');
      await assertHoldsTheAnswer(prometheus, first, startedAt);

      first.main.kill('SIGKILL');
      await first.main.exited;
      if (name === 'loop') assert.match(await exporter.metrics(), /^locust_up 1$/m);
      await waitForValue(prometheus, 'locust_up', 0);
      assert.match(await exporter.metrics(), /^locust_up 0$/m);
      assert.deepEqual([...(await currentSeries(prometheus)).keys()], ['locust_up []']);
      const failed = await valueOf(
        prometheus,
        'locust_exporter_scrape_errors_total{code="connect"}',
      );
      assert.ok(failed > 0);

      const second = await start();
      await waitForValue(prometheus, 'locust_up', 1);
      await waitForValue(prometheus, 'locust_state{state="ready"}', 1);
      await command(url, 'swarm', '--users', '1');
      await second.counted(ROUNDS);
      await waitForValue(prometheus, 'locust_requests_total{name="/"}', ROUNDS);

      assert.equal(await valueOf(prometheus, 'min_over_time(up{job="locust"}[1h])'), 1);
      assert.equal(await valueOf(prometheus, 'changes(locust_up[1h])'), 3);
    });
  }
});
