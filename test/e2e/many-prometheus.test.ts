import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { countLocust } from '../bench/counted-locust.ts';
import { startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { startPrometheus, whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const REPLICAS = ['a', 'b', 'c', 'd', 'e', 'f'];
const INTERVAL_SECONDS = 5;
const WINDOW_SECONDS = 30;

test(
  'six Prometheus servers cost Locust no more reads than one',
  needs(whyLocustIsMissing('newest'), whyPrometheusIsMissing(), whyBuildIsMissing()),
  async (t) => {
    const locust = await startLocust({ version: 'newest' });
    t.after(() => locust.stop());
    const counted = await countLocust(locust.url);
    t.after(() => {
      counted.stop();
    });
    const exporter = await startExporter({ LOCUST_URL: counted.url });
    t.after(() => exporter.stop());
    const reads = async () => (await counted.answers())['/stats/requests']?.count ?? 0;
    const servers = await Promise.all(
      REPLICAS.map((replica) =>
        startPrometheus({ config: configOf(new URL(exporter.url).host, replica) }),
      ),
    );
    t.after(() => Promise.all(servers.map((server) => server.stop())));
    const ask = (expr: string) =>
      Promise.all(servers.map(async (server) => (await server.query(expr))[0]?.value));
    await waitUntil('each has scraped twice', async () => {
      const scrapes = await ask('count_over_time(locust_up[1m])');
      return scrapes.every((count) => count !== undefined && count >= 2);
    });

    const before = await reads();
    await sleep(WINDOW_SECONDS * 1000);
    const more = (await reads()) - before;
    const due = WINDOW_SECONDS / INTERVAL_SECONDS;
    t.diagnostic(`${more} reads for ${due * REPLICAS.length} scrapes`);
    assert.ok(more >= due - 1 && more <= due + 2, `${more} reads, where one alone causes ${due}`);
    assert.deepEqual(
      await ask(`min_over_time(locust_up[${WINDOW_SECONDS}s])`),
      REPLICAS.map(() => 1),
    );
  },
);

/** Prometheus' own spread of its scrapes depends on its external labels. */
function configOf(target: string, replica: string): string {
  return JSON.stringify({
    global: {
      scrape_interval: `${INTERVAL_SECONDS}s`,
      scrape_timeout: '4s',
      external_labels: { replica },
    },
    scrape_configs: [{ job_name: 'locust', static_configs: [{ targets: [target] }] }],
  });
}
