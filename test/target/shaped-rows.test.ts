import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { startSimulatedLocust, type SimulatedLocust } from '../../src/demo/simulated-locust.ts';
import { parseExposition, type ParsedSample } from '../helpers/parse-exposition.ts';
import { aggregate, report, row } from '../locust/samples.ts';
import { startFaultyLocust } from './faulty-locust.ts';
import { startInProcess, type InProcess } from './in-process.ts';

let nowMs = 1_700_000_000_000;
let locust: SimulatedLocust | undefined;
let exporter: InProcess | undefined;

afterEach(async () => {
  await exporter?.stop();
  await locust?.close();
  exporter = locust = undefined;
});

/** An exporter on a simulated Locust of 50 endpoints, /endpoint/… by name, that is at work. */
async function start(env: Record<string, string>): Promise<InProcess> {
  locust = await startSimulatedLocust({
    ...{ endpoints: 50, errors: 20, scenario: 'manual', now: () => nowMs },
  });
  const form = new URLSearchParams({ user_count: '50', spawn_rate: '50' });
  const swarm = await fetch(`${locust.url}/swarm`, { method: 'POST', body: form });
  assert.equal(swarm.status, 200, await swarm.text());
  nowMs += 60_000;
  exporter = await startInProcess({ LOCUST_URL: locust.url, CACHE_TTL: '0s', ...env });
  return exporter;
}

async function samplesOf(running: InProcess): Promise<ParsedSample[]> {
  const openmetrics = await running.metrics({ accept: 'application/openmetrics-text' });
  parseExposition(openmetrics, 'openmetrics');
  return parseExposition(await running.metrics(), 'text').flatMap(({ samples }) => samples);
}

function sumOf(samples: readonly ParsedSample[], name: string): number {
  return rowsOf(samples, name).reduce((sum, { value }) => sum + value, 0);
}

function rowsOf(samples: readonly ParsedSample[], name: string): ParsedSample[] {
  return samples.filter((sample) => sample.name === name);
}

function foldedIn(samples: readonly ParsedSample[]): number[] {
  return rowsOf(samples, 'locust_exporter_folded_rows').map(({ value }) => value);
}

function isOther({ labels }: ParsedSample): boolean {
  return labels['name'] === '(other)';
}

const COUNTERS = ['requests', 'failures', 'content_bytes'];

describe('MAX_ENDPOINTS and MAX_ERRORS', () => {
  it('leave ten endpoints of fifty, and the sums are those of Locust', async () => {
    const running = await start({ MAX_ENDPOINTS: '10', MAX_ERRORS: '5', LEGACY_METRICS: 'on' });
    const samples = await samplesOf(running);
    const requests = rowsOf(samples, 'locust_requests_total');
    assert.equal(requests.length, 11);
    assert.deepEqual(requests.find(isOther)?.labels, { method: '', name: '(other)' });
    for (const counter of COUNTERS) {
      const total = sumOf(samples, `locust_${counter}_total`);
      assert.equal(total, sumOf(samples, `locust_aggregated_${counter}_total`), counter);
    }
    assert.ok(sumOf(samples, 'locust_requests_total') > 1000);
    const errors = rowsOf(samples, 'locust_error_occurrences_total');
    assert.equal(errors.length, 6);
    assert.equal(
      sumOf(samples, 'locust_error_occurrences_total'),
      sumOf(samples, 'locust_failures_total'),
    );
    assert.deepEqual(errors.find(isOther)?.labels, {
      ...{ method: '', name: '(other)', error: '(other)' },
    });
    const legacy = rowsOf(samples, 'locust_requests_num_requests');
    assert.equal(legacy.length, 12);
    assert.equal(legacy.find(isOther)?.value, requests.find(isOther)?.value);
    assert.equal(rowsOf(samples, 'locust_endpoints_truncated')[0]?.value, 0);
    assert.deepEqual(foldedIn(samples), [40, 15, 0]);
    const quantiles = rowsOf(samples, 'locust_response_time_seconds');
    assert.ok(quantiles.length > 0 && !quantiles.some(isOther));
    assert.match(await running.get('/'), /or above a limit, are added together \(40\)/);
  });

  it('let no counter fall while the run goes on', async () => {
    const running = await start({ MAX_ENDPOINTS: '10', MAX_ERRORS: '5' });
    const before = new Map<string, number>();
    for (let read = 0; read < 10; read++) {
      for (const { name, labels, value } of await samplesOf(running)) {
        if (!/^locust_(?!exporter).*_(total|sum|count)$/.test(name)) continue;
        const key = `${name} ${JSON.stringify(labels)}`;
        assert.ok(value >= (before.get(key) ?? 0), key);
        before.set(key, value);
      }
      nowMs += 5000;
    }
  });
});

describe('names and errors by rules', () => {
  it('NAME_REWRITE makes a few endpoints of fifty', async () => {
    const rules = '\\d(\\d)$ => $1x\n(?P<even>[02468])x => even ${even}\n[13579]x => odd';
    const samples = await samplesOf(
      await start({ NAME_REWRITE: rules, ERROR_REWRITE: '.* => all' }),
    );
    const names = new Set(
      rowsOf(samples, 'locust_requests_total').map(({ labels }) => labels['name']),
    );
    assert.equal(names.size, 6, [...names].join());
    for (const counter of COUNTERS) {
      const total = sumOf(samples, `locust_${counter}_total`);
      assert.equal(total, sumOf(samples, `locust_aggregated_${counter}_total`), counter);
    }
    const errors = rowsOf(samples, 'locust_error_occurrences_total');
    assert.deepEqual([...new Set(errors.map(({ labels }) => labels['error']))], ['all']);
    assert.deepEqual(foldedIn(samples), [0, 0, 0]);
  });

  it('EXCLUDE_NAMES and INCLUDE_NAMES leave the aggregate as it is', async () => {
    const samples = await samplesOf(await start({ INCLUDE_NAMES: '1\\d$', EXCLUDE_NAMES: '5$' }));
    const rows = rowsOf(samples, 'locust_requests_total');
    assert.equal(rows.length, 9);
    assert.ok(
      sumOf(samples, 'locust_requests_total') < sumOf(samples, 'locust_aggregated_requests_total'),
    );
    for (const { labels } of rowsOf(samples, 'locust_error_occurrences_total')) {
      assert.match(labels['name'] ?? '', /1[^5]$/);
    }
  });

  it('MAX_LABEL_LENGTH cuts, and a row that comes to be the same is added', async () => {
    const env = { MAX_LABEL_LENGTH: '16', NAME_REWRITE: '^ => 0123456789abcde' };
    const samples = await samplesOf(await start(env));
    for (const { labels } of rowsOf(samples, 'locust_requests_total')) {
      assert.equal(labels['name'], '0123456789abcde…');
    }
    assert.equal(
      sumOf(samples, 'locust_requests_total'),
      sumOf(samples, 'locust_aggregated_requests_total'),
    );
    assert.ok(foldedIn(samples)[0]! > 40);
  });
});

it('a reset chooses anew which endpoints have metrics of their own', async () => {
  let names = ['b'];
  let count = 10;
  const fake = await startFaultyLocust((request, response) => {
    if (request.url === '/') return response.writeHead(404).end();
    const counts = { num_requests: count, num_failures: 0 };
    const rows = names.map((name) => row(name, counts));
    const total = aggregate({ ...counts, num_requests: count * names.length });
    return response.end(JSON.stringify(report([...rows, total])));
  });
  try {
    const env = { LOCUST_URL: fake.url.href, CACHE_TTL: '0s', MAX_ENDPOINTS: '1' };
    exporter = await startInProcess(env);
    const shown = async (running: InProcess) =>
      rowsOf(await samplesOf(running), 'locust_requests_total').map(({ labels }) => labels['name']);
    assert.deepEqual(await shown(exporter), ['b']);
    names = ['a', 'b'];
    assert.deepEqual(await shown(exporter), ['(other)', 'b']);
    count = 1;
    assert.deepEqual(await shown(exporter), ['a', '(other)']);
  } finally {
    await fake.close();
  }
});

describe('a Locust whose list is full', () => {
  it('neither seems to begin again nor makes a counter fall', async () => {
    let ids: number[] = Array.from({ length: 500 }, (_, index) => 2000 + index);
    const full = await startFaultyLocust((request, response) => {
      if (request.url === '/') return response.writeHead(404).end();
      const rows = ids.map((id) => row(`/users/${id}`, { num_failures: 0 }));
      return response.end(JSON.stringify(report([...rows, aggregate({ num_requests: 9000 })])));
    });
    try {
      exporter = await startInProcess({
        ...{ LOCUST_URL: full.url.href, CACHE_TTL: '0s' },
        NAME_REWRITE: '/users/\\d+ => /users/:id',
      });
      const first = await samplesOf(exporter);
      ids = [...Array.from({ length: 30 }, (_, index) => 1000 + index), ...ids.slice(0, 470)];
      const second = await samplesOf(exporter);
      assert.equal(sumOf(first, 'locust_requests_total'), 5000);
      assert.equal(sumOf(second, 'locust_requests_total'), 5300);
      assert.deepEqual(
        rowsOf(second, 'locust_run_start_time_seconds'),
        rowsOf(first, 'locust_run_start_time_seconds'),
      );
      assert.equal(rowsOf(second, 'locust_endpoints_truncated')[0]?.value, 1);
    } finally {
      await full.close();
    }
  });
});
