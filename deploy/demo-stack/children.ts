import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const LAST_LINES = 12;
const GRACE_MS = 10_000;

export interface ChildOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** A process of the demo that runs, or has ended. */
export interface Child {
  readonly name: string;
  /** How it ended, with its last lines; undefined while it runs. */
  readonly end: string | undefined;
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL where that does not help; returns when the process is gone. */
  stop(): Promise<void>;
}

/** All processes that the demo starts, so that none of them outlives it. */
export class Children {
  readonly #signal: AbortSignal;
  readonly #all = new Set<Child>();

  /** @param signal when it aborts, no more are started */
  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  start(name: string, command: readonly string[], options: ChildOptions): Child {
    this.#signal.throwIfAborted();
    const [file = '', ...args] = command;
    // In a process group of its own, so that Ctrl+C in a terminal ends it by way of stop() only.
    const child = spawn(file, args, {
      ...options,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lastLines = keepLastLines(child);
    let end: string | undefined;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => {
        resolve((end = `${name} cannot be run: ${error.message}`));
      });
      child.once('exit', () => {
        // Someone who has left its process group may still hold its output open.
        const timer = setTimeout(() => {
          child.stdout.destroy();
          child.stderr.destroy();
        }, 1_000);
        child.once('close', () => {
          clearTimeout(timer);
        });
      });
      child.once('close', (code, signal) => {
        process.off('exit', kill);
        resolve(
          (end ??= [`${name} ended with ${code ?? signal ?? ''}`, ...lastLines()].join('\n    ')),
        );
      });
    });
    const kill = () => {
      signalGroup(child, 'SIGKILL');
    };
    process.once('exit', kill);
    const running: Child = {
      name,
      ended,
      get end() {
        return end;
      },
      stop: async () => {
        this.#all.delete(running);
        if (end !== undefined) return;
        signalGroup(child, 'SIGTERM');
        const timer = setTimeout(kill, GRACE_MS);
        await ended;
        clearTimeout(timer);
      },
    };
    this.#all.add(running);
    return running;
  }

  /**
   * Asks every moment until the answer is yes. What throws is a no.
   *
   * @throws Error when one of the processes ends before that, or when the time is up
   */
  async waitUntilReady(
    children: readonly Child[],
    isReady: () => Promise<boolean>,
    timeoutMs = 60_000,
  ): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      if (await isReady().catch(() => false)) return;
      const end = children.find((child) => child.end !== undefined)?.end;
      if (end !== undefined) throw new Error(end);
      if (performance.now() >= deadline) {
        const names = children.map(({ name }) => name).join(', ');
        throw new Error(`not ready within ${timeoutMs / 1000} s: ${names}`);
      }
      await sleep(200, undefined, { signal: this.#signal });
    }
  }

  /** From now on tells of each that ends without having been asked to. */
  onEnd(tell: (end: string) => void): void {
    for (const child of this.#all) {
      void child.ended.then((end) => {
        if (this.#all.has(child)) tell(end);
      });
    }
  }

  async stopAll(): Promise<void> {
    await Promise.all(Array.from(this.#all, (child) => child.stop()));
  }
}

function keepLastLines(child: ChildProcess): () => readonly string[] {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      tail = (tail + text).slice(-4_000);
    });
  }
  return () => tail.trimEnd().split('\n').slice(-LAST_LINES);
}

/** Its own children too, such as those of a wrapper script. */
function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
