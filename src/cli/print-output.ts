import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** Nothing more can be written to standard output. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  readonly code: string;

  constructor(code: string, options?: ErrorOptions) {
    super(`cannot write the output: ${REASONS[code] ?? code}`, options);
    this.code = code;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space left on the device; free some, or write it elsewhere (ENOSPC)',
  EDQUOT: 'the quota of the disk is used up; free some, or write it elsewhere (EDQUOT)',
  EIO: 'the terminal is closed, or the disk is broken (EIO)',
};

const STDOUT = 1;
const STDERR = 2;

/** How long a pipe that does not block is left alone when it is full. */
const FULL_PIPE_WAIT_MS = 10;

/**
 * Writes text and a line break to standard output. Unlike the stream of Node.js it writes all
 * of it or throws, also where a disk has space for a part.
 *
 * @throws OutputError
 */
export async function printOutput(text: string): Promise<void> {
  let rest = Buffer.from(`${text}\n`);
  while (rest.length > 0) {
    try {
      rest = rest.subarray(writeSync(STDOUT, rest));
    } catch (error) {
      const { code = 'unknown' } = error as NodeJS.ErrnoException;
      if (code !== 'EAGAIN') throw new OutputError(code, { cause: error });
      await sleep(FULL_PIPE_WAIT_MS);
    }
  }
}

/** Writes a line about a problem to standard error, if that is possible. */
export function printProblem(problem: string): void {
  try {
    writeSync(STDERR, `locust-exporter: ${problem}\n`);
  } catch {
    // The problem cannot be shown.
  }
}

/**
 * Ends a command whose output cannot be written.
 *
 * @returns the exit code: 0 when the reader has closed the pipe, as `head` does.
 */
export function endOutput(error: OutputError): 0 | 1 {
  if (error.code === 'EPIPE') return 0;
  printProblem(error.message);
  return 1;
}
