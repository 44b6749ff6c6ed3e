import type { YieldingTask } from '../../async/run-yielding.ts';
import type { Family } from './family.ts';

/** An exposition that is being written, in memory that is used again for the next one. */
export interface Page {
  /** Adds families. A family without samples is left out. */
  write(families: readonly Family[]): YieldingTask<void>;
  /** Adds what ends an exposition. */
  end(): void;
  /** What it holds, until something is added or cut off. */
  bytes(): Buffer;
  readonly length: number;
  /** Leaves the first `length` bytes, which are whole families. */
  cut(length: number): void;
}

/** Bytes between two places to pause. */
export const SLICE = 2 ** 17;
