import { existsSync } from 'node:fs';
import path from 'node:path';

import { demand, type Missing } from './requirement.ts';
import { SHIPPED_FLAGS } from './shipped-flags.ts';
import { newerSource } from './stale-build.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { GiveUp, waitUntil } from './wait-until.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'dist/bin.js');
/** The same program, not built. */
export const SOURCE_PROGRAM = path.join(ROOT, 'src/bin.ts');

/** @throws Error where the program is older than its source: a test of it would prove nothing. */
export function whyBuildIsMissing(): Missing {
  if (!existsSync(PROGRAM)) return 'the program is not built (npm run build)';
  const newer = newerSource(ROOT, PROGRAM);
  if (newer !== undefined) {
    throw new Error(`the program was built before ${newer} was changed (npm run build)`);
  }
  return undefined;
}

export interface LogLine {
  level: number | string;
  msg: string;
  [field: string]: unknown;
}

export interface Exporter {
  readonly url: string;
  readonly process: RunningProcess;
  /** All that was logged so far; a line that is not JSON has level "none" and itself as msg. */
  readonly log: LogLine[];
  /** The body of GET /metrics; throws unless the status is 200. */
  metrics(accept?: string): Promise<string>;
  stop(): Promise<void>;
}

/** Starts the program, the built one unless told otherwise, on a free port. */
export async function startExporter(
  env: Record<string, string> = {},
  args: readonly string[] = [],
  program = PROGRAM,
): Promise<Exporter> {
  demand(whyBuildIsMissing());
  const running = await startProcess(process.execPath, [...SHIPPED_FLAGS, program, ...args], {
    env: { LISTEN_ADDRESS: '127.0.0.1:0', ...env },
  });
  try {
    const address = await waitUntil(
      'the exporter listens',
      () => {
        if (running.exit !== undefined) throw new GiveUp(`it ended with ${String(running.exit)}`);
        const line = parseLog(running.stderr()).find(({ msg }) => msg === 'listening');
        return line && String(line['address']);
      },
      { timeoutMs: 15_000, everyMs: 20 },
    );
    const url = `http://${address}`;
    return {
      url,
      process: running,
      get log() {
        return parseLog(running.stderr());
      },
      metrics: async (accept = 'text/plain') => {
        const response = await fetch(`${url}${env['METRICS_PATH'] ?? '/metrics'}`, {
          headers: { accept },
          signal: AbortSignal.timeout(30_000),
        });
        const body = await response.text();
        if (response.status !== 200) throw new Error(`/metrics: ${response.status} ${body}`);
        return body;
      },
      stop: () => running.stop(),
    };
  } catch (error) {
    await running.stop();
    throw new Error(`the exporter did not start:\n${running.output()}`, { cause: error });
  }
}

export interface ProgramResult {
  /** Exit code, or the signal that ended it. */
  code: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

/** Runs the built program to its end: subcommands, --help, --check-config. */
export async function runProgram(
  args: readonly string[],
  env: Record<string, string> = {},
  timeoutMs = 60_000,
  program = PROGRAM,
): Promise<ProgramResult> {
  demand(whyBuildIsMissing());
  const running = await startProcess(process.execPath, [...SHIPPED_FLAGS, program, ...args], {
    env,
  });
  const timer = setTimeout(() => {
    running.kill('SIGKILL');
  }, timeoutMs);
  const code = await running.exited;
  clearTimeout(timer);
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

function parseLog(text: string): LogLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      try {
        return JSON.parse(line) as LogLine;
      } catch {
        return { level: 'none', msg: line };
      }
    });
}
