import { spawn, type ChildProcess } from 'node:child_process';

export interface ProcessOptions {
  /** The whole environment of the process: nothing but PATH is inherited. */
  env?: Record<string, string>;
  cwd?: string;
}

export interface RunningProcess {
  readonly pid: number;
  /** Exit code, or the signal that ended it. Settles after all output has been read. */
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Like `exited`; undefined while the process runs. */
  readonly exit: number | NodeJS.Signals | undefined;
  stdout(): string;
  stderr(): string;
  /** Both, in the order in which they came. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM, then SIGKILL when that did not help; returns when the process is gone. */
  stop(graceMs?: number): Promise<void>;
}

const OUTPUT_LIMIT = 4_000_000;

/** Children that must not outlive the test process, however that ends. */
const children = new Set<ChildProcess>();

export async function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): Promise<RunningProcess> {
  endChildrenWithUs();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { PATH: process.env['PATH'] ?? '', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: { from: 'stdout' | 'stderr'; text: string }[] = [];
  let size = 0;
  for (const from of ['stdout', 'stderr'] as const) {
    child[from].setEncoding('utf8').on('data', (text: string) => {
      chunks.push({ from, text });
      size += text.length;
      while (size > OUTPUT_LIMIT) size -= chunks.shift()?.text.length ?? size;
    });
  }

  let exit: number | NodeJS.Signals | undefined;
  const exited = new Promise<number | NodeJS.Signals>((resolve) => {
    child.once('close', (code, signal) => {
      children.delete(child);
      exit = code ?? signal ?? -1;
      resolve(exit);
    });
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', reject);
  });
  children.add(child);

  const text = (from?: 'stdout' | 'stderr') =>
    chunks
      .filter((chunk) => from === undefined || chunk.from === from)
      .map((chunk) => chunk.text)
      .join('');
  return {
    pid: child.pid!,
    exited,
    get exit() {
      return exit;
    },
    stdout: () => text('stdout'),
    stderr: () => text('stderr'),
    output: () => text(),
    kill: (signal) => {
      child.kill(signal);
    },
    stop: async (graceMs = 5_000) => {
      if (exit !== undefined) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
      await exited;
      clearTimeout(timer);
    },
  };
}

let watching = false;

function endChildrenWithUs(): void {
  if (watching) return;
  watching = true;
  process.once('exit', () => {
    for (const child of children) child.kill('SIGKILL');
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => process.exit(1));
  }
}
