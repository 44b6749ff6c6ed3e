import { constants } from 'node:os';

/** The signals by which a person, an operating system or a supervisor ends a program. */
const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;

/**
 * Signals that would end the program although that is not their purpose, or open the inspector of
 * Node.js, which lets every process on this machine run code here.
 */
const IGNORED = ['SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const;

export interface Signals {
  /** The first one ever. */
  readonly first: Promise<NodeJS.Signals>;
  /** The next one after now. */
  next(): Promise<NodeJS.Signals>;
  /** From now on a signal ends the program at once, unless other code listens to it. */
  release(): void;
}

/** Catches the signals that end the program, and ignores those that are not meant for it. */
export function catchSignals(): Signals {
  let notify: ((signal: NodeJS.Signals) => void) | undefined;
  let caught: NodeJS.Signals | undefined;
  let released = false;
  const next = () =>
    new Promise<NodeJS.Signals>((resolve) => {
      notify = resolve;
    });
  const onSignal = (signal: NodeJS.Signals) => {
    caught ??= signal;
    if (!released) notify?.(signal);
    else if (process.listenerCount(signal) === 1) end(signal);
  };
  const end = (signal: NodeJS.Signals) => {
    // The first process of a container cannot end itself by a signal.
    if (process.pid === 1) process.exit(128 + constants.signals[signal]);
    process.off(signal, onSignal);
    process.kill(process.pid, signal);
  };
  for (const signal of ENDING) process.on(signal, onSignal);
  for (const signal of IGNORED) process.on(signal, () => undefined);
  return {
    first: next(),
    next,
    release() {
      released = true;
      if (caught !== undefined) end(caught);
    },
  };
}
