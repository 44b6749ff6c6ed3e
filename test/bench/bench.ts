import { readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { format, resolveConfig } from 'prettier';
import { installedRelease } from '../helpers/locust-versions.ts';
import { demand } from '../helpers/requirement.ts';
import { startBenchLocust, type BenchLocust } from './bench-locust.ts';
import { parseBenchOptions } from './bench-options.ts';
import { benchReport, type BenchResults } from './bench-report.ts';
import { combineResults } from './combine-results.ts';
import { compareWriters, type WriterRow } from './compare-writers.ts';
import type { CostRow } from './cost-row.ts';
import type { LatencyRow } from './latency-row.ts';
import { COST_LOCUST, measureCost, whyCostCannotBeMeasured } from './measure-cost.ts';
import { measureInCgroup, type CgroupRow } from './measure-in-cgroup.ts';
import { measureLatencies } from './measure-latency.ts';
import { measureMemory, type MemoryRow } from './measure-memory.ts';
import { measurePauses, type PauseRow } from './measure-pauses.ts';
import { measureStarts, type StartRow } from './measure-start.ts';
import { MODES, PREDECESSOR_MODE } from './modes.ts';
import { bareProgram, exporterProgram, predecessorProgram } from './programs.ts';
import { replaceBetweenMarkers } from '../helpers/replace-between-markers.ts';
import { startLoadGenerator } from './scrape-load.ts';

/** Of `memory` and `writers`. */
const USUAL_ENDPOINTS = 500;
const CGROUP_ENDPOINTS = 10_000;
const PAUSE_ENDPOINTS = [500, 10_000];
/** What Kubernetes calls 250m. */
const LITTLE_CPUS = 0.25;

const options = parseBenchOptions(process.argv.slice(2));
const predecessor = process.env['PEER_BINARY'];
if (options.wants('cost')) demand(whyCostCannotBeMeasured());
const generator = startLoadGenerator();
try {
  const earlier = await Promise.all(
    options.earlier.map(async (file) => JSON.parse(await readFile(file, 'utf8')) as BenchResults),
  );
  const results: BenchResults = {
    setting: setting(),
    starts: options.wants('start') ? await starts() : [],
    memory: options.wants('memory') ? await memory() : [],
    writers: options.wants('writers') ? await writers() : [],
    cgroup: options.wants('cgroup') ? await cgroup() : [],
    pauses: await pauses(),
    cost: options.wants('cost') ? await cost() : [],
    latency: await latency(),
  };
  const isMeasured = Object.values(results).some((part) => Array.isArray(part) && part.length > 0);
  await publish(combineResults([...earlier, ...(isMeasured ? [results] : [])]));
  // A scrape that fails anywhere else has ended the benchmark.
  if (results.cgroup.some(({ failure }) => failure !== '')) process.exitCode = 1;
} finally {
  generator.stop();
}

function setting(): Record<string, string> {
  const [cpu] = os.cpus();
  return {
    command: commandOf(process.argv.slice(2)),
    'Node.js': process.version,
    CPU: `${cpu?.model ?? 'unknown'}, ${os.availableParallelism()} cores`,
    system: `${os.type()} ${os.release()}, ${process.arch}`,
    ...(options.wants('cost') && { 'real Locust': installedRelease(COST_LOCUST) }),
    'answers of Locust': options.delayMs === 0 ? 'at once' : `after ${options.delayMs} ms`,
    predecessor: predecessor === undefined ? 'not given' : 'ContainerSolutions/locust_exporter',
  };
}

/** Without options that have no influence on the figures. */
function commandOf(args: readonly string[]): string {
  const text = args.join(' ').replace(/ ?--(?:json|write|earlier)[ =]\S+/g, '');
  return `npm run bench -- ${text}`.replace(/ -- $/, '');
}

function starts(): Promise<StartRow[]> {
  tell('start');
  // Nobody listens there: a start does not wait for Locust.
  const url = 'http://127.0.0.1:9';
  const programs = [
    exporterProgram(url),
    ...(predecessor === undefined ? [] : [predecessorProgram(predecessor, url)]),
    bareProgram(),
  ];
  return measureStarts(programs, { starts: options.starts, littleCpus: LITTLE_CPUS, tell });
}

async function memory(): Promise<MemoryRow[]> {
  return withLocust(USUAL_ENDPOINTS, async (locust) => {
    const rows: MemoryRow[] = [];
    for (const mode of MODES.filter(({ key }) => key === 'each-read' || key === 'loop')) {
      tell(`memory: ${mode.label}`);
      const program = { ...exporterProgram(locust.url, mode.settings), name: 'exporter' as const };
      rows.push(await measureMemory(program, mode, options, locust, generator));
    }
    if (predecessor !== undefined) {
      tell('memory: predecessor');
      const program = predecessorProgram(predecessor, locust.url);
      const named = { ...program, name: 'predecessor' as const };
      rows.push(await measureMemory(named, PREDECESSOR_MODE, options, locust, generator));
    }
    return rows;
  });
}

function writers(): Promise<WriterRow[]> {
  tell('writers');
  return compareWriters(USUAL_ENDPOINTS);
}

async function cgroup(): Promise<CgroupRow[]> {
  return withLocust(CGROUP_ENDPOINTS, async (locust) => {
    const rows: CgroupRow[] = [];
    for (const mode of MODES.filter(({ key }) => key === 'each-read' || key === 'loop')) {
      tell(`cgroup: ${mode.label}`);
      const limit = options.limitMib * 2 ** 20;
      rows.push(await measureInCgroup(limit, mode, options.scrapes, locust, generator));
    }
    return rows;
  });
}

async function pauses(): Promise<PauseRow[]> {
  const rows: PauseRow[] = [];
  for (const size of options.sizes) {
    if (!PAUSE_ENDPOINTS.includes(size) || !options.wants(`pauses/${size}`)) continue;
    tell(`pauses: ${size} endpoints`);
    rows.push(
      ...(await withLocust(size, (locust) => measurePauses(locust, generator, options.rounds))),
    );
  }
  return rows;
}

function cost(): Promise<CostRow[]> {
  return measureCost({ rounds: options.rounds, seconds: options.costSeconds, tell });
}

async function latency(): Promise<LatencyRow[]> {
  const rows: LatencyRow[] = [];
  for (const size of options.sizes) {
    const groups = options.scrapers
      .flatMap((scrapers) => [false, true].map((gzip) => ({ scrapers, gzip })))
      .filter(({ scrapers, gzip }) =>
        options.wants(`latency/${size}/${scrapers}/${gzip ? 'gzip' : 'plain'}`),
      );
    if (groups.length === 0) continue;
    tell(`latency: ${size} endpoints`);
    rows.push(
      ...(await withLocust(size, (locust) =>
        measureLatencies(groups, locust, generator, options, predecessor),
      )),
    );
  }
  return rows;
}

async function withLocust<T>(
  endpoints: number,
  measure: (locust: BenchLocust) => Promise<T>,
): Promise<T> {
  const locust = await startBenchLocust(endpoints, options.delayMs);
  try {
    return await measure(locust);
  } finally {
    locust.stop();
  }
}

async function publish(results: BenchResults): Promise<void> {
  const style = await resolveConfig(import.meta.filename);
  const tidy = (text: string): Promise<string> => format(text, { ...style, parser: 'markdown' });
  const report = await tidy(benchReport(results));
  process.stdout.write(report);
  if (options.json !== undefined) {
    await writeFile(options.json, `${JSON.stringify(results, null, 2)}\n`);
  }
  if (options.write !== undefined) {
    const page = await readFile(options.write, 'utf8');
    await writeFile(options.write, await tidy(replaceBetweenMarkers(page, 'bench', report)));
  }
}

function tell(what: string): void {
  process.stderr.write(`${what}\n`);
}
