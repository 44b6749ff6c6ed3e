import { execa } from 'execa';
import pWaitFor from 'p-wait-for';
import type { Command } from './find-programs.ts';

/** Starts the processes of the demo. None of them outlives it. */
export class Parts {
  readonly #folder: string;
  readonly #stopped = new AbortController();
  readonly #running: Promise<unknown>[] = [];
  readonly #onEnd: (message: string) => void;

  /**
   * @param folder where the processes write to.
   * @param onEnd called when a process that was ready ends by itself.
   */
  constructor(folder: string, onEnd: (message: string) => void) {
    this.#folder = folder;
    this.#onEnd = onEnd;
  }

  /**
   * Starts processes by their names, and waits until a URL is answered with success.
   *
   * @param env all of their environment.
   * @param isReady what else the body of the response has to show.
   * @throws Error when one ends before that or the time is up; then all of them end.
   */
  async start(
    commands: Readonly<Record<string, Command>>,
    env: NodeJS.ProcessEnv,
    url: string,
    isReady: (body: string) => boolean = () => true,
  ): Promise<void> {
    this.throwIfStopped();
    const cancelled = new AbortController();
    const signal = AbortSignal.any([this.#stopped.signal, cancelled.signal]);
    let isStarted = false;
    let failure: Error | undefined;
    const run = async (name: string, [file, ...args]: Command) => {
      const options = { cwd: this.#folder, env, extendEnv: false, stdin: 'ignore' } as const;
      const kept = { all: true, reject: false, cancelSignal: signal } as const;
      const end = await execa(file, args, { ...options, ...kept });
      if (end.isCanceled) return;
      const how = end.exitCode ?? end.signal ?? end.originalMessage ?? '';
      failure = new Error(`${name} ended with ${how}\n${end.all.slice(-2000)}`.trimEnd());
      if (isStarted) this.#onEnd(failure.message);
    };
    for (const [name, command] of Object.entries(commands)) this.#running.push(run(name, command));
    const check = async () => {
      if (failure) cancelled.abort(failure);
      const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => null);
      return response?.ok === true && isReady(await response.text());
    };
    try {
      await pWaitFor(check, { interval: 200, timeout: 60_000, signal });
      isStarted = true;
    } catch (error) {
      cancelled.abort();
      throw error;
    }
  }

  /** @throws Error when the parts are to end. */
  throwIfStopped(): void {
    this.#stopped.signal.throwIfAborted();
  }

  /** Ends all of them, by SIGTERM and where that does not help by SIGKILL. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await Promise.all(this.#running);
  }
}
