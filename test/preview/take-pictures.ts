import { setTimeout as sleep } from 'node:timers/promises';

import { startChromium } from '../helpers/chromium.ts';
import type { VariableValues } from '../helpers/dashboard-queries.ts';
import { SCRAPE_INTERVAL, startStack } from '../helpers/real-stack.ts';
import { loadShop, TROUBLE } from './load-shop.ts';
import { takePicture } from './take-picture.ts';

/*
 * Draws docs/*.png: the dashboards with what a real Locust, the built exporter and a real
 * Prometheus give for them. It is a preview of our own, not Grafana. It takes five minutes:
 *
 *   npm run pictures
 */

const COMMON = {
  job: 'locust',
  instance: 'localhost:9646',
  quantile: '$__all',
  __interval: `${SCRAPE_INTERVAL}s`,
  __rate_interval: `${4 * SCRAPE_INTERVAL}s`,
};

const PICTURES: Readonly<Record<string, VariableValues>> = {
  'run-overview': COMMON,
  'endpoint-detail': {
    ...COMMON,
    quantile: ['0.95'],
    method: '$__all',
    endpoint: ['/orders', '/cart', '/search?q="red shoes"&sort=price'],
  },
  'exporter-health': COMMON,
};

const stack = await startStack({ workers: 3, trouble: TROUBLE, isAsConfigured: true });
try {
  // By then Prometheus has scraped for the first time.
  await sleep(2 * SCRAPE_INTERVAL * 1000);
  const start = Math.ceil(Date.now() / 1000);
  await loadShop(stack.locust);
  if ((await stack.prometheus.query('locust_worker_users == 0')).length > 0) {
    throw new Error(`workers fell out of the run; is the machine busy?\n${stack.output()}`);
  }
  const range = { start, end: Math.floor(Date.now() / 1000), step: SCRAPE_INTERVAL };
  const browser = await startChromium();
  for (const [name, variables] of Object.entries(PICTURES)) {
    await takePicture(browser, name, { prometheus: stack.prometheus, variables, range });
  }
  await browser.close();
} finally {
  await stack.stop();
}
