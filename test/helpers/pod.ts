import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { demand, type Missing } from './requirement.ts';
import { SHIPPED_FLAGS } from './shipped-flags.ts';
import { startProcess, type RunningProcess } from './start-process.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = path.join(ROOT, 'dist/bin.js');

/** A network and processes of its own, as the containers of a pod share them. */
const POD = [
  ...['--user', '--map-root-user', '--net', '--mount', '--mount-proc'],
  ...['--pid', '--fork', '--kill-child'],
  ...['sh', '-c', 'ip link set lo up && exec "$@"', 'sh'],
];

/** A root that is read-only, a user that no file knows, no capability, and process id 1. */
const CONTAINER = [
  ...['--mount', '--mount-proc', '--pid', '--fork', '--kill-child', 'sh', '-c'],
  'mount -o remount,ro,bind / && exec unshare --user --map-user=65532 --map-group=65532 "$@"',
  'sh',
];

let trial: { missing: Missing } | undefined;

export function whyNamespacesAreMissing(): Missing {
  trial ??= { missing: tryNamespaces() };
  return trial.missing;
}

function tryNamespaces(): Missing {
  const check = 'test "$(id -u) $$" = "65532 1" && test ! -w "$0"';
  const { status, stderr, error } = spawnSync(
    'unshare',
    [...POD, 'unshare', ...CONTAINER, 'sh', '-c', check, ROOT],
    { encoding: 'utf8' },
  );
  if (status === 0) return undefined;
  const reason = error?.message ?? (stderr.trim() || 'the root stays writable');
  return (
    `no namespaces to run a pod in (${reason}); this needs unshare, ip and, on Ubuntu, ` +
    'sysctl kernel.apparmor_restrict_unprivileged_userns=0'
  );
}

/** Runs one of our scripts in a pod; all that it starts ends with it. */
export async function runInPod(
  script: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<{ code: number | NodeJS.Signals; output: string }> {
  demand(whyNamespacesAreMissing());
  const running = await startProcess('unshare', [...POD, process.execPath, script, ...args], {
    cwd: ROOT,
  });
  const timer = setTimeout(() => {
    running.kill('SIGKILL');
  }, timeoutMs);
  const code = await running.exited;
  clearTimeout(timer);
  return { code, output: running.output() };
}

export interface Container {
  readonly process: RunningProcess;
  /** Sends a signal to the program itself. */
  readonly signal: (name: NodeJS.Signals) => void;
}

/** Starts the built program as the image does, for use within a pod. */
export async function startContainer(
  env: Record<string, string>,
  args: readonly string[],
): Promise<Container> {
  const running = await startProcess(
    'unshare',
    [...CONTAINER, process.execPath, ...SHIPPED_FLAGS, PROGRAM, ...args],
    { env: { NODE_ENV: 'production', ...env } },
  );
  return {
    process: running,
    signal: (name) => {
      const { pid } = running;
      const [child] = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ');
      process.kill(Number(child), name);
    },
  };
}
