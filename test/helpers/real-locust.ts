import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { freePort } from './free-port.ts';
import { isSince, locustPath, whyLocustIsMissing } from './locust-versions.ts';
import { readyWorkers, requestsOf, type RawReport } from './raw-report.ts';
import { demand } from './requirement.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { GiveUp, waitUntil } from './wait-until.ts';

const BYTECODE = path.resolve(import.meta.dirname, '../../.cache/bytecode');
const LOCUSTFILE = path.join(import.meta.dirname, 'locustfile.py');

export interface RealLocustOptions {
  version: string;
  /** Start a master with so many workers; standalone when left out. */
  workers?: number;
  /** Another web port than a free one: for a Locust that comes back. */
  port?: number;
  /** What locustfile.py reads: ROUNDS, PAUSE, EXTRA. */
  env?: Record<string, string>;
  /** Further flags of the standalone Locust or the master. */
  args?: readonly string[];
  locustfile?: string;
  /** How to see that it is ready, for a Locust that requires a login. */
  isReady?: (port: number) => Promise<boolean>;
}

export interface RealLocust {
  readonly version: string;
  readonly url: string;
  readonly port: number;
  /** The standalone Locust or the master. */
  readonly main: RunningProcess;
  readonly workers: readonly RunningProcess[];
  /** GET of a path; throws unless the status is 200. */
  get(path: string): Promise<string>;
  report(): Promise<RawReport>;
  /** Starts a run, or changes the users of the one that is on, without the program under test. */
  swarm(users: number, usersPerSecond: number): Promise<void>;
  endRun(): Promise<void>;
  /**
   * Waits until every endpoint has so many requests, that is users * ROUNDS when all users are
   * through: from then on no count changes any more.
   */
  counted(requestsOfEach: number): Promise<RawReport>;
  /**
   * Waits until the counts stand still for longer than the workers' reports and the cache of the
   * answer take: for a run that was ended halfway. Window percentiles may still change.
   */
  atRest(): Promise<RawReport>;
  /** What all its processes wrote. */
  output(): string;
  stop(): Promise<void>;
}

export async function startLocust(options: RealLocustOptions): Promise<RealLocust> {
  const { version, workers: wanted = 0 } = options;
  demand(whyLocustIsMissing(version));
  const port = options.port ?? (await freePort());
  // Up to 0.11 the master also takes the port after the one it is given.
  const masterPort = await freePort(1);
  const url = `http://127.0.0.1:${port}`;
  const folder = await temporaryFolder('locust');
  const processes: RunningProcess[] = [];

  const start = async (args: readonly string[]) => {
    const running = await startProcess(
      locustPath(version),
      [
        ...['-f', options.locustfile ?? LOCUSTFILE, '--host', 'http://shop.example'],
        // 0.8 would throw away what it counted while users were being started.
        ...(isSince(version, '0.9') ? [] : ['--no-reset-stats']),
        ...args,
      ],
      {
        // No configuration of whoever runs the tests: neither from a folder nor from LOCUST_….
        cwd: folder.path,
        env: {
          HOME: folder.path,
          PYTHONUNBUFFERED: '1',
          PYTHONPYCACHEPREFIX: BYTECODE,
          ...options.env,
        },
      },
    );
    processes.push(running);
    return running;
  };
  const output = () => processes.map((running) => running.output()).join('\n');
  const stop = async () => {
    await Promise.all(processes.map((running) => running.stop()));
    await folder.remove();
  };
  const get = async (where: string) => {
    const response = await fetch(url + where, { signal: AbortSignal.timeout(20_000) });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`GET ${where}: ${response.status} ${body}`);
    return body;
  };
  const report = async () => JSON.parse(await get('/stats/requests')) as RawReport;

  try {
    const master = ['--master', '--master-bind-host', '127.0.0.1'];
    const worker = isSince(version, '1.0') ? '--worker' : '--slave';
    const main = await start([
      ...['--web-host', '127.0.0.1', '-P', String(port)],
      ...(wanted > 0 ? [...master, '--master-bind-port', String(masterPort)] : []),
      ...(options.args ?? []),
    ]);
    for (let number = 0; number < wanted; number += 1) {
      await start([worker, '--master-host', '127.0.0.1', '--master-port', String(masterPort)]);
    }
    await waitUntil(`Locust ${version} with ${wanted} workers answers`, async () => {
      const ended = processes.find((running) => running.exit !== undefined);
      if (ended) throw new GiveUp(`Locust ${version} ended with ${String(ended.exit)}`);
      return options.isReady?.(port) ?? readyWorkers(await report()) >= wanted;
    });
    return {
      version,
      url,
      port,
      main,
      workers: processes.slice(1),
      get,
      report,
      swarm: async (users, usersPerSecond) => {
        const response = await fetch(`${url}/swarm`, {
          method: 'POST',
          // Both the old names and the new ones: each release ignores those of the other.
          body: new URLSearchParams({
            locust_count: String(users),
            hatch_rate: String(usersPerSecond),
            user_count: String(users),
            spawn_rate: String(usersPerSecond),
          }),
          signal: AbortSignal.timeout(20_000),
        });
        const body = await response.text();
        if (response.status !== 200 || !/"success":\s*true/.test(body)) {
          throw new Error(`POST /swarm: ${response.status} ${body}`);
        }
      },
      endRun: async () => {
        // GET up to 2.46, only POST from 2.47 on.
        const stop = (method: string) =>
          fetch(`${url}/stop`, { method, signal: AbortSignal.timeout(70_000) });
        let response = await stop('GET');
        if (response.status === 405) response = await stop('POST');
        const body = await response.text();
        if (response.status !== 200) throw new Error(`/stop: ${response.status} ${body}`);
      },
      counted: (requestsOfEach) =>
        waitUntil(`${requestsOfEach} requests of each endpoint`, async () => {
          const now = await report();
          const endpoints = now.stats.slice(0, -1);
          const done = endpoints.every((row) => requestsOf(version, row) === requestsOfEach);
          return endpoints.length > 0 && done && now;
        }),
      // Workers tell their numbers every 3 s, and the master's answer may be 2 s old.
      atRest: () => waitForRest(report, wanted > 0 ? 5_500 : 2_500),
      output,
      stop,
    };
  } catch (error) {
    await stop();
    throw new Error(`Locust ${version} did not start:\n${output()}`, { cause: error });
  }
}

async function waitForRest(
  report: () => Promise<RawReport>,
  quietMs: number,
  timeoutMs = 60_000,
): Promise<RawReport> {
  const deadline = performance.now() + timeoutMs;
  let last = '';
  let since = performance.now();
  while (performance.now() < deadline) {
    const now = await report();
    const counts = JSON.stringify(
      now.stats.map((row) => [row.method, row.name, row.num_requests, row.num_failures]),
    );
    if (counts !== last) {
      last = counts;
      since = performance.now();
    } else if (performance.now() - since >= quietMs && now.stats.length > 1) {
      return now;
    }
    await sleep(250);
  }
  throw new Error(`Locust is not at rest after ${timeoutMs} ms; its counts: ${last}`);
}

/** Stops the Locust at the end of what uses it. */
export async function usingLocust(
  starting: Promise<RealLocust>,
  use: (locust: RealLocust) => Promise<void>,
): Promise<void> {
  const locust = await starting;
  try {
    await use(locust);
  } finally {
    await locust.stop();
  }
}
