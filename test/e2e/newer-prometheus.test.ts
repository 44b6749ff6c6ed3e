import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import {
  assertHoldsTheAnswer,
  command,
  startScrapedExporter,
  stopAfter,
  waitForValue,
} from '../helpers/scraped-exporter.ts';

const USERS = 2;
const ROUNDS = 10;

/** In OpenMetrics a counter's name is without _total, which the text format keeps. */
const TYPES = {
  locust_up: 'gauge',
  locust_users: 'gauge',
  locust_requests: 'counter',
  locust_error_occurrences: 'counter',
  locust_aggregated_content_bytes: 'counter',
  locust_response_time_seconds: 'summary',
  locust_info: 'gauge',
  locust_exporter_scrape_errors: 'counter',
};

describe('OpenMetrics', { concurrency: 2 }, () => {
  for (const kind of ['installed', 'newer'] as const) {
    const missing = [whyLocustIsMissing('newest'), whyBuildIsMissing()];
    const options =
      kind === 'newer'
        ? needsOptional(...missing, whyPrometheusIsMissing('newer'))
        : needs(...missing, whyPrometheusIsMissing());
    it(`is what the ${kind} Prometheus takes, without complaint`, options, async (t) => {
      const locust = await startLocust({ version: 'newest', env: { ROUNDS: String(ROUNDS) } });
      stopAfter(t, 'Locust', locust);
      const { prometheus } = await startScrapedExporter(t, locust.url, {}, kind);
      await waitForValue(prometheus, 'locust_up', 1);
      const startedAt = Date.now() / 1000;
      await command(locust.url, 'swarm', '--users', String(USERS), '--spawn-rate', '2');
      await locust.counted(USERS * ROUNDS);
      await command(locust.url, 'stop');
      await assertHoldsTheAnswer(prometheus, locust, startedAt);

      const { activeTargets } = (await prometheus.api('/api/v1/targets')) as {
        activeTargets: { health: string; lastError: string }[];
      };
      assert.deepEqual(
        activeTargets.map(({ health, lastError }) => ({ health, lastError })),
        [{ health: 'up', lastError: '' }],
      );
      const metadata = (await prometheus.api('/api/v1/metadata')) as Record<
        string,
        { type: string; help: string }[]
      >;
      const types = Object.keys(TYPES).map((name) => [name, metadata[name]?.[0]?.type]);
      assert.deepEqual(Object.fromEntries(types), TYPES);
      assert.match(metadata['locust_requests']![0]!.help, /num_requests/);
    });
  }
});
