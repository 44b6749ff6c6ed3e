import { parseStats } from '../../src/locust/report/parse-stats.ts';
import type { Durations, Endpoint, Snapshot } from '../../src/locust/snapshot.ts';
import type { Report } from '../../src/metrics/samples.ts';
import { aggregate, report, row } from '../locust/samples.ts';

/** @param counts how many requests took so many milliseconds. */
export function durationsOf(
  counts: Readonly<Record<number, number>>,
  sumSeconds?: number | null,
): Durations {
  const entries = Object.entries(counts)
    .map(([ms, count]) => [Number(ms) / 1000, count] as const)
    .sort(([a], [b]) => a - b);
  return {
    seconds: Float64Array.from(entries, ([seconds]) => seconds),
    counts: Float64Array.from(entries, ([, count]) => count),
    sumSeconds:
      sumSeconds === undefined
        ? entries.reduce((sum, [seconds, count]) => sum + seconds * count, 0)
        : sumSeconds,
  };
}

/** What took how long, by the name of an endpoint; null where that is not told. */
export const COUNTS_BY_NAME: Readonly<Record<string, Readonly<Record<number, number>> | null>> = {
  /* Times that are bounds of classic buckets, and their neighbours. */
  '/bounds': { 4: 1, 5: 2, 6: 4, 10: 8, 1000: 16, 1100: 32, 60_000: 64, 61_000: 128 },
  /* Bounds of native buckets are the powers of two, in seconds. */
  '/powers': { 125: 3, 250: 5, 500: 7, 1000: 11, 2000: 13, 4000: 17, 8000: 19 },
  '/fast': { 0: 1000, 1: 400, 2: 200, 3: 100 },
  '/idle': {},
  '/negative': { [-250]: 2, [-3]: 1, 0: 3, 7: 4 },
  '/usual': { 12: 40, 13: 55, 14: 61, 15: 48, 17: 30, 22: 12, 35: 6, 80: 3, 150: 2, 2400: 1 },
  '/web-api-only': null,
};

/** Locust as the companion tells of it, at one moment. */
export function companionReport(scale = 1): Report & { readonly snapshot: Snapshot } {
  const names = Object.keys(COUNTS_BY_NAME);
  const told = parseStats(report([...names.map((name) => row(name)), aggregate()]));
  const endpoints = told.endpoints.map((endpoint) => withDurations(endpoint, scale));
  const all = new Map<number, number>();
  for (const { durations } of endpoints) {
    for (const [place, seconds] of durations?.seconds.entries() ?? []) {
      const ms = Math.round(seconds * 1000);
      all.set(ms, (all.get(ms) ?? 0) + durations!.counts[place]!);
    }
  }
  return {
    snapshot: {
      ...told,
      endpoints,
      aggregate: { ...told.aggregate!, durations: durationsOf(Object.fromEntries(all), null) },
      companion: {
        targetUsers: 50,
        spawnRate: 2.5,
        userClassUsers: new Map([
          ['WebsiteUser', 30],
          ['AdminUser', 5],
        ]),
        exceptions: 3,
        runStartSeconds: 1_700_000_000,
        statsStartSeconds: 1_700_000_100.25,
      },
    },
    info: { version: '2.46.3', host: 'http://shop.example' },
    runStartSeconds: 1_700_000_100.25,
  };
}

function withDurations(endpoint: Endpoint, scale: number): Endpoint {
  const counts = COUNTS_BY_NAME[endpoint.name] ?? null;
  if (counts === null) return endpoint;
  const scaled = Object.fromEntries(
    Object.entries(counts).map(([ms, count]) => [ms, count * scale]),
  );
  const isNegative = Object.keys(counts).some((ms) => Number(ms) < 0);
  return { ...endpoint, durations: durationsOf(scaled, isNegative ? null : undefined) };
}
