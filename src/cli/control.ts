import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '../config/load-config.ts';
import { redactUrl } from '../config/redact.ts';
import type { Settings } from '../config/settings.ts';
import { connect } from '../connect.ts';
import {
  RefusedError,
  resetStats,
  stop,
  swarm,
  type SwarmOptions,
} from '../locust/client/control.ts';
import { LocustError } from '../locust/errors.ts';
import { parseReport, readReport, versionOf } from '../locust/report/read-report.ts';
import { isActive, type LocustInfo, type Snapshot } from '../locust/snapshot.ts';
import type { BuildInfo } from '../metrics/self.ts';
import type { Command } from './commands.ts';
import { printOutput, printProblem } from './print-output.ts';
import { printable } from './stats-table.ts';
import { createStatsReader, infoOrNull } from './stats-reader.ts';
import { showStats } from './stats.ts';

type Flags = Readonly<Record<string, string | undefined>>;

/** Locust responds to /stop when all users are gone: up to its --stop-timeout, or a minute. */
const STOP_TIMEOUT_MS = 120_000;

const MESSAGE_WIDTH = 1000;

/** Runs a command against Locust. @returns the exit code; 1 when Locust failed or refused */
export async function runControlCommand(
  command: Exclude<Command, 'serve' | 'demo' | 'companion' | 'healthcheck'>,
  flags: Flags,
  settings: Settings,
  build: BuildInfo,
): Promise<number> {
  const client = connect(settings, build);
  const deadline = () => AbortSignal.timeout(settings.LOCUST_TIMEOUT);
  const read = async (info: LocustInfo | null) =>
    parseReport(await readReport(client, deadline()), versionOf(info), info?.currentPercentiles);
  // Locust has done the command, even if its result cannot be printed.
  const readOrNull = (info: LocustInfo | null = null) => read(info).catch(() => null);
  try {
    switch (command) {
      case 'swarm': {
        const options = parseSwarmFlags(flags);
        const info = await infoOrNull(client, deadline());
        await say(await swarm(client, options, versionOf(info), deadline()));
        const snapshot = await readOrNull(info);
        if (snapshot !== null && lacksWorkers(snapshot)) {
          printProblem('warning: this master has no workers connected');
          break;
        }
        await awaitReport(
          () => readOrNull(info),
          ({ state }) => isActive(state),
        );
        break;
      }
      case 'stop':
        await say(await stop(client, AbortSignal.timeout(STOP_TIMEOUT_MS)));
        await awaitReport(readOrNull, ({ state }) => !isActive(state));
        break;
      case 'reset-stats': {
        const before = requestsOf(await readOrNull());
        await resetStats(client, deadline());
        await say('Statistics reset');
        await awaitReport(readOrNull, (snapshot) => before === 0 || requestsOf(snapshot) < before);
        break;
      }
      case 'stats': {
        const reader = createStatsReader(client, settings.COMPANION, deadline);
        await showStats(() => reader.read(), { json: 'json' in flags, watch: 'watch' in flags });
        break;
      }
      default:
        command satisfies never;
    }
    return 0;
  } catch (error) {
    if (!(error instanceof LocustError) && !(error instanceof RefusedError)) throw error;
    printProblem(printable(error.message, MESSAGE_WIDTH));
    return 1;
  } finally {
    await client.close();
  }
}

/** @throws ConfigError */
function parseSwarmFlags(flags: Flags): SwarmOptions {
  const problems: string[] = [];
  // Not Number alone, to which an empty value is 0.
  const users = /^\d+$/.test(flags['users'] ?? '') ? Number(flags['users']) : NaN;
  if (!Number.isSafeInteger(users)) {
    problems.push(`--users: expected a whole number, got ${given(flags['users'])}`);
  }
  const spawnRate = Number(flags['spawn-rate'] ?? 1);
  if (!(spawnRate > 0 && Number.isFinite(spawnRate))) {
    problems.push(`--spawn-rate: expected a number above 0, got ${given(flags['spawn-rate'])}`);
  }
  const host = flags['host'];
  const hostProblem = host === undefined ? null : checkHost(host);
  if (hostProblem !== null) problems.push(hostProblem);
  if (problems.length > 0) throw new ConfigError(problems);
  return { users, spawnRate, host, runTime: flags['run-time'] };
}

/** Like the parser of LOCUST_URL, but for any protocol that a locustfile may use. */
function checkHost(host: string): string | null {
  const url = URL.parse(host);
  const isPlain = url !== null && url.host !== '' && url.search === '' && url.hash === '';
  if (isPlain && /^[a-z][a-z0-9+.-]*:\/\//i.test(host)) return null;
  const expected = 'expected a URL without query and fragment, such as https://shop.example';
  return `--host: ${expected}, got "${redactUrl(host)}"`;
}

function given(text: string | undefined): string {
  return text === undefined ? 'nothing' : `"${text}"`;
}

/** A master without workers says that swarming started, and nothing happens. */
function lacksWorkers({ workers }: Snapshot): boolean {
  if (workers === null) return false;
  return Array.from(workers.countByState).every(
    ([state, count]) => state === 'missing' || count === 0,
  );
}

function requestsOf(snapshot: Snapshot | null): number {
  return snapshot?.aggregate?.requests ?? 0;
}

/** What Locust says goes to a terminal. */
async function say(text: string): Promise<void> {
  await printOutput(printable(text, MESSAGE_WIDTH));
}

/** Locust hands out the same report for two seconds, also one from before a command. */
const MAX_REPORT_AGE_MS = 2000;

const PAUSE_MS = 200;

/**
 * Waits until Locust's report shows what a command did, so that the next command does not print an
 * old report. After two seconds the report is new in any case.
 *
 * @param read null where Locust does not answer, which ends the wait: the command is done.
 */
export async function awaitReport(
  read: () => Promise<Snapshot | null>,
  isShown: (snapshot: Snapshot) => boolean,
): Promise<void> {
  const end = performance.now() + MAX_REPORT_AGE_MS + PAUSE_MS;
  while (performance.now() < end) {
    const snapshot = await read();
    if (snapshot === null || isShown(snapshot)) return;
    await sleep(PAUSE_MS);
  }
}
