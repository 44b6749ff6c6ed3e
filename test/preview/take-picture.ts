import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import sharp from 'sharp';

import { DASHBOARD_FOLDER } from '../helpers/dashboard-queries.ts';
import { drawPage } from './draw-page.ts';
import type { Dashboard } from './panel-json.ts';
import type { Question } from './query-panel.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const LARGEST_KIB = 250;

/** Writes docs/<name>.png. */
export async function takePicture(
  browser: Browser,
  name: string,
  question: Question,
): Promise<void> {
  const file = path.join(DASHBOARD_FOLDER, `${name}.json`);
  const dashboard = JSON.parse(await readFile(file, 'utf8')) as Dashboard;
  const { html, charts } = await drawPage(dashboard, question);
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } });
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.setContent(`<!doctype html><meta charset="utf-8"><body>${html}`);
  const uplot = path.join(ROOT, 'node_modules/uplot/dist');
  await page.addStyleTag({ path: path.join(uplot, 'uPlot.min.css') });
  await page.addStyleTag({ path: path.join(import.meta.dirname, 'page.css') });
  await page.addScriptTag({ path: path.join(uplot, 'uPlot.iife.min.js') });
  await page.evaluate(`window.charts = ${JSON.stringify(charts)}`);
  await page.addScriptTag({ path: path.join(import.meta.dirname, 'draw-charts.js') });
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => setTimeout(done, 100)))');
  const picture = await page.screenshot({ fullPage: true });
  await page.close();
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
  // A palette: the colors differ by less than one sees, and the file by more than half.
  const bytes = await sharp(picture).png({ palette: true, dither: 0, effort: 10 }).toBuffer();
  const kib = Math.ceil(bytes.length / 1024);
  if (kib > LARGEST_KIB) throw new Error(`${name}.png has ${kib} KiB`);
  await writeFile(path.join(ROOT, 'docs', `${name}.png`), bytes);
  console.log(`docs/${name}.png: ${kib} KiB`);
}
