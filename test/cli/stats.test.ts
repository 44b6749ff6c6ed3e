import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { awaitReport } from '../../src/cli/control.ts';
import { statsTable } from '../../src/cli/stats-table.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { sampleSnapshot, sampleStats } from '../http/status-page/sample-status-view.ts';

const run = promisify(execFile);
const BIN = join(import.meta.dirname, '../../src/bin.ts');

const exporter = (url: string, ...args: string[]) =>
  run(process.execPath, [BIN, ...args, '--locust-url', url], { timeout: 30_000 });

/** A Locust that reports the same for ever. */
async function startFrozenLocust(t: TestContext, state: string): Promise<string> {
  const row = {
    ...{ method: 'GET', name: '/a', num_requests: 351, num_failures: 7, avg_response_time: 12.5 },
    ...{ min_response_time: 3, max_response_time: 9960, median_response_time: 10 },
    ...{ avg_content_length: 100, current_rps: 15.9, current_fail_per_sec: 1.5 },
    'response_time_percentile_0.95': 9.6,
  };
  const report = {
    ...{ state, user_count: 0, fail_ratio: 0.02, total_rps: 1, errors: [] },
    stats: [row, { ...row, method: '', name: 'Aggregated' }],
    current_response_time_percentiles: { 'response_time_percentile_0.5': 12 },
  };
  const server = createServer((request, response) => {
    response.end(request.url === '/stats/requests' ? JSON.stringify(report) : '<html></html>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Json {
  readonly totalRps: number;
  readonly totalFailuresPerSecond: number;
  readonly currentQuantiles: unknown[];
  readonly aggregate: { readonly currentRps: number; readonly requests: number };
  readonly endpoints: readonly { readonly currentRps: number }[];
}

describe('stats', () => {
  for (const state of ['stopped', 'ready', 'missing']) {
    it(`shows no rates and percentiles of a window that is over: ${state}`, async (t) => {
      const url = await startFrozenLocust(t, state);
      const { stdout } = await exporter(url, 'stats');
      assert.match(
        stdout,
        /^State: \w+ +Users: 0 +RPS \(last 10 s\): 0\.0 +Failures \(whole run\): 1\.99 %/,
      );
      assert.doesNotMatch(stdout, /15\.9|1\.5\b/);
      const json = JSON.parse((await exporter(url, 'stats', '--json')).stdout) as Json;
      assert.equal(json.totalRps, 0);
      assert.equal(json.totalFailuresPerSecond, 0);
      assert.deepEqual(json.currentQuantiles, []);
      assert.deepEqual([json.aggregate.currentRps, json.endpoints[0]!.currentRps], [0, 0]);
      assert.equal(json.aggregate.requests, 351);
    });
  }

  it('shows them while a run is on', async (t) => {
    const url = await startFrozenLocust(t, 'running');
    assert.match((await exporter(url, 'stats')).stdout, /RPS \(last 10 s\): 15\.9/);
    const json = JSON.parse((await exporter(url, 'stats', '--json')).stdout) as Json;
    assert.equal(json.totalRps, 15.9);
    assert.deepEqual(json.currentQuantiles, [{ quantile: 0.5, seconds: 0.012 }]);
  });

  it('shows which figures are of which time, and how old they may be', () => {
    const [, legend, age] = statsTable(sampleSnapshot()).split('\n');
    assert.equal(
      legend,
      'Rates (req/s, fail/s) are over the last 10 s, all else is since the statistics began.',
    );
    assert.match(age!, /every 2 s/);
  });
});

describe('the table of stats', () => {
  const cells = (snapshot: Snapshot) =>
    statsTable(snapshot)
      .split('\n')
      .find((line) => line.includes('Aggregated'))!
      .split('│')
      .map((cell) => cell.trim());

  it('has the columns that its head names', () => {
    const lines = statsTable(sampleSnapshot()).split('\n');
    const head = lines.find((line) => line.includes('Method'))!.split('│');
    assert.deepEqual(head.map((cell) => cell.trim()).slice(1, -1), [
      'Method',
      'Name',
      'Requests',
      'Fails',
      'Median',
      'p95',
      'Mean',
      'Max',
      'req/s',
      'fail/s',
    ]);
    assert.deepEqual(cells(sampleSnapshot()).slice(1, -1), [
      ...['', 'Aggregated', '2400', '30', '120 ms', '980 ms', '147 ms', '3400 ms', '14.4', '0.3'],
    ]);
  });

  for (const [seconds, text] of [
    [0, '0 ms'],
    [0.0071, '7.1 ms'],
    [0.007, '7 ms'],
    [0.00994, '9.9 ms'],
    [0.00996, '10 ms'],
    [0.01, '10 ms'],
    [0.0104, '10 ms'],
    [0.1476, '148 ms'],
    [12.3456, '12346 ms'],
  ] as const) {
    it(`writes ${seconds} s as ${text}`, () => {
      const { responseTime } = sampleStats();
      const aggregate = sampleStats({ responseTime: { ...responseTime, maxSeconds: seconds } });
      assert.equal(cells(sampleSnapshot({ aggregate }))[8], text);
    });
  }

  for (const [failRatio, text] of [
    [null, '-'],
    [0, '0 %'],
    [0.00001, '<0.01 %'],
    [0.0125, '1.25 %'],
    [0.999999, '>99.99 %'],
    [1, '100 %'],
    [1.2, '>100 %'],
    [1e307, '>100 %'],
  ] as const) {
    it(`writes a share of ${failRatio} as ${text}`, () => {
      assert.match(
        statsTable(sampleSnapshot({ failRatio })),
        new RegExp(`Failures \\(whole run\\): ${text}(?: {3}|\\n)`),
      );
    });
  }
});

describe('right after a command', () => {
  const report = (state: string, requests: number) => ({
    ...{ state, user_count: 1, fail_ratio: 0, total_rps: 1, errors: [] },
    stats: [
      {
        ...{ method: '', name: 'Aggregated', num_requests: requests, num_failures: 0 },
        ...{ avg_response_time: 1, min_response_time: 1, max_response_time: 1 },
        ...{ median_response_time: 1, avg_content_length: 1, current_rps: 1 },
      },
    ],
  });

  /** @returns the reports that were handed out, of which the old one stays for a while. */
  async function startCachingLocust(t: TestContext, before: object, after: object) {
    const given: object[] = [];
    let commandMs = Infinity;
    const server = createServer((request, response) => {
      if (request.url === '/stats/requests') {
        const latest = performance.now() - commandMs > 900 ? after : before;
        given.push(latest);
        response.end(JSON.stringify(latest));
      } else if (request.url === '/') response.end('<html></html>');
      else {
        commandMs = performance.now();
        response.end(JSON.stringify({ success: true, message: 'done' }));
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return { url, given };
  }

  for (const [command, before, after] of [
    ['swarm --users 1', report('ready', 0), report('spawning', 0)],
    ['stop', report('running', 5), report('stopped', 5)],
    ['reset-stats', report('running', 5), report('running', 4)],
  ] as const) {
    it(`Locust's report has shown what was done: ${command}`, async (t) => {
      const { url, given } = await startCachingLocust(t, before, after);
      const { stdout } = await exporter(url, ...command.split(' '));
      assert.match(stdout, /^(?:done|Statistics reset)\n$/);
      assert.deepEqual(given.at(-1), after);
    });
  }

  it('nothing is waited for that does not come', async () => {
    const snapshot = sampleSnapshot();
    const start = performance.now();
    await awaitReport(
      () => Promise.resolve(snapshot),
      () => false,
    );
    const tookMs = performance.now() - start;
    assert.ok(tookMs >= 2000 && tookMs < 4000, String(tookMs));
    let reads = 0;
    const read = (result: Snapshot | null) => () => {
      reads += 1;
      return Promise.resolve(result);
    };
    await awaitReport(read(null), () => false);
    await awaitReport(read(snapshot), () => true);
    assert.equal(reads, 2);
  });
});
