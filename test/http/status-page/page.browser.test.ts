import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, before, describe, it } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import {
  renderStatusPage,
  STATUS_PAGE_CSP,
  type StatusView,
} from '../../../src/http/status-page/page.ts';
import { startChromium, whyChromiumIsMissing } from '../../helpers/chromium.ts';
import { needs } from '../../helpers/requirement.ts';
import { sampleEndpoint, sampleSnapshot, sampleView, viewFullOf } from './sample-status-view.ts';

const HOSTILE = `</title></style><script>alert(1)</script>"'><img src=x onerror=alert(2)>`;

/** Every visible text whose contrast with its background is below WCAG AA. */
const POOR_CONTRAST = `(() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const luminance = (colour) => {
    const [r, g, b] = parse(colour).slice(0, 3).map((byte) => {
      const part = byte / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const colour = getComputedStyle(element).backgroundColor;
    return parse(colour)[3] === 0 ? ground(element.parentElement) : colour;
  };
  const hasText = (element) => [...element.childNodes].some(
    (node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
  return [...document.body.querySelectorAll(':not(script)')].filter(hasText).flatMap((element) => {
    const pair = [getComputedStyle(element).color, ground(element)].map(luminance);
    const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
    return contrast < 4.5 ? [element.textContent.trim() + ': ' + contrast.toFixed(2)] : [];
  });
})()`;

const states = ['running', 'spawning', 'ready', 'missing', 'down'];
const colourful = sampleView({
  snapshot: sampleSnapshot({
    endpointsTruncated: true,
    workers: {
      countByState: new Map(),
      list: states.map((state) => ({ id: state, state, users: 1, cpuRatio: 1, memoryBytes: 0 })),
    },
  }),
  problem: { code: 'timeout', message: 'no response', sinceMs: 0 },
});
const down = sampleView({ snapshot: null, problem: colourful.problem });

describe('status page in Chromium', needs(whyChromiumIsMissing()), () => {
  let view: StatusView;
  let isFailing = false;
  let url: string;
  let browser: Browser;

  const server = createServer((request, response) => {
    if (request.url !== '/' || isFailing) {
      response.writeHead(isFailing ? 500 : 404).end();
      return;
    }
    response.writeHead(200, {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': STATUS_PAGE_CSP,
    });
    response.end(renderStatusPage(view));
  });

  before(async () => {
    browser = await startChromium();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });

  after(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
  });

  /** Opens the page, hands it over, and fails on anything that it complains of or asks for. */
  async function open(
    shown: StatusView,
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    view = shown;
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    try {
      const page = await context.newPage();
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('dialog', (dialog) => {
        complaints.push(`dialog: ${dialog.message()}`);
        void dialog.dismiss();
      });
      page.on('request', (request) => {
        const isOwn = request.url() === url || request.url().startsWith('data:');
        if (!isOwn) complaints.push(`request: ${request.url()}`);
      });
      await page.goto(url);
      await use(page);
    } finally {
      await context.close();
    }
    assert.deepEqual(complaints, []);
  }

  it('runs nothing that a name or an error brings along', async () => {
    await open(viewFullOf(HOSTILE), {}, async (page) => {
      assert.equal(await page.title(), `${HOSTILE} · Locust exporter`);
      assert.equal(await page.locator('table.endpoints tbody th').innerText(), HOSTILE);
      assert.equal(await page.locator('main img').count(), 0);
      await page.waitForResponse(url);
      await page.locator('#offline').waitFor({ state: 'hidden' });
    });
  });

  it('reads without JavaScript, and asks to be read again', async () => {
    await open(sampleView(), { javaScriptEnabled: false }, async (page) => {
      assert.equal(await page.locator('table.endpoints tbody tr').count(), 2);
      assert.match(await page.locator('table.errors').innerText(), /ReadTimeout/u);
      assert.equal(await page.locator('meta[http-equiv=refresh]').getAttribute('content'), '5');
    });
  });

  it('refreshes by itself, without a reload and without losing the place', async () => {
    const endpoints = Array.from({ length: 200 }, (_, index) =>
      sampleEndpoint({ name: `/item/${index}` }),
    );
    const start = sampleView({ snapshot: sampleSnapshot({ endpoints }) });
    await open(start, {}, async (page) => {
      await page.evaluate(`window.isSameDocument = true;
        window.scrollTo(0, 100);
        document.querySelector('.scroll').scrollTop = 700`);
      view = sampleView({
        snapshot: sampleSnapshot({ state: 'stopping', users: 4321, errors: [], endpoints }),
      });
      await page.getByText('4,321').waitFor();
      await page.getByText('No errors.').waitFor();
      assert.equal(await page.title(), 'stopping · Locust exporter');
      assert.deepEqual(
        await page.evaluate(
          `[window.isSameDocument, scrollY, document.querySelector('.scroll').scrollTop]`,
        ),
        [true, 100, 700],
      );
    });
  });

  it('goes from figures to the banner and back as Locust goes down and returns', async () => {
    await open(sampleView(), {}, async (page) => {
      view = down;
      await page.getByText('Locust is down').waitFor();
      assert.equal(await page.locator('table').count(), 0);
      view = sampleView();
      await page.locator('table.endpoints').waitFor();
      assert.equal(await page.locator('.banner').count(), 0);
    });
  });

  it('shows that the exporter does not respond, and recovers', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    view = sampleView();
    await page.goto(url);
    assert.equal(await page.locator('#offline').isVisible(), false);
    isFailing = true;
    await page.locator('#offline').waitFor({ state: 'visible' });
    assert.ok(await page.locator('table.endpoints').isVisible());
    isFailing = false;
    await page.locator('#offline').waitFor({ state: 'hidden' });
    await context.close();
  });

  it('pauses while its tab is hidden', async () => {
    await open(sampleView(), {}, async (page) => {
      await page.evaluate(`Object.defineProperty(document, 'hidden', { get: () => true, configurable: true });
        document.dispatchEvent(new Event('visibilitychange'))`);
      let reads = 0;
      page.on('request', () => (reads += 1));
      await page.waitForTimeout(2500);
      assert.equal(reads, 0);
      await page.evaluate(`Object.defineProperty(document, 'hidden', { get: () => false });
        document.dispatchEvent(new Event('visibilitychange'))`);
      await page.waitForResponse(url);
    });
  });

  for (const width of [1280, 390]) {
    it(`fits ${width} pixels, long names and all`, async () => {
      const long = viewFullOf(`${'/very-long'.repeat(60)}\nsecond line`);
      await open(long, { viewport: { width, height: 800 } }, async (page) => {
        assert.equal(await page.evaluate('document.documentElement.scrollWidth'), width);
        const height = await page.evaluate(
          `document.querySelector('table.endpoints tbody tr').offsetHeight`,
        );
        assert.ok(Number(height) < 120, `row of ${String(height)} pixels`);
      });
    });
  }

  it('is light and dark as the reader likes, with enough contrast in both', async () => {
    const grounds = new Set<unknown>();
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const shown of [colourful, down]) {
        await open(shown, { colorScheme }, async (page) => {
          grounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
          assert.deepEqual(await page.evaluate(POOR_CONTRAST), [], colorScheme);
        });
      }
    }
    assert.equal(grounds.size, 2);
  });
});
