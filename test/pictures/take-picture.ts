import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';

import { DASHBOARD_FOLDER } from '../helpers/dashboard-queries.ts';
import { waitUntil } from '../helpers/wait-until.ts';
import type { Picture } from './host/picture.ts';
import { PAGE_URL, serveHost, type ServedHost } from './host-page.ts';

export type PictureOptions = Omit<Picture, 'dashboard'> &
  ServedHost & {
    /** Of the file in deploy/grafana/dashboards, without .json. */
    name: string;
    /** Of the page, in pixels. */
    width: number;
    /** Titles of panels that may have no data. */
    mayBeEmpty: readonly string[];
  };

/**
 * Draws a dashboard as a PNG.
 *
 * @throws Error that names the panels without data, failed queries, and errors of the page.
 */
export async function takePicture(browser: Browser, options: PictureOptions): Promise<Buffer> {
  const { name, width, from, to, variables, scrapeInterval } = options;
  const text = await readFile(path.join(DASHBOARD_FOLDER, `${name}.json`), 'utf8');
  const dashboard = JSON.parse(text) as Picture['dashboard'];
  const picture: Picture = { dashboard, from, to, variables, scrapeInterval };

  // High enough for all panels, since those out of sight are not drawn.
  const page = await browser.newPage({ viewport: { width, height: 4000 }, timezoneId: 'UTC' });
  try {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await serveHost(page, options);
    await page.addInitScript((value) => {
      window.picture = value;
    }, picture);
    await page.goto(PAGE_URL);
    const state = await waitUntil(`${name} is complete`, () => stateOf(page), { everyMs: 500 });
    // Charts and fonts still come after the last query.
    await page.waitForTimeout(2_000);
    problems.push(...state.errors);
    for (const title of state.emptyPanels) {
      if (!options.mayBeEmpty.includes(title)) problems.push(`${title}: no data`);
    }
    if (problems.length > 0) throw new Error(`${name}:\n${problems.join('\n')}`);
    const height = await page.evaluate(() => document.getElementById('root')!.scrollHeight);
    const png = await page.screenshot({ clip: { x: 0, y: 0, width, height } });
    // A palette of 256 colors is hard to tell from all of them, and a third of their size.
    return await sharp(png).png({ palette: true, dither: 0, effort: 10 }).toBuffer();
  } finally {
    await page.close();
  }
}

/** @returns undefined while queries run. */
async function stateOf(page: Page) {
  const state = await page.evaluate(() => window.pageState());
  return state.isComplete ? state : undefined;
}
