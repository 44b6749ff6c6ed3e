import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { startChromium } from '../helpers/chromium.ts';
import { SCRAPE_INTERVAL, startStack } from '../helpers/real-stack.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { buildHost } from './host-page.ts';
import type { Picture } from './host/picture.ts';
import { loadShop, TROUBLE } from './load-shop.ts';
import { takePicture } from './take-picture.ts';

/*
 * Draws docs/*.png: the dashboards with what a real Locust, the built exporter and a real
 * Prometheus give for them, by Grafana's own front-end packages. It takes six minutes:
 *
 *   npm run pictures
 *
 * With a folder after it, it also draws each dashboard in there at 1280 pixels, for a look:
 *
 *   npm run pictures -- /tmp/pictures
 */

const PICTURES: Readonly<Record<string, Picture['variables']>> = {
  'run-overview': {},
  'endpoint-detail': { endpoint: ['/orders', '/cart', '/search?q="red shoes"&sort=price'] },
  'exporter-health': {},
};

/** The exporter of the run does not push. */
const MAY_BE_EMPTY = ['Pushes per second'];

const DOCS = path.resolve(import.meta.dirname, '../../docs');
const MAX_KIB = 400;

const [narrowFolder] = process.argv.slice(2);
const bundle = await temporaryFolder('pictures');
await buildHost(bundle.path);
const stack = await startStack({
  ...{ workers: 3, trouble: TROUBLE, isAsConfigured: true, hasCompanion: true },
});
const browser = await startChromium();
try {
  // By then Prometheus has scraped for the first time.
  await sleep(2 * SCRAPE_INTERVAL * 1000);
  const from = Date.now();
  await loadShop(stack.locust);
  if ((await stack.prometheus.query('locust_worker_users == 0')).length > 0) {
    throw new Error(`workers fell out of the run; is the machine busy?\n${stack.output()}`);
  }
  const to = Date.now();
  for (const [name, variables] of Object.entries(PICTURES)) {
    const draw = (width: number) =>
      takePicture(browser, {
        ...{ name, width, from, to, variables, scrapeInterval: SCRAPE_INTERVAL },
        ...{ mayBeEmpty: MAY_BE_EMPTY, folder: bundle.path, prometheusUrl: stack.prometheus.url },
      });
    const png = await draw(1920);
    const kib = Math.ceil(png.length / 1024);
    if (kib > MAX_KIB) throw new Error(`${name}.png has ${kib} KiB, more than ${MAX_KIB}.`);
    await writeFile(path.join(DOCS, `${name}.png`), png);
    console.log(`docs/${name}.png: ${kib} KiB`);
    if (narrowFolder !== undefined) {
      await writeFile(path.join(narrowFolder, `${name}-1280.png`), await draw(1280));
    }
  }
} finally {
  await browser.close();
  await stack.stop();
  await bundle.remove();
}
