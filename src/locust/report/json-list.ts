import type { YieldingTask } from '../../async/run-yielding.ts';
import { ScannedList } from './scan-json.ts';

/** A list of JSON values, of which only some need to be in memory at a time. */
export interface JsonList {
  readonly length: number;
  /** undefined where the list is empty. */
  last(): unknown;
  /**
   * All elements in their order, few enough at a time for a step of their own.
   *
   * @throws SyntaxError when they turn out not to be JSON.
   */
  batches(): Iterable<readonly unknown[]>;
}

/** Elements of an array that make one batch. */
const BATCH = 500;

/** The value as a list; null if it is not a list. */
export function asList(value: unknown): JsonList | null {
  if (value instanceof ScannedList) return value;
  return Array.isArray(value) ? listOf(value) : null;
}

export function listOf(array: readonly unknown[]): JsonList {
  return {
    length: array.length,
    last: () => array.at(-1),
    *batches() {
      for (let start = 0; start < array.length; start += BATCH) {
        yield array.slice(start, start + BATCH);
      }
    },
  };
}

/** Calls `visit` with each element and its place, a batch per step. */
export function* visitList(
  list: JsonList,
  visit: (element: unknown, index: number) => void,
): YieldingTask<void> {
  let index = 0;
  for (const batch of list.batches()) {
    for (const element of batch) {
      visit(element, index);
      index += 1;
    }
    yield;
  }
}

/** The first `count` elements, a batch per step. */
export function* firstOf(list: JsonList, count: number): YieldingTask<unknown[]> {
  const first: unknown[] = [];
  for (const batch of list.batches()) {
    if (first.length >= count) break;
    first.push(...batch.slice(0, count - first.length));
    yield;
  }
  return first;
}
