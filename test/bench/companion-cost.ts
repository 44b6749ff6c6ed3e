/**
 * What a read costs Locust: /stats/requests, without its cache, beside the companion.
 *
 *   npm run bench:companion                   the newest Locust and 2.20.1
 *   npm run bench:companion -- 2.31.8         others
 */
import { execFileSync } from 'node:child_process';
import { cpus } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { installedRelease } from '../helpers/locust-versions.ts';
import { startLocust, usingLocust, type RealLocust } from '../helpers/real-locust.ts';
import { figure, markdownTable } from './markdown-table.ts';
import { median } from './statistics.ts';

const COMPANION = path.resolve(import.meta.dirname, '../../deploy/locust/auto');
const LOCUSTFILE = path.join(import.meta.dirname, 'companion-cost.py');
const ROUTE = '/stats/locust-exporter';
const READS = [
  { what: '/stats/requests', path: '/stats/requests', accept: '*/*' },
  { what: 'companion, JSON', path: ROUTE, accept: 'application/json' },
  { what: 'companion, msgpack', path: ROUTE, accept: 'application/msgpack' },
] as const;
const SIZES = [
  { endpoints: 500, times: 200, reads: 20 },
  { endpoints: 2_000, times: 60, reads: 10 },
  { endpoints: 10_000, times: 60, reads: 5 },
] as const;
const ROUNDS = 5;
/** Under load: how long each kind of reading goes on, and what comes between two reads. */
const PHASE_MS = 10_000;
const PAUSE_MS = 5_000;

interface Meter {
  /** Seconds since the process started. */
  cpu: number;
  /** Seconds of CPU for which a greenlet was kept from its turn at most, since the last reading. */
  longest: number;
}

const versions = process.argv.slice(2);
const [commit] = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).split(
  '\n',
);
console.log(
  `commit ${commit!}, Node.js ${process.version}, ${cpus()[0]?.model ?? 'unknown CPU'}\n`,
);
for (const version of versions.length > 0 ? versions : ['newest', '2.20.1']) {
  console.log(`## Locust ${installedRelease(version)}\n`);
  console.log(await costsOfReads(version));
  console.log(await costsUnderLoad(version));
}

interface ReadCost {
  size: string;
  what: string;
  cpuMs: number;
  kilobytes: number;
  stepMs: number;
  longestStepMs: number;
}

async function costsOfReads(version: string): Promise<string> {
  const rows: ReadCost[] = [];
  for (const { endpoints, times, reads } of SIZES) {
    const env = { ENDPOINTS: String(endpoints), TIMES: String(times) };
    const cpuOf = new Map<string, number[]>();
    const bytesOf = new Map<string, number>();
    await usingLocust(startWith(version, 0, env), async (locust) => {
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const read of READS) {
          await get(locust, read); // the first sorts the names
          const before = await meterOf(locust);
          for (let turn = 0; turn < reads; turn += 1)
            bytesOf.set(read.what, await get(locust, read));
          const { cpu } = await meterOf(locust);
          const costs = cpuOf.get(read.what) ?? [];
          cpuOf.set(read.what, [...costs, ((cpu - before.cpu) * 1000) / reads]);
        }
      }
    });
    await usingLocust(startWith(version, 0, { ...env, METER: '1' }), async (locust) => {
      for (const read of READS) {
        const steps: number[] = [];
        for (let turn = 0; turn < 10; turn += 1) {
          await sleep(100);
          await meterOf(locust);
          await get(locust, read);
          steps.push((await meterOf(locust)).longest * 1000);
        }
        rows.push({
          size: `${endpoints} × ${times}`,
          what: read.what,
          cpuMs: median(cpuOf.get(read.what)!),
          kilobytes: (bytesOf.get(read.what) ?? 0) / 1000,
          stepMs: median(steps),
          longestStepMs: Math.max(...steps),
        });
      }
    });
  }
  return markdownTable<ReadCost>(
    [
      { heading: 'endpoints × times', cell: ({ size }) => size, align: 'left' },
      { heading: 'read', cell: ({ what }) => what, align: 'left' },
      { heading: 'CPU (ms)', cell: ({ cpuMs }) => figure(cpuMs) },
      { heading: 'kB', cell: ({ kilobytes }) => kilobytes.toFixed(0) },
      { heading: 'longest step (ms), median', cell: ({ stepMs }) => figure(stepMs) },
      { heading: 'of ten reads', cell: ({ longestStepMs }) => figure(longestStepMs) },
    ],
    rows,
  );
}

/** Reads every 5 s or none, in turn, of a master whose two workers report 2 × 10 × 100 requests a second. */
async function costsUnderLoad(version: string): Promise<string> {
  const shares = new Map<string, number[]>();
  await usingLocust(startWith(version, 2, { LOAD: '500' }), async (locust) => {
    await locust.swarm(20, 20);
    await sleep(12_000);
    for (let round = 0; round < 2; round += 1) {
      for (const read of [undefined, ...READS]) {
        const start = performance.now();
        const before = await meterOf(locust);
        while (performance.now() - start < PHASE_MS) {
          if (read !== undefined) await get(locust, read);
          await sleep(PAUSE_MS);
        }
        const share = (await meterOf(locust)).cpu - before.cpu;
        const what = read?.what ?? 'none';
        const percent = (share * 100_000) / (performance.now() - start);
        shares.set(what, [...(shares.get(what) ?? []), percent]);
      }
    }
  });
  return markdownTable<[string, number[]]>(
    [
      { heading: 'read every 5 s under load', cell: ([what]) => what, align: 'left' },
      { heading: "the master's CPU (% of a core)", cell: ([, values]) => figure(median(values)) },
      { heading: 'of each phase', cell: ([, values]) => values.map(figure).join(', ') },
    ],
    [...shares],
  );
}

function startWith(
  version: string,
  workers: number,
  env: Record<string, string>,
): Promise<RealLocust> {
  return startLocust({
    version,
    workers,
    locustfile: LOCUSTFILE,
    env: { ...env, PYTHONPATH: COMPANION, LOCUST_EXPORTER_COMPANION_LINGER: '0' },
  });
}

async function get(locust: RealLocust, read: { path: string; accept: string }): Promise<number> {
  const response = await fetch(locust.url + read.path, { headers: { accept: read.accept } });
  if (response.status !== 200) throw new Error(`${read.path}: ${response.status}`);
  return (await response.arrayBuffer()).byteLength;
}

async function meterOf(locust: RealLocust): Promise<Meter> {
  return JSON.parse(await locust.get('/bench/meter')) as Meter;
}
