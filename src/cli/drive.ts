import { ConfigError } from '../config/load-config.ts';
import type { Settings } from '../config/settings.ts';
import { connect } from '../connect.ts';
import type { LocustClient } from '../locust/client.ts';
import { RefusedError, resetStats, stop, swarm, type SwarmOptions } from '../locust/control.ts';
import { LocustError } from '../locust/errors.ts';
import { parseReport, readInfo, readReport, versionOf } from '../locust/read-report.ts';
import type { LocustInfo } from '../locust/snapshot.ts';
import type { BuildInfo } from '../metrics/self.ts';
import type { Command } from './commands.ts';
import { showStats } from './show-stats.ts';

type Flags = Readonly<Record<string, string | undefined>>;

/** Locust answers /stop when all users are gone: up to its --stop-timeout, or a minute. */
const STOP_TIMEOUT_MS = 120_000;

/** Runs a command against Locust. @returns the exit code; 1 when Locust failed or refused */
export async function drive(
  command: Exclude<Command, 'serve' | 'demo' | 'healthcheck'>,
  flags: Flags,
  settings: Settings,
  build: BuildInfo,
): Promise<number> {
  const client = connect(settings, build);
  const deadline = () => AbortSignal.timeout(settings.LOCUST_TIMEOUT);
  try {
    switch (command) {
      case 'swarm': {
        const options = parseSwarmFlags(flags);
        const info = await infoOrNull(client, deadline());
        say(await swarm(client, options, versionOf(info), deadline()));
        // The run is on, whether this can be told or not.
        await warnWithoutWorkers(client, info, deadline()).catch(() => undefined);
        break;
      }
      case 'stop':
        say(await stop(client, AbortSignal.timeout(STOP_TIMEOUT_MS)));
        break;
      case 'reset-stats':
        await resetStats(client, deadline());
        say('Statistics reset');
        break;
      case 'stats': {
        const info = await infoOrNull(client, deadline());
        const read = async () => parseReport(await readReport(client, deadline()), versionOf(info));
        await showStats(read, { json: 'json' in flags, watch: 'watch' in flags });
        break;
      }
      default:
        command satisfies never;
    }
    return 0;
  } catch (error) {
    if (!(error instanceof LocustError) && !(error instanceof RefusedError)) throw error;
    process.stderr.write(`locust-exporter: ${error.message}\n`);
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
  if (problems.length > 0) throw new ConfigError(problems);
  return { users, spawnRate, host: flags['host'], runTime: flags['run-time'] };
}

function given(text: string | undefined): string {
  return text === undefined ? 'nothing' : `"${text}"`;
}

async function infoOrNull(client: LocustClient, signal: AbortSignal): Promise<LocustInfo | null> {
  try {
    return await readInfo(client, signal);
  } catch (error) {
    // The page can be missing or large; but where Locust cannot be reached at all, that is the news.
    if (!(error instanceof LocustError)) throw error;
    if (error.code === 'connect' || error.code === 'auth_required') throw error;
    return null;
  }
}

/** A master without workers says that swarming started, and nothing happens. */
async function warnWithoutWorkers(
  client: LocustClient,
  info: LocustInfo | null,
  signal: AbortSignal,
): Promise<void> {
  const { workers } = parseReport(await readReport(client, signal), versionOf(info));
  const connected = Array.from(workers?.countByState ?? [])
    .filter(([state]) => state !== 'missing')
    .reduce((sum, [, count]) => sum + count, 0);
  if (workers !== null && connected === 0) {
    process.stderr.write('locust-exporter: warning: this master has no workers connected\n');
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
