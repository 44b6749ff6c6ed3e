import { execa } from 'execa';
import pWaitFor from 'p-wait-for';
import type { Command } from './find-programs.ts';

/** The environment of the parts, without what could be a setting of one. */
export const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:LOCUST|GF|PROMETHEUS)_/.test(name)),
);

const OPTIONS = { stdin: 'ignore', all: true, reject: false } as const;

type Commands = Readonly<Record<string, Command>>;
export type Parts = ReturnType<typeof createParts>;

/**
 * Starts the processes of the demo. None of them outlives it.
 *
 * @param folder where they write to.
 * @param onExit called when a process that was ready ends by itself.
 */
export function createParts(folder: string, onExit: (message: string) => void) {
  const ending = new AbortController();
  const running: Promise<unknown>[] = [];

  /**
   * Starts processes by their names, and waits for a successful response from a URL.
   *
   * @param env all of their environment.
   * @param ready matches the body of that response.
   * @throws Error when one ends before that or the time is up; then all of them end.
   */
  async function start(commands: Commands, url: string, env = ENV, ready = /^/): Promise<void> {
    ending.signal.throwIfAborted();
    const failed = new AbortController();
    const signal = AbortSignal.any([ending.signal, failed.signal]);
    let isStarted = false;
    const own = { cwd: folder, env, extendEnv: false, cancelSignal: signal } as const;
    const run = async ([name, [file, ...args]]: [string, Command]) => {
      const { all, ...exit } = await execa(file, args, { ...own, ...OPTIONS });
      if (exit.isCanceled) return;
      const how = exit.exitCode ?? exit.signal ?? exit.originalMessage ?? '';
      const failure = `${name} ended with ${how}\n${all.slice(-2000)}`.trimEnd();
      if (isStarted) onExit(failure);
      else failed.abort(new Error(failure));
    };
    running.push(...Object.entries(commands).map(run));
    const check = async () => {
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => null);
      return response?.ok === true && ready.test(await response.text());
    };
    await pWaitFor(check, { interval: 200, timeout: 60_000, signal }).catch((error: unknown) => {
      failed.abort();
      throw error;
    });
    isStarted = true;
  }

  /** Ends all of them, by SIGTERM and where that does not help by SIGKILL. */
  async function end(): Promise<void> {
    ending.abort();
    await Promise.all(running);
  }

  return { folder, start, end, ended: ending.signal };
}
