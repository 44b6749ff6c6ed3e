import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { renderStatusPage, STATUS_PAGE_CSP } from '../../../src/http/status-page/page.ts';
import {
  SAMPLE_NOW_MS,
  sampleEndpoint,
  sampleSnapshot,
  sampleStats,
  sampleView,
  viewFullOf,
} from './sample-status-view.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  `"><img src=x onerror='alert(1)'>`,
  `' onmouseover='alert(1)`,
  '</title><script>alert(1)</script>',
  '</style></script><!--',
  'javascript:alert(1)',
  'javascript:alert(1)//https://',
  'javascript:alert(1)\nhttps://',
  'data:text/html,//https://',
  '&lt;b&gt;',
  'line one\nline two',
];

/** What a reader sees: tags gone, white space single, characters as themselves. */
function textOf(page: string): string {
  return page
    .replace(/<(style|script)[^]*?<\/\1>/gu, ' ')
    .replace(/<[^>]*>/gu, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&')
    .replace(/\s+/gu, ' ');
}

function headingsOf(page: string): readonly string[] {
  return [...page.matchAll(/<th scope="col"[^>]*>([^<]*)<\/th>/gu)].map(([, text]) => text!.trim());
}

/** All that makes markup markup; text that is escaped adds nothing to it. */
function skeletonOf(page: string): string {
  return page.replace(/[^<>"']/gu, '');
}

function textWith(changes: Parameters<typeof sampleSnapshot>[0]): string {
  return textOf(renderStatusPage(sampleView({ snapshot: sampleSnapshot(changes) })));
}

describe('status page', () => {
  it('shows percentiles of the last minute for each endpoint, with the companion', () => {
    const snapshot = sampleSnapshot({
      companion: {
        ...{ targetUsers: null, spawnRate: null, exceptions: null, runStartSeconds: null },
        statsStartSeconds: null,
        userClassUsers: new Map(),
      },
    });
    const ofRow = (ms: number) =>
      [0.5, 0.95, 0.99].map((quantile) => ({ quantile, seconds: (ms * quantile) / 1000 }));
    const recent = {
      seconds: 61.4,
      fractions: [0.5, 0.95, 0.99],
      aggregate: ofRow(600),
      ofEndpoint: (index: number) => (index === 0 ? ofRow(400) : []),
    };
    const text = textOf(renderStatusPage(sampleView({ snapshot, recent })));
    assert.match(text, /Companion loaded/u);
    assert.match(text, /Last 61 s/u);
    assert.match(text, /\/api\/cart .*200 ms 380 ms 396 ms/u);
    assert.match(text, /All endpoints .*300 ms 570 ms 594 ms/u);
  });

  it('says where to read about the companion when it is not loaded', () => {
    const page = renderStatusPage(sampleView());
    assert.match(textOf(page), /Companion not loaded/u);
    assert.match(page, /href="https:\/\/docs\.example\/companion"/u);
    assert.doesNotMatch(textOf(page), /Last 61 s/u);
  });

  it('shows state, users, rates, percentiles and where the figures come from', () => {
    const page = renderStatusPage(sampleView());
    const text = textOf(page);
    assert.match(page, /^<!doctype html>\s*<html lang="en">/u);
    assert.match(page, /<title>running · Locust exporter<\/title>/u);
    for (const shown of [
      'State running standalone',
      'Users 1,250',
      'Requests/s 259.2 2,400 in all',
      'Failures/s 44.2 30 in all',
      'Fail ratio 16.7% of all requests',
      'Response time p50 31 ms over the last 10 s',
      'Response time p95 980 ms over the last 10 s',
      'Locust http://localhost:8089 Version 2.46.3 Host under test https://shop.example',
      'Run started 2026-07-14 14:00:10 UTC (3 min 12 s ago)',
      'Updated 2026-07-14 14:03:22 UTC',
      'locust-exporter 0.1.0',
    ]) {
      assert.ok(text.includes(shown), shown);
    }
    assert.match(page, /<a href=".\/metrics">\/metrics<\/a>/u);
    assert.match(page, /<a href="https:\/\/docs\.example\/locust-exporter"/u);
    assert.match(page, /<noscript><meta http-equiv="refresh" content="5" \/><\/noscript>/u);
    assert.doesNotMatch(page, /class="banner/u);
  });

  it('lists endpoints in the order of Locust, the aggregate row below', () => {
    const text = textOf(renderStatusPage(sampleView()));
    const row = '1,200 30 2.5% 120 ms 980 ms 147 ms 3 ms 3.4 s 14.4 0.3 512 B';
    assert.match(
      text,
      new RegExp(`GET /api/cart ${row} POST /api/orders ${row} All endpoints`, 'u'),
    );
    assert.match(text, /All endpoints 2,400 30 1\.3%/u);
  });

  it('says that more than all requests failed, and nothing above it', () => {
    for (const requests of [0, 29]) {
      const stats = sampleStats({ requests, failures: 30 });
      const text = textWith({ failRatio: 30 / requests, aggregate: stats });
      assert.match(text, /Fail ratio >100% of all requests/u);
      assert.match(text, /All endpoints \d+ 30 >100%/u);
      assert.doesNotMatch(text, /Infinity/u);
    }
    const none = sampleStats({ requests: 0, failures: 0 });
    assert.match(textWith({ aggregate: none }), /All endpoints 0 0 – not reported/u);
  });

  it('sorts errors by occurrences', () => {
    const text = textOf(renderStatusPage(sampleView()));
    assert.match(text, /41 GET \/api\/cart ReadTimeout 7 POST \/api\/orders HTTPError\(500\)/u);
  });

  it('has a column for every quantile that some row has', () => {
    const withQuantiles = (...quantiles: number[]) => ({
      ...sampleStats().responseTime,
      quantiles: quantiles.map((quantile) => ({ quantile, seconds: quantile })),
    });
    const snapshot = sampleSnapshot({
      endpoints: [
        sampleEndpoint({ name: '/a', responseTime: withQuantiles(0.999) }),
        sampleEndpoint({ name: '/b', responseTime: withQuantiles(0.5, 0.9) }),
      ],
      aggregate: null,
    });
    const page = renderStatusPage(sampleView({ snapshot }));
    assert.deepEqual(headingsOf(page).slice(2, 11), [
      ...['Count', 'Failed', 'Failed %'],
      ...['p50', 'p90', 'p99.9'],
      ...['Mean', 'Min', 'Max'],
    ]);
    const missing = '– not reported';
    const text = textOf(page);
    assert.match(text, new RegExp(`/a 1,200 30 2.5% ${missing} ${missing} 999 ms`, 'u'));
    assert.match(text, new RegExp(`/b 1,200 30 2.5% 500 ms 900 ms ${missing}`, 'u'));
    assert.doesNotMatch(page, /<tfoot/u);
  });

  it('shows workers when distributed', () => {
    const text = textWith({
      workers: {
        countByState: new Map([
          ['running', 1],
          ['missing', 1],
        ]),
        list: [
          { id: 'a_1', state: 'running', users: 3, cpuRatio: 0.912, memoryBytes: 59_330_560 },
          { id: 'b_2', state: 'missing', users: 0, cpuRatio: null, memoryBytes: null },
        ],
      },
    });
    assert.match(text, /State running distributed Users 1,250 on 2 workers/u);
    assert.match(text, /Workers 2 .* a_1 running 3 91\.2% 59\.3 MB/u);
    assert.match(text, /b_2 missing 0 – not reported – not reported/u);
  });

  it('says so when a Locust only counts its workers, or has none', () => {
    const counted = { countByState: new Map([['unknown', 3]]), list: [] };
    assert.match(
      textWith({ workers: counted }),
      /Workers 3 This Locust only counts its workers\./u,
    );
    const none = { countByState: new Map<string, number>(), list: [] };
    assert.match(textWith({ workers: none }), /Workers 0 No worker has connected\./u);
    assert.doesNotMatch(textWith({ workers: null }), /Workers/u);
  });

  it('shows dashes and plain words when nothing has been measured yet', () => {
    const text = textWith({
      state: 'ready',
      users: null,
      currentQuantiles: [],
      aggregate: null,
      endpoints: [],
      errors: [],
    });
    assert.match(text, /State ready/u);
    assert.match(text, /Users – not reported/u);
    assert.match(text, /Response time – not reported none in the last 10 s/u);
    assert.match(text, /No request has been measured yet\./u);
    assert.match(text, /No errors\./u);
  });

  it('shows what is wrong and since when while Locust is down', () => {
    const problem = {
      code: 'connect' as const,
      message: 'connection refused; is Locust running?',
      sinceMs: SAMPLE_NOW_MS - 192_000,
    };
    const page = renderStatusPage(sampleView({ snapshot: null, info: null, problem }));
    assert.match(page, /<title>down · Locust exporter<\/title>/u);
    assert.match(
      page,
      /<time datetime="2026-07-14T14:00:10.000Z">2026-07-14 14:00:10 UTC<\/time>/u,
    );
    assert.match(
      textOf(page),
      /Locust is down connection refused; is Locust running\? connect since 2026-07-14 14:00:10 UTC \(3 min 12 s ago\)/u,
    );
    assert.doesNotMatch(page, /<table/u);
  });

  it('keeps older figures below a warning', () => {
    const problem = {
      code: 'timeout' as const,
      message: 'no response in 5 s',
      sinceMs: SAMPLE_NOW_MS,
    };
    const text = textOf(renderStatusPage(sampleView({ problem })));
    assert.match(text, /The last read of Locust failed no response in 5 s timeout since/u);
    assert.match(text, /the figures below are older .*Users 1,250/u);
  });

  it('waits while Locust has not been read yet', () => {
    const page = renderStatusPage(sampleView({ snapshot: null, info: null }));
    assert.match(page, /<title>waiting · /u);
    assert.match(textOf(page), /Waiting for Locust/u);
  });

  it('stays of a bearable size with 10,000 endpoints and says what it leaves out', () => {
    const endpoints = Array.from({ length: 10_000 }, (_, index) =>
      sampleEndpoint({ name: `/item/${index}` }),
    );
    const page = renderStatusPage(sampleView({ snapshot: sampleSnapshot({ endpoints }) }));
    assert.match(textOf(page), /Endpoints 10,000 9,500 more at \/metrics/u);
    assert.ok(page.includes('/item/499<'));
    assert.ok(!page.includes('/item/500<'));
    assert.ok(page.length < 600_000, `${page.length} characters`);
  });

  it('bounds long names and columns', () => {
    const quantiles = Array.from({ length: 99 }, (_, index) => ({
      quantile: (index + 1) / 100,
      seconds: 1,
    }));
    const responseTime = { ...sampleStats().responseTime, quantiles };
    const endpoints = [sampleEndpoint({ name: 'x'.repeat(100_000), responseTime })];
    const snapshot = sampleSnapshot({ endpoints, currentQuantiles: quantiles });
    assert.ok(renderStatusPage(sampleView({ snapshot })).length < 40_000);
  });

  it('repeats what Locust and the exporter left out or added together', () => {
    const text = textWith({
      endpointsTruncated: true,
      errorsTruncated: true,
      foldedEndpoints: 3,
      foldedErrors: 2,
    });
    assert.match(text, /Locust does not list all of its endpoints/u);
    assert.match(text, /same method and name, or above a limit, are added together \(3\)/u);
    assert.match(text, /Locust does not list all of its errors/u);
    assert.match(text, /same method, name and error, or above a limit, are added together \(2\)/u);
  });

  it('survives invalid times', () => {
    const page = renderStatusPage(sampleView({ runStartTimeSeconds: 1e300 }));
    assert.match(textOf(page), /Run started an unknown time/u);
  });

  for (const hostile of HOSTILE) {
    it(`shows ${JSON.stringify(hostile)} as the text that it is`, () => {
      const page = renderStatusPage(viewFullOf(hostile));
      const harmless = renderStatusPage(viewFullOf('x'.repeat(hostile.length)));
      assert.equal(skeletonOf(page), skeletonOf(harmless));
      assert.ok(textOf(page).includes(hostile.replace('\n', ' ')));
      assert.doesNotMatch(page, /href="\s*(?:javascript|data:text)/iu);
    });
  }

  it('keeps its markup whatever the text is', () => {
    const text = fc.string({ unit: fc.constantFrom(...`<>"'&=/ \n-!x;#`.split('')), minLength: 1 });
    fc.assert(
      fc.property(text, (hostile) => {
        const page = renderStatusPage(viewFullOf(hostile));
        const harmless = renderStatusPage(viewFullOf('x'.repeat(hostile.length)));
        assert.equal(skeletonOf(page), skeletonOf(harmless));
      }),
    );
  });

  it('allows its own style and script by hash and nothing else', () => {
    const page = renderStatusPage(sampleView());
    for (const element of ['style', 'script']) {
      const found = [...page.matchAll(new RegExp(`<${element}[^>]*>([^]*?)</${element}>`, 'gu'))];
      assert.equal(found.length, 1);
      const hash = createHash('sha256').update(found[0]![1]!).digest('base64');
      assert.ok(STATUS_PAGE_CSP.includes(`${element}-src 'sha256-${hash}'`), element);
    }
    assert.match(STATUS_PAGE_CSP, /^default-src 'none'; /u);
    assert.doesNotMatch(STATUS_PAGE_CSP, /unsafe|\*/u);
    assert.doesNotMatch(page, / (?:style|on[a-z]+)=/u);
  });
});
