import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { connect } from 'node:tls';
import { type Environment, loadConfig } from '../config/load-config.ts';
import { HEALTH_PATHS } from '../config/settings.ts';
import { parseCommandLine } from './parse-command-line.ts';
import { printOutput, printProblem } from './print-output.ts';

// An `import` of node:http reads its WebSocket too, and so loads the whole HTTP client of Node.js.
const { get } = process.getBuiltinModule('node:http');

/** Of each of two tries, which are less together than the image allows. */
const TIMEOUT_MS = 2000;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Asks the exporter with the same LISTEN_ADDRESS for its health. @returns the exit code */
export async function healthcheck(
  env: Environment,
  flags: Environment,
  problems: readonly string[],
): Promise<number> {
  const address = await listenAddress(env, { ...flagsOfContainer(), ...flags }, problems);
  const at = `${address.host}:${address.port}`;
  try {
    await requestHealth(address).catch((error: unknown) =>
      tryTlsHandshake(address).catch(() => {
        throw error;
      }),
    );
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    printProblem(`no health at ${at}: ${code ?? message}`);
    return 1;
  }
  await printOutput(`the exporter at ${at} is healthy`);
  return 0;
}

/** Of all settings just this one, as a file that another one names may have changed since. */
async function listenAddress(
  env: Environment,
  flags: Environment,
  problems: readonly string[],
): Promise<Address> {
  const only = (values: Environment) =>
    Object.fromEntries(Object.entries(values).filter(([name]) => /listen.address$/i.test(name)));
  const { settings } = await loadConfig(only(env), only(flags), problems);
  const { host, port } = settings.LISTEN_ADDRESS;
  return { host: host ?? '127.0.0.1', port };
}

/** The flags that the first process of our container was started with, if that is an exporter. */
function flagsOfContainer(): Environment {
  try {
    const args = programArguments(readFileSync('/proc/1/cmdline', 'utf8').split('\0').slice(0, -1));
    return parseCommandLine(args).flags;
  } catch {
    return {};
  }
}

function requestHealth(address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = get({ ...address, path: HEALTH_PATHS[0], agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`status ${response.statusCode ?? 0}`));
    });
    request.setTimeout(TIMEOUT_MS, () => request.destroy(new Error('no answer in time')));
    request.on('error', reject);
  });
}

/** Keys that are agreed on are enough: after that, a certificate may be wanted of us. */
function tryTlsHandshake(address: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...address, rejectUnauthorized: false });
    socket.once('keylog', () => {
      resolve();
      socket.destroy();
    });
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('no answer in time')));
    socket.on('error', reject);
  });
}

const NAMES = ['locust-exporter', 'locust_exporter', 'bin.js'];

/** What follows the name of this program in the command line of a process; [] without it. */
export function programArguments(commandLine: readonly string[]): string[] {
  const index = commandLine.findIndex((word) => NAMES.includes(basename(word)));
  return index === -1 ? [] : commandLine.slice(index + 1);
}
