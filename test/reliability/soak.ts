import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startExporter } from '../helpers/exporter.ts';
import { RestlessLocust, SPEED } from './restless-locust.ts';
import { get, scrape, type LastScrape, type ScrapeFigures } from './scraper.ts';

/** Memory grew when it grew by more than both. */
const GROWTH = { share: 0.15, bytes: 8 * 2 ** 20 };
/** Connections come and go. */
const FDS_GROWTH = 3;
/** The share of the time that the program has to fill its caches. */
const WARM_UP = 1 / 4;

interface Sample {
  readonly second: number;
  readonly rssAnon: number;
  readonly rss: number;
  readonly heap: number;
  readonly fds: number;
  readonly series: number;
}

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '3' } } });
const minutes = Number(values.minutes);
if (!(minutes >= 0.2 && minutes <= 600)) throw new RangeError('--minutes: expected 0.2 to 600');
const soakMs = minutes * 60_000;
const overdue = setTimeout(() => {
  console.error('the soak did not end in time');
  process.exit(1);
}, soakMs + 60_000);

const locust = new RestlessLocust();
await locust.listen();
const exporter = await startExporter({
  LOCUST_URL: locust.url,
  SCRAPE_MODE: 'loop',
  POLL_INTERVAL: '100ms',
  STALE_AFTER: '500ms',
  LEGACY_METRICS: 'on',
});
const figures: ScrapeFigures = { scrapes: 0, down: 0, comparisons: 0, failures: [] };
const last: LastScrape = { series: 0, heapBytes: NaN };
const samples: Sample[] = [];
let pages = 0;
try {
  const signal = AbortSignal.timeout(soakMs);
  await Promise.all([
    locust.live(signal),
    scrape(exporter.url, locust, figures, last, signal),
    scrape(exporter.url, locust, figures, last, signal),
    lookAtPages(signal),
    takeSamples(signal),
  ]);
} finally {
  await exporter.stop();
  await locust.close();
  clearTimeout(overdue);
}
report();

async function lookAtPages(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const page = await get(`${exporter.url}/`, 'text/html', 'identity');
      if (!page.trimEnd().endsWith('</html>')) throw new Error('it has no end');
      pages += 1;
    } catch (error) {
      figures.failures.push(`status page: ${String(error)}`);
    }
    await pause(2000, signal);
  }
}

async function takeSamples(signal: AbortSignal): Promise<void> {
  const startMs = performance.now();
  const everyMs = Math.min(3000, soakMs / 60);
  for (;;) {
    await pause(everyMs, signal);
    if (signal.aborted) return;
    const { pid, exit } = exporter.process;
    if (exit !== undefined) throw new Error(`the exporter ended with ${String(exit)}`);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const bytes = (key: string) =>
      Number(new RegExp(`^${key}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1] ?? NaN) * 1024;
    samples.push({
      second: (performance.now() - startMs) / 1000,
      rssAnon: bytes('RssAnon'),
      rss: bytes('VmRSS'),
      heap: last.heapBytes,
      fds: readdirSync(`/proc/${pid}/fd`).length,
      series: last.series,
    });
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

function report(): void {
  line('second', 'RssAnon MiB', 'RSS MiB', 'heap MiB', 'fds', 'series');
  for (const { second, rssAnon, rss, heap, fds, series } of samples) {
    line(second.toFixed(0), mib(rssAnon), mib(rss), mib(heap), fds, series);
  }
  const warm = samples.slice(Math.floor(samples.length * WARM_UP));
  const third = Math.floor(warm.length / 3);
  const [first, final] = [warm.slice(0, third), warm.slice(-third)];
  const problems = [...figures.failures];
  line('', 'RssAnon MiB', 'RSS MiB', 'heap MiB', 'fds', 'series');
  for (const [name, part] of Object.entries({ 'first third': first, 'last third': final })) {
    const of = (key: keyof Sample) => median(part.map((sample) => sample[key]));
    line(name, mib(of('rssAnon')), mib(of('rss')), mib(of('heap')), of('fds'), of('series'));
  }
  for (const key of ['rssAnon', 'rss', 'heap', 'fds'] as const) {
    const [from, to] = [first, final].map((part) => median(part.map((sample) => sample[key])));
    if (from === undefined || to === undefined || !(from > 0) || !(to > 0)) {
      problems.push(`${key} was not measured`);
    } else if (
      key === 'fds'
        ? to > from + FDS_GROWTH
        : to > from * (1 + GROWTH.share) && to > from + GROWTH.bytes
    ) {
      problems.push(`${key} grew from ${from} to ${to}`);
    }
  }
  if (figures.comparisons === 0) problems.push('no two scrapes could be compared');
  console.log(
    [
      `${locust.simulatedSeconds.toFixed(0)} s of Locust in ${(soakMs / 1000).toFixed(0)} s (${SPEED}-fold):`,
      `${locust.runs} runs, ${locust.restarts} restarts, ${locust.resets} resets`,
      `${figures.scrapes} scrapes, ${figures.down} of them while Locust was gone,`,
      `${figures.comparisons} compared with the one before; ${pages} status pages`,
    ].join('\n'),
  );
  if (problems.length === 0) {
    console.log('flat: memory and descriptors did not grow, no scrape failed, no counter fell');
    return;
  }
  console.error(`${problems.length} problems:\n${problems.slice(0, 20).join('\n')}`);
  process.exitCode = 1;
}

function line(first: string, ...rest: readonly (string | number)[]): void {
  console.log(first.padEnd(12) + rest.map((cell) => String(cell).padStart(12)).join(''));
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}

function median(values: readonly number[]): number {
  const sorted = values.filter((value) => Number.isFinite(value)).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
