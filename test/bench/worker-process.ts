import { fork } from 'node:child_process';

export interface WorkerProcess<Request, Reply> {
  readonly pid: number;
  /** One at a time. Rejects with what the worker threw. */
  ask(request: Request): Promise<Reply>;
  stop(): void;
}

type Message<Reply> = { readonly reply: Reply } | { readonly problem: string };

/** Runs a file of this folder in a process of its own, which ends with this one. */
export function startWorker<Request extends object, Reply>(
  file: string,
): WorkerProcess<Request, Reply> {
  const child = fork(new URL(file, import.meta.url), {
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let settle: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;
  child.on('message', (message) => {
    const told = message as Message<Reply>;
    if ('problem' in told) settle?.reject(new Error(`${file}: ${told.problem}`));
    else settle?.resolve(told.reply);
  });
  child.on('exit', (code) => settle?.reject(new Error(`${file} ended with ${String(code)}`)));
  return {
    pid: child.pid ?? NaN,
    ask: (request) =>
      new Promise((resolve, reject) => {
        settle = { resolve, reject };
        child.send(request, (error) => {
          if (error) reject(error);
        });
      }),
    stop() {
      settle = null;
      child.kill('SIGKILL');
    },
  };
}

/** The worker's side: answers each request of the process that started it, and ends with it. */
export function answerParent(answer: (request: never) => unknown): void {
  process.on('disconnect', () => process.exit());
  process.on('message', (message) => {
    Promise.resolve()
      .then(() => answer(message as never))
      .then((reply) => ({ reply }))
      .catch((error: unknown) => ({ problem: String(error) }))
      .then((told) => process.send?.(told))
      .catch(() => process.exit(1));
  });
}
