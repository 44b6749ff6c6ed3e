import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../helpers/free-port.ts';
import { SHIPPED_ENVIRONMENT } from '../helpers/shipped-environment.ts';
import { SHIPPED_FLAGS } from '../helpers/shipped-flags.ts';
import { startProcess, type RunningProcess } from '../helpers/start-process.ts';

/** How a program is started that serves HTTP on a port of 127.0.0.1. */
export interface Program {
  readonly name: 'exporter' | 'predecessor' | 'bare server';
  readonly command: string;
  readonly args: (port: number) => readonly string[];
  readonly env: (port: number) => Record<string, string>;
}

export interface StartedProgram {
  readonly url: string;
  readonly process: RunningProcess;
  /** From before its start to its first response that all is well. */
  readonly startMs: number;
}

export const DIST = path.resolve(import.meta.dirname, '../../dist');

const BARE_SERVER = path.join(import.meta.dirname, 'bare-server.js');
const START_LIMIT_MS = 60_000;
const HEALTH_EVERY_MS = 3;

/** @param settings by their variables */
export function exporterProgram(
  locustUrl: string,
  settings: Readonly<Record<string, string>> = {},
  node = process.execPath,
): Program {
  return {
    name: 'exporter',
    command: node,
    args: () => [...SHIPPED_FLAGS, path.join(DIST, 'bin.js')],
    env: (port) => ({
      LISTEN_ADDRESS: `127.0.0.1:${port}`,
      LOCUST_URL: locustUrl,
      ...SHIPPED_ENVIRONMENT,
      // Reports of 10,000 endpoints to 50 scrapers take their time.
      LOCUST_TIMEOUT: '30s',
      ...settings,
    }),
  };
}

/** Of ContainerSolutions/locust_exporter. */
export function predecessorProgram(binary: string, locustUrl: string): Program {
  return {
    name: 'predecessor',
    command: binary,
    args: (port) => [
      `--web.listen-address=127.0.0.1:${port}`,
      `--locust.uri=${locustUrl}`,
      '--locust.timeout=30s',
    ],
    env: () => ({}),
  };
}

/** Serves the files under `/0`, `/1` and so on. */
export function bareProgram(files: readonly string[] = []): Program {
  return {
    name: 'bare server',
    command: process.execPath,
    args: (port) => [BARE_SERVER, String(port), ...files],
    env: () => ({}),
  };
}

export async function startProgram({ name, command, args, env }: Program): Promise<StartedProgram> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const startMs = performance.now();
  const running = await startProcess(command, args(port), { env: env(port) });
  while (!(await isHealthy(`${url}/healthz`))) {
    if (running.exit !== undefined || performance.now() - startMs > START_LIMIT_MS) {
      await running.stop();
      throw new Error(`the ${name} did not start:\n${running.output()}`);
    }
    await sleep(HEALTH_EVERY_MS);
  }
  return { url, process: running, startMs: performance.now() - startMs };
}

async function isHealthy(url: string): Promise<boolean> {
  try {
    const request = http.get(url, { agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false;
  }
}
