import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import { createLocustClient, type LocustClient } from '../../src/locust/client/client.ts';
import { createSelfMetrics } from '../../src/metrics/self.ts';
import { createReader, type Reader } from '../../src/target/reader.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { aggregate, NO_RULES, report, row } from '../locust/samples.ts';
import { FakeClock } from './fake-reader.ts';
import { startFaultyLocust, type FaultyLocust } from './faulty-locust.ts';
import { keepLog } from './in-process.ts';

const CSV = '/stats/requests/csv';

let clock: FakeClock;
let locust: FaultyLocust;
let client: LocustClient;
let reader: Reader;
/** Names of all endpoints in Locust's order, and the requests of each. */
let names: string[];
let requests: number;
let csvStatus: number;

const nameOf = (number: number) => `/${String(number).padStart(4, '0')}`;

beforeEach(async () => {
  names = Array.from({ length: 502 }, (_, number) => nameOf(number));
  [requests, csvStatus] = [10, 200];
  locust = await startFaultyLocust((request, response) => {
    const counts = { num_requests: requests, num_failures: 0 };
    const total = { num_requests: requests * names.length, num_failures: 0 };
    if (request.url === '/stats/requests') {
      const rows = names.slice(0, 500).map((name) => row(name, counts));
      response.end(JSON.stringify(report([...rows, aggregate(total)])));
    } else if (request.url === CSV) {
      const lines = names.map((name) => `GET,${name},${requests},0`);
      const text = ['Type,Name,Request Count,Failure Count', ...lines, ',Aggregated,0,0', ''];
      response.writeHead(csvStatus).end(text.join('\r\n'));
    } else response.writeHead(404).end();
  });
  clock = new FakeClock();
  client = createLocustClient({ url: locust.url, maxResponseBytes: 1e7, userAgent: 'test/1' });
  use('auto');
});

afterEach(async () => {
  await client.close();
  await locust.close();
});

function use(uncutRows: 'auto' | 'off'): void {
  const self = createSelfMetrics({ version: '1', revision: 'a' });
  const { logger } = keepLog('debug');
  const options = { rowRules: NO_RULES, companion: 'off', uncutRows } as const;
  reader = createReader({ client, self, logger, clock, ...options });
}

async function read(afterMs = 2000): Promise<Snapshot> {
  clock.nowMs += afterMs;
  const { report: read } = await reader.read(5000);
  assert.ok(read.snapshot !== null);
  return read.snapshot;
}

function csvReads(): number {
  return locust.paths.filter((path) => path === CSV).length;
}

function requestsOf({ endpoints }: Snapshot, name: string): number | null | undefined {
  return endpoints.find((one) => one.name === name)?.requests;
}

it('rows that Locust cuts off are there, as old as the CSV is', async () => {
  const first = await read();
  assert.equal(first.endpoints.length, 502);
  assert.equal(first.endpointsTruncated, false);
  requests = 20;
  const second = await read();
  assert.deepEqual([requestsOf(second, nameOf(499)), requestsOf(second, nameOf(501))], [20, 10]);
  assert.equal(csvReads(), 1);
  const third = await read(10_000);
  assert.equal(requestsOf(third, nameOf(501)), 20);
  assert.equal(csvReads(), 2);
});

it('a row that comes to be cut off counts on from where it was', async () => {
  await read();
  requests = 20;
  await read();
  names = ['/', ...names];
  const shifted = await read();
  assert.equal(requestsOf(shifted, nameOf(499)), 20);
  assert.equal(requestsOf(shifted, nameOf(501)), 10);
});

it('a new run has no rows of the one before', async () => {
  await read();
  requests = 1;
  names = names.slice(0, 501);
  const next = await read();
  assert.equal(next.endpoints.length, 501);
  assert.equal(csvReads(), 2);
});

it('without the CSV they are missing, and Locust is not asked again at once', async () => {
  csvStatus = 500;
  for (const snapshot of [await read(), await read()]) {
    assert.equal(snapshot.endpoints.length, 500);
    assert.equal(snapshot.endpointsTruncated, true);
  }
  assert.equal(csvReads(), 1);
});

it('nothing is read where Locust cuts nothing, or where that is not wanted', async () => {
  names = names.slice(0, 499);
  assert.equal((await read()).endpoints.length, 499);
  names = Array.from({ length: 502 }, (_, number) => nameOf(number));
  use('off');
  assert.equal((await read()).endpointsTruncated, true);
  assert.equal(csvReads(), 0);
});
