import { setTimeout as sleep } from 'node:timers/promises';
import { parseExposition, type ParsedFamily } from '../helpers/parse-exposition.ts';
import type { RestlessLocust } from './restless-locust.ts';

const TYPES = { text: 'text/plain', openmetrics: 'application/openmetrics-text' } as const;
const PAUSE_MS = 200;

/** How long after a change the exporter may still tell of the time before it. */
const SETTLE_MS = 1000;

/** The exporter's own counters never fall. */
const OF_LOCUST = /^locust_(?!exporter_)/;

export interface ScrapeFigures {
  scrapes: number;
  down: number;
  comparisons: number;
  readonly failures: string[];
}

export interface LastScrape {
  series: number;
  heapBytes: number;
}

/** Scrapes in both formats, with and without gzip, and compares each scrape with the one before. */
export async function scrape(
  url: string,
  locust: RestlessLocust,
  figures: ScrapeFigures,
  last: LastScrape,
  signal: AbortSignal,
): Promise<void> {
  let before: { counters: ReadonlyMap<string, number>; atMs: number } | null = null;
  for (let turn = 0; !signal.aborted; turn += 1) {
    const format = turn % 2 === 0 ? 'text' : 'openmetrics';
    const encoding = turn % 4 < 2 ? 'gzip' : 'identity';
    const atMs = performance.now();
    try {
      const text = await get(`${url}/metrics`, TYPES[format], encoding);
      const families = parseExposition(text, format);
      figures.scrapes += 1;
      figures.down += valueOf(families, 'locust_up') === 1 ? 0 : 1;
      last.series = families.reduce((sum, { samples }) => sum + samples.length, 0);
      last.heapBytes = valueOf(families, 'nodejs_heap_size_used_bytes') ?? NaN;
      const counters = countersOf(families);
      if (before !== null) {
        const isCalm = locust.changedMs + SETTLE_MS < before.atMs;
        figures.comparisons += isCalm ? 1 : 0;
        for (const fall of fallsBetween(before.counters, counters)) {
          if (isCalm || !OF_LOCUST.test(fall)) figures.failures.push(fall);
        }
      }
      before = { counters, atMs };
    } catch (error) {
      figures.failures.push(`scrape as ${format}, ${encoding}: ${String(error)}`);
    }
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

/** The body of a response that has to be 200 and encoded as asked. */
export async function get(url: string, accept: string, encoding: string): Promise<string> {
  const response = await fetch(url, {
    headers: { accept, 'accept-encoding': encoding },
    signal: AbortSignal.timeout(5000),
  });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`status ${response.status}: ${body}`);
  const used = response.headers.get('content-encoding') ?? 'identity';
  if (used !== encoding) throw new Error(`encoded as ${used}`);
  return body;
}

function valueOf(families: readonly ParsedFamily[], name: string): number | undefined {
  return families.find((family) => family.name === name)?.samples[0]?.value;
}

function countersOf(families: readonly ParsedFamily[]): Map<string, number> {
  const counters = new Map<string, number>();
  for (const { type, samples } of families) {
    for (const { name, labels, value } of samples) {
      const isCounter = type === 'counter' || /_(sum|count|bucket)$/.test(name);
      if (isCounter) counters.set(`${name} ${JSON.stringify(labels)}`, value);
    }
  }
  return counters;
}

function fallsBetween(
  before: ReadonlyMap<string, number>,
  now: ReadonlyMap<string, number>,
): string[] {
  return [...before].flatMap(([series, value]) => {
    const current = now.get(series);
    const fell = current !== undefined && current < value;
    return fell ? [`${series} fell from ${value} to ${current}`] : [];
  });
}
