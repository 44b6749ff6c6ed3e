import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { readFixture } from '../locust/samples.ts';
import { startFaultyLocust, type FaultyLocust } from './faulty-locust.ts';
import { startInProcess, type InProcess } from './in-process.ts';

const GOOD = readFixture('locust-2.46.3/distributed-running.stats-requests.json');
const EITHER = [{ accept: 'text/plain' }, { accept: 'application/openmetrics-text' }];

let locust: FaultyLocust;
let exporter: InProcess;
let most = 0;

async function start(env: Record<string, string>): Promise<void> {
  let open = 0;
  most = 0;
  locust = await startFaultyLocust((_request, response) => {
    most = Math.max(most, ++open);
    setTimeout(() => {
      open--;
      response.end(GOOD);
    }, 20);
  });
  exporter = await startInProcess({ LOCUST_URL: locust.url.href, ...env });
}

afterEach(async () => {
  await exporter.stop();
  await locust.close();
});

function statsReads(): number {
  return locust.paths.filter((path) => path === '/stats/requests').length;
}

describe('fifty scrapers at once', () => {
  it('cost one read on demand, however often they ask within the cache', async () => {
    await start({ CACHE_TTL: '1m' });
    for (let round = 0; round < 3; round++) {
      const asked = Array.from({ length: 50 }, (_, index) => exporter.metrics(EITHER[index % 2]));
      for (const text of await Promise.all(asked)) assert.match(text, /^locust_up 1$/m);
    }
    assert.equal(statsReads(), 1);
    assert.equal(most, 1);
  });

  it('never have two requests in flight, though nothing is cached', async () => {
    await start({ CACHE_TTL: '0s' });
    for (let round = 0; round < 3; round++) {
      const asked = Array.from({ length: 50 }, async (_, index) => {
        await sleep(index);
        return exporter.metrics();
      });
      for (const text of await Promise.all(asked)) assert.match(text, /^locust_up 1$/m);
    }
    assert.ok(statsReads() >= 3 && statsReads() < 50, `${statsReads()} reads`);
    assert.equal(most, 1);
  });

  it('cost nothing in a loop', async () => {
    await start({ SCRAPE_MODE: 'loop', POLL_INTERVAL: '10m', STALE_AFTER: '20m' });
    const asked = Array.from({ length: 50 }, () => exporter.metrics());
    for (const text of await Promise.all(asked)) assert.match(text, /^locust_up 1$/m);
    assert.equal(statsReads(), 1);
    assert.equal(most, 1);
  });
});

describe('the timeout that Prometheus announces', () => {
  it('ends a read before Prometheus does', async () => {
    await start({ LOCUST_TIMEOUT: '20s' });
    locust.answer = () => undefined;
    const startMs = performance.now();
    const text = await exporter.metrics({ 'x-prometheus-scrape-timeout-seconds': '0.3' });
    assert.ok(performance.now() - startMs < 2000);
    assert.match(text, /^locust_up 0$/m);
    assert.match(text, /scrape_errors_total\{code="timeout"\} 1$/m);
  });
});

it('the whole exposition is by the rules in both formats', async () => {
  await start({ CACHE_TTL: '1m', METRIC_PREFIX: 'load_test' });
  const text = parseExposition(await exporter.metrics(EITHER[0]), 'text');
  const openmetrics = parseExposition(await exporter.metrics(EITHER[1]), 'openmetrics');
  const seriesOf = (families: typeof text) =>
    families
      .filter(({ name }) => name.startsWith('load_test_'))
      .flatMap(({ samples }) => samples.map(({ name, value }) => `${name} ${value}`));
  assert.deepEqual(seriesOf(text), seriesOf(openmetrics));
  assert.ok(seriesOf(text).length > 200);
});
