import { Agent } from 'node:http';
import type { Browser } from 'playwright-core';
import type { CostRow } from './cost-row.ts';
import { checkExposition } from './check-exposition.ts';
import { getBody, type MeasuredProgram } from './measured-program.ts';
import { scrapeAtPace } from './scrape-at-pace.ts';

/** A reader of Locust, which pauses while others are measured. */
export interface CostContender extends Pick<CostRow, 'asker' | 'scrapers'> {
  /** @returns what ends it, and throws what went wrong meanwhile. */
  begin(): Promise<() => Promise<void>>;
}

const SCRAPE_EVERY_MS = 5000;

export const NOBODY: CostContender = {
  ...{ asker: 'nobody', scrapers: 0 },
  begin: () => Promise.resolve(() => Promise.resolve()),
};

/** Locust's own page, with one of its tabs to the front. */
export function pageContender(
  browser: Browser,
  url: string,
  tab: 'Statistics' | 'Charts',
): CostContender {
  return {
    ...{ asker: `page, ${tab}`, scrapers: 0 },
    async begin() {
      const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
      const problems: string[] = [];
      page.on('pageerror', ({ message }) => problems.push(message));
      page.on('requestfailed', (request) => problems.push(`not answered: ${request.url()}`));
      await page.goto(url);
      await page.getByRole('tab', { name: tab, exact: true }).click();
      return async () => {
        const shown = await page.getByRole('tab', { name: tab, selected: true }).count();
        if (shown !== 1 || problems.length > 0) {
          throw new Error([`Locust's page, tab ${tab}`, ...problems].join('\n'));
        }
        await page.close();
      };
    },
  };
}

/** @param exporter halted until it is its turn */
export function exporterContender(
  asker: 'on-demand' | 'loop',
  exporter: MeasuredProgram,
  scrapers: number,
  endpoints: number,
): CostContender {
  // A connection each, as Prometheus keeps its own.
  const agents = Array.from(
    { length: scrapers },
    () => new Agent({ keepAlive: true, maxSockets: 1 }),
  );
  const scrape = async (scraper: number): Promise<void> => {
    const encoding = { format: 'openmetrics', gzip: true } as const;
    const body = await getBody(exporter.metricsUrl, encoding, agents[scraper]);
    checkExposition('exporter', body.toString(), endpoints);
  };
  return {
    ...{ asker, scrapers },
    async begin() {
      await exporter.wake();
      const paced = scrapeAtPace(scrapers, SCRAPE_EVERY_MS, scrape);
      return async () => {
        await paced.stop();
        for (const agent of agents) agent.destroy();
        exporter.halt();
      };
    },
  };
}
