import http from 'node:http';
import { once } from 'node:events';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { ManyReply, ManyRequest } from './many-locusts.ts';
import { markdownTable, mebibytes } from './markdown-table.ts';
import { readCpuSeconds, readProcessMemory } from './process-figures.ts';
import { bareProgram, exporterProgram, startProgram } from './programs.ts';
import { scrapeAtPace } from './scrape-at-pace.ts';
import { scrapeHeaders } from './scrape-load.ts';
import { percentile } from './statistics.ts';
import { startWorker } from './worker-process.ts';

/*
 * Many Locusts through /probe of one exporter, as one Prometheus scrapes them. It prints what that
 * costs the exporter, and how long a scrape of a Locust that answers takes while others hang.
 */

const WARM_UP_SHARE = 1 / 4;
const BARE_EVERY_MS = 50;

const text = { type: 'string' } as const;
const { values } = parseArgs({
  options: {
    targets: { ...text, default: '100' },
    hanging: { ...text, default: '10' },
    endpoints: { ...text, default: '50' },
    interval: { ...text, default: '5' },
    seconds: { ...text, default: '60' },
  },
});

function count(name: keyof typeof values, least: number, most: number): number {
  const value = Number(values[name]);
  if (!(value >= least && value <= most)) {
    throw new RangeError(`--${name}: expected ${least} to ${most}`);
  }
  return value;
}

const targets = count('targets', 1, 1000);
const hanging = count('hanging', 0, targets - 1);
const endpoints = count('endpoints', 1, 10_000);
const intervalMs = count('interval', 0.1, 60) * 1000;
const seconds = count('seconds', 1, 600);
// As in deploy/prometheus/prometheus-many.yml.
const timeoutSeconds = (intervalMs / 1000) * 0.8;

const worker = startWorker<ManyRequest, ManyReply>('many-locusts.ts');
const { urls, hangingUrls } = await worker.ask({
  ...{ locusts: targets - hanging, hanging, endpoints },
});
const { url, process: exporter } = await startProgram(
  exporterProgram('', {
    ...{ PROBE_TARGETS: '127.0.0.1', PROBE_MAX_TARGETS: String(targets), LOG_LEVEL: 'error' },
    LOCUST_TIMEOUT: '5s',
  }),
);

const bare = await startProgram(bareProgram());

let isMeasured = false;
/** Of a server that does nothing, which tell how busy the machine is. */
const bareMs: number[] = [];
const latenciesMs: number[] = [];
const lateMs: number[] = [];
let bytes = 0;
let failures = 0;

const headers = {
  ...scrapeHeaders({ format: 'openmetrics', gzip: true }),
  'x-prometheus-scrape-timeout-seconds': String(timeoutSeconds),
};

// The ones that hang are among the others, as Prometheus spreads its targets.
const all = [
  ...urls.map((target) => ({ target, isUp: true })),
  ...hangingUrls.map((target) => ({ target, isUp: false })),
].map((one) => ({ ...one, agent: new http.Agent({ keepAlive: true, maxSockets: 1 }) }));
const step = 7;
const order = all.map((_, index) => all[(index * step) % all.length]!);
const scrapers = new Set(order).size === all.length ? order : all;

async function scrape(number: number): Promise<void> {
  const { target, isUp, agent } = scrapers[number]!;
  const startMs = performance.now();
  const request = http.get(`${url}/probe?target=${encodeURIComponent(target)}`, {
    ...{ agent, headers, signal: AbortSignal.timeout(30_000) },
  });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  const body = await buffer(response);
  const tookMs = performance.now() - startMs;
  const told = gunzipSync(body).toString();
  const isRight = response.statusCode === 200 && told.includes(`\nlocust_up ${isUp ? 1 : 0}`);
  if (!isMeasured) return;
  (isUp ? latenciesMs : lateMs).push(tookMs);
  if (isUp) bytes += body.length;
  if (!isRight) failures += 1;
}

const bareAgent = new http.Agent({ keepAlive: true, maxSockets: 1 });

async function askBareServer(): Promise<void> {
  const startMs = performance.now();
  const request = http.get(`${bare.url}/healthz`, { agent: bareAgent });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  await buffer(response);
  if (isMeasured) bareMs.push(performance.now() - startMs);
}

try {
  const control = scrapeAtPace(1, BARE_EVERY_MS, askBareServer);
  const paced = scrapeAtPace(scrapers.length, intervalMs, scrape);
  // Two scrapes of each, so that what a first one costs is left out.
  await sleep(Math.max(2 * intervalMs, seconds * 1000 * WARM_UP_SHARE));
  const cpuBefore = readCpuSeconds(exporter.pid);
  const startMs = performance.now();
  isMeasured = true;
  await sleep(seconds * 1000);
  isMeasured = false;
  const passed = (performance.now() - startMs) / 1000;
  const cpuSeconds = readCpuSeconds(exporter.pid) - cpuBefore;
  const { rssBytes, rssAnonBytes, peakRssBytes } = readProcessMemory(exporter.pid);
  await Promise.all([paced.stop(), control.stop()]);
  const scrapes = latenciesMs.length + lateMs.length;
  const row = [
    `${targets} × ${endpoints}`,
    String(hanging),
    (scrapes / passed).toFixed(1),
    `${((cpuSeconds / passed) * 100).toFixed(1)} %`,
    ((cpuSeconds / scrapes) * 1000).toFixed(2),
    mebibytes(rssAnonBytes),
    mebibytes(rssBytes),
    mebibytes(peakRssBytes),
    ...[0.5, 0.99, 1].map((share) => percentile(latenciesMs, share).toFixed(1)),
    ...[0.5, 0.99].map((share) => percentile(bareMs, share).toFixed(1)),
    hanging === 0 ? '–' : `${(percentile(lateMs, 1) / 1000).toFixed(2)} s`,
    (bytes / latenciesMs.length / 1000).toFixed(1),
    String(failures),
  ];
  const headings = [
    ...['Locusts × endpoints', 'of these hang', 'scrapes/s', 'CPU', 'CPU ms per scrape'],
    ...['RssAnon MiB', 'RSS MiB', 'RSS at most', 'p50 ms', 'p99 ms', 'slowest ms'],
    ...['bare server p50 ms', 'bare server p99 ms'],
    ...['slowest that hangs', 'kB per response', 'wrong'],
  ];
  console.log(`every ${intervalMs / 1000} s, for ${seconds} s, Node.js ${process.version}\n`);
  const columns = headings.map((heading, at) => ({
    heading,
    cell: (cells: readonly string[]) => cells[at] ?? '',
  }));
  console.log(markdownTable(columns, [row]));
  if (failures > 0 || latenciesMs.length === 0) process.exitCode = 1;
} finally {
  for (const { agent } of all) agent.destroy();
  bareAgent.destroy();
  await Promise.all([exporter.stop(), bare.process.stop()]);
  worker.stop();
}
