import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { seriesKey } from '../helpers/expected-series.ts';
import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { whyPrometheusIsMissing, type RealPrometheus } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import {
  assertHoldsTheAnswer,
  command,
  startScrapedExporter,
  stopAfter,
  valueOf,
  waitForValue,
} from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const ROUNDS = 20;
const USERS = 2;
/** Requests of each endpoint in the first run up to the reset, after it, and in the second run. */
const PART = USERS * ROUNDS;
const ONCE = '/first-run-only';
const ENDPOINTS = 14;

describe('a reset and a second run', { concurrency: 2 }, () => {
  for (const version of ['2.12.1', 'newest']) {
    const options = needs(
      whyLocustIsMissing(version),
      whyPrometheusIsMissing(),
      whyBuildIsMissing(),
    );
    it(`${version}: no request is lost or counted twice`, options, async (t) => {
      // Slow enough for Prometheus to see each part before it has as many requests as the last.
      const env = { ROUNDS: String(ROUNDS), PAUSE: '0.5', ONCE: '1' };
      const locust = await startLocust({ version, env });
      stopAfter(t, `Locust ${version}`, locust);
      const { prometheus } = await startScrapedExporter(t, locust.url);
      const swarm = (users: number) =>
        command(locust.url, 'swarm', '--users', String(users), '--spawn-rate', '10');
      const requests = (name: string) => `locust_requests_total{name="${name}"}`;
      const settle = async (endpoints: number) => {
        await locust.counted(PART);
        await waitForValue(prometheus, `count(locust_requests_total == ${PART})`, endpoints);
      };

      await swarm(USERS);
      await settle(ENDPOINTS);
      await command(locust.url, 'reset-stats');
      await waitForValue(prometheus, 'locust_aggregated_requests_total', 0);
      await waitForValue(prometheus, 'count(locust_requests_total == 0)', ENDPOINTS);
      assert.deepEqual(await prometheus.query('locust_error_occurrences_total'), []);
      await swarm(2 * USERS);
      await settle(ENDPOINTS);
      await command(locust.url, 'stop');
      await waitForValue(prometheus, 'locust_state{state="stopped"}', 1);
      assert.equal(await valueOf(prometheus, requests(ONCE)), PART);

      const startedAt = Date.now() / 1000;
      await swarm(USERS);
      await waitUntil('the second run is seen', async () => {
        const value = await valueOf(prometheus, requests('/'));
        return value > 0 && value < PART;
      });
      assert.deepEqual(await prometheus.query(`{name="${ONCE}"}`), []);
      await settle(ENDPOINTS - 1);
      await command(locust.url, 'stop');
      await waitForValue(prometheus, 'locust_state{state="stopped"}', 1);
      await assertHoldsTheAnswer(prometheus, locust, startedAt);

      const counts = await history(prometheus, 'locust_requests_total');
      assert.equal(counts.size, ENDPOINTS);
      for (const [series, points] of counts) {
        const parts = series.includes(ONCE) ? 2 : 3;
        assert.equal(increase(points), parts * PART, series);
      }
      for (const { labels, value } of await prometheus.query('resets(locust_requests_total[1h])')) {
        assert.equal(value, labels['name'] === ONCE ? 1 : 2, JSON.stringify(labels));
      }
      const all = await history(prometheus, 'locust_aggregated_requests_total');
      assert.equal(increase([...all.values()][0]!), PART * (3 * ENDPOINTS - 1));

      for (const family of ['response_time', 'aggregated_response_time']) {
        const sums = await history(prometheus, `locust_${family}_seconds_sum`);
        const counted = await history(prometheus, `locust_${family}_seconds_count`);
        assert.equal(sums.size, family === 'response_time' ? ENDPOINTS : 1);
        for (const [series, points] of sums) {
          assert.deepEqual(resetTimes(points), resetTimes(counted.get(series)!), series);
        }
      }
      const bytes = await history(prometheus, 'locust_content_bytes_total');
      for (const [series, points] of bytes) {
        if (points.at(-1)!.value === 0) continue;
        assert.deepEqual(resetTimes(points), resetTimes(counts.get(series)!), series);
      }
    });
  }
});

interface Point {
  time: number;
  value: number;
}

/** Every sample that Prometheus has, by the labels of its series. */
async function history(prometheus: RealPrometheus, name: string): Promise<Map<string, Point[]>> {
  const data = (await prometheus.api('/api/v1/query', { query: `${name}[1h]` })) as {
    result: { metric: Record<string, string>; values: [number, string][] }[];
  };
  return new Map(
    data.result.map(({ metric, values }) => [
      seriesKey('', { ...metric, __name__: '' }),
      values.map(([time, value]) => ({ time, value: Number(value) })),
    ]),
  );
}

/** What was counted altogether: like increase(), but from 0 and without extrapolation. */
function increase(points: readonly Point[]): number {
  return points.reduce((sum, { value }, index) => {
    const earlier = points[index - 1]?.value ?? 0;
    return sum + (value < earlier ? value : value - earlier);
  }, 0);
}

function resetTimes(points: readonly Point[]): number[] {
  return points
    .filter(({ value }, index) => value < (points[index - 1]?.value ?? 0))
    .map(({ time }) => time);
}
