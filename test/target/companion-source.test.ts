import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLocustClient, type LocustClient } from '../../src/locust/client/client.ts';
import { createSelfMetrics, type SelfMetrics } from '../../src/metrics/self.ts';
import { createReader, type Reader } from '../../src/target/reader.ts';
import type { CompanionMode } from '../../src/target/report-source.ts';
import { listSamples } from '../helpers/list-samples.ts';
import { companionReport, companionRow, toMsgpack } from '../locust/report/companion-sample.ts';
import { aggregate, NO_RULES, report, row } from '../locust/samples.ts';
import { FakeClock } from './fake-reader.ts';
import { startFaultyLocust, type FaultyLocust } from './faulty-locust.ts';
import { keepLog } from './in-process.ts';

const ROUTE = '/stats/locust-exporter';
const WEB = '/stats/requests';

let clock: FakeClock;
let locust: FaultyLocust;
let client: LocustClient;
let reader: Reader;
let self: SelfMetrics;
let log: ReturnType<typeof keepLog>['lines'];
/** How the route of the companion answers, and the others. */
let companion: RequestListener;
let web: RequestListener;
let asked: { accept: string | undefined; known: string | undefined }[];
let requests: number;
let state: string;

const NOT_FOUND: RequestListener = (_request, response) => {
  response.writeHead(404).end('<title>404 Not Found</title>');
};

const GOOD: RequestListener = (_request, response) => {
  const total = companionRow('Aggregated', new Map([[10, requests]]), { method: '' });
  const stats = [companionRow('/', new Map([[10, requests]]))];
  response.setHeader('content-type', 'application/msgpack');
  response.end(
    toMsgpack(companionReport({ state, run_start_time: null, stats, aggregate: total })),
  );
};

const WEB_REPORT: RequestListener = (_request, response) => {
  const counts = { num_requests: requests, num_failures: 0 };
  response.end(JSON.stringify(report([row('/', counts), aggregate(counts)], { state })));
};

beforeEach(async () => {
  [companion, web, asked, requests, state] = [NOT_FOUND, WEB_REPORT, [], 10, 'running'];
  locust = await startFaultyLocust((request, response) => {
    if (request.url === ROUTE) {
      const { accept, 'if-none-match': known } = request.headers;
      asked.push({ accept, known });
      companion(request, response);
    } else if (request.url === WEB) web(request, response);
    else response.writeHead(404).end();
  });
  clock = new FakeClock();
  client = createLocustClient({ url: locust.url, maxResponseBytes: 1e6, userAgent: 'test/1' });
  self = createSelfMetrics({ version: '1', revision: 'a' });
  use('auto');
});

afterEach(async () => {
  await client.close();
  await locust.close();
});

function use(mode: CompanionMode): void {
  const { logger, lines } = keepLog('debug');
  log = lines;
  reader = createReader({
    client,
    self,
    logger,
    clock,
    rowRules: NO_RULES,
    companion: mode,
    uncutRows: 'off',
  });
}

/** Where the report of each read came from; the code where it had a problem. */
async function sources(times = 1): Promise<string[]> {
  const found: string[] = [];
  for (let time = 0; time < times; time += 1) {
    const { report: read, problem } = await reader.read(5000);
    clock.nowMs += 2000;
    requests += 1;
    found.push(problem?.code ?? (read.snapshot?.companion ? 'companion' : 'web'));
  }
  return found;
}

function pathsSince(start: number): string[] {
  return locust.paths.slice(start).filter((path) => path !== '/');
}

function linesOf(level: string): string[] {
  return log()
    .filter((line) => line.level === level)
    .map(({ msg }) => msg);
}

async function failures(code: string): Promise<number | undefined> {
  const family = (await self.families()).find(({ name }) => name.includes('scrape_errors'))!;
  const sample = listSamples(family.samples).find(({ labels }) => labels.includes(`"${code}"`));
  return sample?.value;
}

describe('a Locust without the companion', () => {
  const answers: readonly (readonly [string, RequestListener])[] = [
    ['404', NOT_FOUND],
    ['403', (_request, response) => response.writeHead(403).end()],
    [
      'the 500 of Locust 2.18.1 to 2.26.0',
      (_request, response) => {
        const words = 'The requested URL was not found on the server.';
        response.writeHead(500, { 'content-type': 'text/html' }).end(`404 Not Found: ${words}`);
      },
    ],
    ['a page', (_request, response) => response.end('<html></html>')],
    [
      'another report',
      (request, response) => {
        WEB_REPORT(request, response);
      },
    ],
  ];
  for (const [what, answer] of answers) {
    it(`is asked once for it, and answers with ${what}`, async () => {
      companion = answer;
      assert.deepEqual(await sources(4), ['web', 'web', 'web', 'web']);
      assert.deepEqual(pathsSince(0), [ROUTE, WEB, WEB, WEB, WEB]);
      assert.deepEqual(linesOf('warn'), []);
    });
  }

  it('is asked again when a run begins', async () => {
    await sources(2);
    const start = locust.paths.length;
    requests = 1;
    companion = GOOD;
    assert.deepEqual(await sources(3), ['web', 'companion', 'companion']);
    assert.deepEqual(pathsSince(start), [WEB, ROUTE, ROUTE]);
  });

  it('is asked again after it was down', async () => {
    await sources(2);
    web = (_request, response) => response.writeHead(502).end();
    assert.deepEqual(await sources(), ['http_status']);
    [web, companion] = [WEB_REPORT, GOOD];
    assert.deepEqual(await sources(2), ['companion', 'companion']);
  });

  it('is a problem where the companion is demanded', async () => {
    use('on');
    const { problem } = await reader.read(5000);
    assert.equal(problem?.code, 'http_status');
    assert.match(problem.message, /COMPANION=on .* locustfile.py,locust_exporter_companion.py/);
    assert.deepEqual(pathsSince(0), [ROUTE]);
    companion = GOOD;
    assert.deepEqual(await sources(), ['companion']);
  });

  it('is not asked where the companion is off', async () => {
    use('off');
    companion = GOOD;
    assert.deepEqual(await sources(2), ['web', 'web']);
    assert.deepEqual(pathsSince(0), [WEB, WEB]);
  });

  it('that wants a login wants one', async () => {
    companion = (_request, response) =>
      response.writeHead(302, { location: '/login?next=x' }).end();
    assert.deepEqual(await sources(), ['auth_required']);
    assert.deepEqual(pathsSince(0), [ROUTE]);
  });
});

describe('a Locust with the companion', () => {
  beforeEach(() => {
    companion = GOOD;
  });

  it('is asked for nothing else, not even its index page', async () => {
    const outcome = await reader.read(5000);
    assert.deepEqual(locust.paths, [ROUTE]);
    assert.deepEqual(outcome.report.info, { version: '2.47.0', host: 'https://shop.example' });
    assert.equal(asked[0]?.accept, 'application/msgpack, application/json;q=0.5');
    assert.equal(asked[0].known, undefined);
    assert.deepEqual(await sources(2), ['companion', 'companion']);
    assert.deepEqual(linesOf('info'), ['reports come from the companion', 'Locust is up']);
  });

  it('that says by its ETag that nothing changed is the same report', async () => {
    companion = (request, response) => {
      response.setHeader('etag', '"a-1"');
      if (request.headers['if-none-match'] === '"a-1"') response.writeHead(304).end();
      else GOOD(request, response);
    };
    const first = await reader.read(5000);
    const second = await reader.read(5000);
    assert.equal(second.problem, null);
    assert.equal(second.report, first.report);
    assert.equal(asked[1]?.known, '"a-1"');
  });

  it('that says so to one who knows nothing has a problem', async () => {
    companion = (_request, response) => response.writeHead(304).end();
    web = NOT_FOUND;
    assert.deepEqual(await sources(), ['http_status']);
  });

  const faults: readonly (readonly [string, string, RequestListener])[] = [
    ['http_status', 'an error', (_request, response) => response.writeHead(500).end('oops')],
    ['not_json', 'a page', (_request, response) => response.end('<html></html>')],
    [
      'not_json',
      'a part',
      (_request, response) => response.end(toMsgpack(companionReport()).subarray(0, 200)),
    ],
    [
      'not_locust',
      'another format',
      (_request, response) => response.end(toMsgpack(companionReport({ format: 2 }))),
    ],
    ['too_large', 'too much', (_request, response) => response.end(Buffer.alloc(1_000_001))],
  ];
  for (const [code, what, fault] of faults) {
    it(`that answers with ${what} is read by its own report, at once`, async () => {
      assert.deepEqual(await sources(), ['companion']);
      const start = locust.paths.length;
      companion = fault;
      assert.deepEqual(await sources(2), ['web', 'web']);
      assert.equal(await failures(code), 2);
      companion = GOOD;
      assert.deepEqual(await sources(), ['companion']);
      // The index page is not read meanwhile.
      assert.deepEqual(locust.paths.slice(start), [ROUTE, WEB, ROUTE, WEB, ROUTE]);
      assert.deepEqual(linesOf('warn'), ['the companion fails, reading /stats/requests']);
    });
  }

  it('that fails three times in a row is asked again when a run begins', async () => {
    await sources();
    companion = (_request, response) => response.writeHead(500).end('oops');
    await sources(3);
    const start = locust.paths.length;
    assert.deepEqual(await sources(2), ['web', 'web']);
    assert.deepEqual(pathsSince(start), [WEB, WEB]);
    [requests, companion] = [1, GOOD];
    assert.deepEqual(await sources(2), ['web', 'companion']);
  });

  it('that is gone is read by its own report, in the same read', async () => {
    await sources();
    companion = NOT_FOUND;
    const start = locust.paths.length;
    assert.deepEqual(await sources(2), ['web', 'web']);
    assert.deepEqual(pathsSince(start), [ROUTE, WEB, WEB]);
  });

  it('and nothing else, as when headless, has the problem that the companion has', async () => {
    web = NOT_FOUND;
    await sources();
    companion = (_request, response) => response.writeHead(500).end('oops');
    const { problem } = await reader.read(5000);
    assert.match(String(problem?.message), /locust-exporter answered with status 500: oops/);
    companion = GOOD;
    assert.deepEqual(await sources(), ['companion']);
  });

  it('that does not answer in time is not asked for another report', async () => {
    await sources();
    companion = () => undefined;
    const { problem } = await reader.read(200);
    assert.equal(problem?.code, 'timeout');
    assert.deepEqual(pathsSince(0), [ROUTE, ROUTE]);
  });

  it('of another format is told of', async () => {
    companion = (_request, response) => response.end(toMsgpack(companionReport({ format: 7 })));
    assert.deepEqual(await sources(2), ['web', 'web']);
    assert.deepEqual(linesOf('warn'), ['cannot use the companion']);
    assert.match(JSON.stringify(log()), /writes format 7, and this exporter reads 1: update/);
  });
});
