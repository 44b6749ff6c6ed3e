import assert from 'node:assert/strict';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { startExporter, whyBuildIsMissing, type Exporter } from '../helpers/exporter.ts';
import { freePort } from '../helpers/free-port.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust, type RealLocust } from '../helpers/real-locust.ts';
import { startPrometheus, whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter, valueOf } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

interface Mode {
  readonly name: string;
  readonly env: Record<string, string>;
  /** Whether all that was read of Locust has to reach Prometheus. */
  readonly keepsAll: boolean;
}

const MODES: readonly Mode[] = [
  { name: 'on-demand', env: {}, keepsAll: false },
  { name: 'loop', env: { SCRAPE_MODE: 'loop' }, keepsAll: false },
  { name: 'loop, LINGER=15s', env: { SCRAPE_MODE: 'loop', LINGER: '15s' }, keepsAll: true },
];

/** How Locust ends, some seconds after it began to send requests. */
const ENDINGS: readonly { name: string; end: (locust: RealLocust) => Promise<void> }[] = [
  // It ends the run by itself, waits four seconds, and leaves.
  { name: '--autoquit', end: () => Promise.resolve() },
  { name: 'SIGTERM', end: (locust) => sendAfter(8000, locust, 'SIGTERM') },
  { name: 'SIGKILL', end: (locust) => sendAfter(8000, locust, 'SIGKILL') },
];

/** Locust's answer can be two seconds old, and is read every two seconds. */
const OLDEST_MS = 4500;

async function sendAfter(
  milliseconds: number,
  { main }: RealLocust,
  signal: NodeJS.Signals,
): Promise<void> {
  await sleep(milliseconds);
  main.kill(signal);
}

function startRun(): Promise<RealLocust> {
  const run = ['--autostart', '-u', '4', '-r', '4', '-t', '16s', '--autoquit', '4'];
  return startLocust({ version: 'newest', args: run });
}

/** What Locust said of its requests until it was gone, and when. */
async function follow(locust: RealLocust): Promise<{ atMs: number; requests: number }[]> {
  const seen: { atMs: number; requests: number }[] = [];
  while (locust.main.exit === undefined) {
    try {
      const requests = (await locust.report()).stats.at(-1)?.num_requests ?? 0;
      seen.push({ atMs: performance.now(), requests });
    } catch {
      // It is about to end.
    }
    await sleep(200);
  }
  return seen;
}

async function endExporter({ process }: Exporter): Promise<number> {
  const startMs = performance.now();
  process.kill('SIGTERM');
  assert.equal(await process.exited, 0);
  return performance.now() - startMs;
}

async function runToItsEnd(
  t: TestContext,
  mode: Mode,
  end: (locust: RealLocust) => Promise<void>,
): Promise<void> {
  const locust = await startRun();
  stopAfter(t, 'Locust', locust);
  const exporter = await startExporter({ LOCUST_URL: locust.url, ...mode.env });
  stopAfter(t, 'exporter', exporter.process);
  const prometheus = await startPrometheus({
    config: `
scrape_configs:
  - job_name: locust
    scrape_interval: 5s
    static_configs: [{ targets: ['${new URL(exporter.url).host}'] }]
`,
  });
  stopAfter(t, 'Prometheus', prometheus);

  const [seen] = await Promise.all([follow(locust), end(locust)]);
  const goneMs = performance.now();
  // As the kubelet does when the main container is gone.
  const tookMs = await endExporter(exporter);
  // Nothing at all was stored of a run that no scrape fell into.
  const last = (name: string) =>
    valueOf(prometheus, `sum(last_over_time(${name}[5m])) or vector(0)`);
  const stored = await last('locust_aggregated_requests_total');
  const counted = seen.at(-1)!.requests;
  t.diagnostic(
    `lost ${counted - stored} of ${counted} requests; ended after ${(tookMs / 1000).toFixed(1)} s`,
  );
  if (!mode.keepsAll) {
    assert.ok(tookMs < 5000, `it took ${tookMs} ms to end`);
    return;
  }
  assert.ok(tookMs < 20_000, `it took ${tookMs} ms to end`);
  const certain = seen.filter(({ atMs }) => atMs < goneMs - OLDEST_MS).at(-1)!;
  assert.ok(stored >= certain.requests, `${stored} stored of ${certain.requests} that were read`);
  assert.equal(await valueOf(prometheus, 'last_over_time(locust_up[5m])'), 0);
  assert.equal(await valueOf(prometheus, 'last_over_time(locust_total_rps[5m])'), 0);
  if (end === ENDINGS[0]!.end) assert.equal(stored, counted);
}

const NEEDS = needs(whyLocustIsMissing('newest'), whyPrometheusIsMissing(), whyBuildIsMissing());

describe('the last numbers of a run', { concurrency: 3 }, () => {
  for (const { name: ending, end } of ENDINGS) {
    for (const mode of MODES) {
      it(`Locust ends by ${ending}, ${mode.name}`, NEEDS, (t) => runToItsEnd(t, mode, end));
    }
  }
});

describe('the end of the exporter', { concurrency: 3 }, () => {
  const gone = { EXIT_AFTER_LOCUST_GONE: '15s', LINGER: '2s' };
  for (const { name, env } of MODES.slice(0, 2)) {
    it(`comes by itself when Locust is gone for good, ${name}`, NEEDS, async (t) => {
      const port = await freePort();
      const exporter = await startExporter({
        ...{ LOCUST_URL: `http://127.0.0.1:${port}`, ...env, ...gone },
      });
      stopAfter(t, 'exporter', exporter.process);
      const start = async () => {
        const locust = await startLocust({ version: 'newest', port });
        stopAfter(t, 'Locust', locust);
        await waitUntil('it is up', async () => /^locust_up 1$/m.test(await exporter.metrics()));
        return locust;
      };
      const first = await start();
      first.main.kill('SIGKILL');
      await first.main.exited;
      await sleep(1000);
      const second = await start();
      await sleep(15_500);
      assert.equal(exporter.process.exit, undefined, 'it took a restart for the end');
      second.main.kill('SIGKILL');
      const startMs = performance.now();
      assert.equal(await exporter.process.exited, 0);
      const seconds = (performance.now() - startMs) / 1000;
      assert.ok(seconds > 14 && seconds < 25, `it ended after ${seconds} s`);
    });
  }

  it('is not brought about by a Locust that was never there', NEEDS, async (t) => {
    const port = await freePort();
    const exporter = await startExporter({ LOCUST_URL: `http://127.0.0.1:${port}`, ...gone });
    stopAfter(t, 'exporter', exporter.process);
    await sleep(17_000);
    assert.equal(exporter.process.exit, undefined);
  });

  for (const [first, second] of [
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
  ] as const) {
    it(`does not linger on after ${first} and ${second}`, NEEDS, async (t) => {
      const locust = await startLocust({ version: 'newest' });
      stopAfter(t, 'Locust', locust);
      const exporter = await startExporter({ LOCUST_URL: locust.url, LINGER: '25s' });
      stopAfter(t, 'exporter', exporter.process);
      await waitUntil('it is up', async () => /^locust_up 1$/m.test(await exporter.metrics()));
      exporter.process.kill(first);
      await waitUntil('it stops', () => exporter.log.some(({ msg }) => msg === 'stopping'));
      await sleep(1000);
      assert.equal(exporter.process.exit, undefined);
      assert.ok((await endExporter(exporter)) < 5000);
      assert.ok(exporter.log.some(({ msg }) => msg === 'the final numbers were not scraped'));
    });
  }
});
