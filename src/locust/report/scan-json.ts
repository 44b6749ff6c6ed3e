import type { YieldingTask } from '../../async/run-yielding.ts';
import { LocustError } from '../errors.ts';
import type { JsonList } from './json-list.ts';
import { parsePythonJson } from './python-json.ts';

/** What `JSON.parse` does at once, whatever is in it. */
const SMALL_BYTES = 2 ** 19;

/** How deep lists and objects may stand in each other, the outermost included. */
const MAX_DEPTH = 64;

/**
 * What `JSON.parse` is given in one go, since nothing can interrupt it. A value of this size takes
 * it a tenth of a second at most, whatever is in it.
 */
const MAX_VALUE_BYTES = 2 ** 22;
const MAX_VALUE_COMMAS = 2 ** 17;
const MAX_VALUE_CONTAINERS = 2 ** 14;

/** Elements of a list that are parsed at a time, as long as one alone is not larger. */
const BATCH_BYTES = 2 ** 16;

/** A list may have so many elements, or one per `BYTES_PER_ELEMENT` of the response if that is more. */
const MAX_ELEMENTS = 24_000;

/** So a larger MAX_RESPONSE_BYTES allows more rows, too. */
const BYTES_PER_ELEMENT = 700;

/** A worker is small, and all but a few are added up. */
const MAX_WORKERS = 2 ** 17;
const WORKER_KEYS: ReadonlySet<string> = new Set(['workers', 'slaves']);

const MAX_MEMBERS = 1000;

/** Bytes that are walked through between two places to pause. */
const SLICE = 2 ** 18;

const [TAB, NEWLINE, RETURN, SPACE, QUOTE, COMMA, COLON] = [9, 10, 13, 32, 34, 44, 58];
const [OPEN_LIST, BACKSLASH, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [91, 92, 93, 123, 125];

/**
 * Parses JSON of any size: `JSON.parse` is best for what it does in a moment, scanJson for the rest.
 *
 * @param listKeys are those of lists in the outermost object that can be long.
 * @throws SyntaxError when the bytes are not JSON.
 * @throws LocustError `too_large` when there is more in it than any Locust sends.
 */
export function* parseJsonInSteps(
  bytes: Buffer,
  listKeys: ReadonlySet<string>,
): YieldingTask<unknown> {
  if (bytes.length <= SMALL_BYTES) return parsePythonJson(bytes.toString());
  return yield* scanJson(bytes, listKeys);
}

/**
 * Parses a JSON object of any size, in short steps, without ever holding all of its text or all of
 * its values. The result is that of `parsePythonJson`, but the lists of the given keys are
 * `ScannedList`s.
 *
 * @throws SyntaxError when the bytes are not JSON; what is wrong inside of a `ScannedList` comes up
 *   when that is read.
 * @throws LocustError `too_large` when there is more in it than any Locust sends.
 */
export function* scanJson(bytes: Buffer, listKeys: ReadonlySet<string>): YieldingTask<unknown> {
  const scan: Scan = { bytes, at: 0 };
  while (!passSpace(scan)) yield;
  const first = bytes[scan.at];
  if (first !== OPEN_OBJECT && first !== OPEN_LIST) throw unexpected(scan);
  const result =
    first === OPEN_OBJECT ? yield* scanObject(scan, listKeys) : yield* parseNext(scan, 0);
  while (!passSpace(scan)) yield;
  if (scan.at < bytes.length) throw unexpected(scan);
  return result;
}

/** A list of which the places of its elements are known, a few of them at a time. */
export class ScannedList implements JsonList {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #batches: readonly Batch[];
  readonly #last: Batch;

  constructor(bytes: Buffer, batches: readonly Batch[], last: Batch) {
    this.length = batches.reduce((sum, { count }) => sum + count, 0);
    this.#bytes = bytes;
    this.#batches = batches;
    this.#last = last;
  }

  last(): unknown {
    return this.length === 0 ? undefined : parseBatch(this.#bytes, this.#last)[0];
  }

  *batches(): Iterable<readonly unknown[]> {
    for (const batch of this.#batches) yield parseBatch(this.#bytes, batch);
  }
}

/** Elements of a list that stand in a row, with the commas between them. */
interface Batch {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

interface Scan {
  readonly bytes: Buffer;
  at: number;
}

function* scanObject(scan: Scan, listKeys: ReadonlySet<string>): YieldingTask<unknown> {
  const { bytes } = scan;
  const members = new Map<string, unknown>();
  scan.at += 1;
  while (!passSpace(scan)) yield;
  if (bytes[scan.at] === CLOSE_OBJECT) scan.at += 1;
  else {
    for (let count = 1, isLast = false; !isLast; count += 1) {
      if (count > MAX_MEMBERS) throw tooLarge(`an object of more than ${MAX_MEMBERS} keys`);
      const key = yield* parseNext(scan, 1);
      if (typeof key !== 'string' || bytes[scan.at] !== COLON) throw unexpected(scan);
      scan.at += 1;
      while (!passSpace(scan)) yield;
      const isList = listKeys.has(key) && bytes[scan.at] === OPEN_LIST;
      members.set(key, isList ? yield* scanList(scan, key) : yield* parseNext(scan, 1));
      isLast = passComma(scan, CLOSE_OBJECT);
      while (!isLast && !passSpace(scan)) yield;
    }
  }
  // Not one by one, since a key can be `__proto__`.
  return Object.fromEntries(members);
}

function* scanList(scan: Scan, key: string): YieldingTask<ScannedList> {
  const { bytes } = scan;
  const maxElements = maxElementsOf(key, bytes);
  const batches: Batch[] = [];
  let batch: Batch = { start: 0, end: 0, count: 0 };
  let last = batch;
  scan.at += 1;
  while (!passSpace(scan)) yield;
  if (bytes[scan.at] === CLOSE_LIST) scan.at += 1;
  else {
    for (let count = 1, isLast = false; !isLast; count += 1) {
      if (count > maxElements) throw tooManyElements(maxElements, key);
      const start = scan.at;
      const walk = beginWalk(start);
      while (!passValue(scan, walk, 2)) yield;
      last = { start, end: scan.at, count: 1 };
      if (batch.count > 0 && last.end - batch.start <= BATCH_BYTES) {
        batch = { start: batch.start, end: last.end, count: batch.count + 1 };
      } else {
        if (batch.count > 0) batches.push(batch);
        batch = last;
        yield;
      }
      isLast = passComma(scan, CLOSE_LIST);
      while (!isLast && !passSpace(scan)) yield;
    }
    batches.push(batch);
  }
  while (!passSpace(scan)) yield;
  return new ScannedList(bytes, batches, last);
}

/** Goes past the comma or bracket behind an element. @returns whether it was the bracket. */
function passComma(scan: Scan, close: number): boolean {
  const byte = scan.bytes[scan.at];
  if (byte !== COMMA && byte !== close) throw unexpected(scan);
  scan.at += 1;
  return byte === close;
}

function* parseNext(scan: Scan, depth: number): YieldingTask<unknown> {
  const start = scan.at;
  const walk = beginWalk(start);
  while (!passValue(scan, walk, depth)) yield;
  const value = parsePythonJson(scan.bytes.toString('utf8', start, scan.at));
  yield;
  return value;
}

function parseBatch(bytes: Buffer, { start, end, count }: Batch): readonly unknown[] {
  const text = bytes.toString('utf8', start, end);
  if (count === 1) return [parsePythonJson(text)];
  return parsePythonJson(`[${text}]`) as readonly unknown[];
}

/** Goes past white space, and no further than a slice. @returns whether that was all of it. */
function passSpace(scan: Scan): boolean {
  const { bytes, at: start } = scan;
  const until = Math.min(start + SLICE, bytes.length);
  let at = start;
  while (at < until && isSpace(bytes[at])) at += 1;
  scan.at = at;
  return at < until || at === bytes.length;
}

function isSpace(byte: number | undefined): boolean {
  return byte === SPACE || byte === NEWLINE || byte === RETURN || byte === TAB;
}

/** What is known of a value up to a place in it. */
interface Walk {
  readonly start: number;
  at: number;
  depth: number;
  inString: boolean;
  commas: number;
  containers: number;
}

function beginWalk(start: number): Walk {
  return { start, at: start, depth: 0, inString: false, commas: 0, containers: 0 };
}

/**
 * Goes to the comma, colon or bracket behind a value, and no further than a slice. The value is
 * JSON only if `JSON.parse` says so.
 *
 * @param depth how many lists and objects it stands in.
 * @returns whether it is there.
 */
function passValue(scan: Scan, walk: Walk, depth: number): boolean {
  const { bytes } = scan;
  const until = Math.min(walk.at + SLICE, bytes.length);
  const isEnd = walkOn(bytes, walk, until, MAX_DEPTH - depth);
  if (walk.depth + depth > MAX_DEPTH) throw tooLarge(`lists or objects over ${MAX_DEPTH} deep`);
  if (walk.at - walk.start > MAX_VALUE_BYTES) throw tooLarge('a value of more than 4 MiB');
  if (walk.commas > MAX_VALUE_COMMAS || walk.containers > MAX_VALUE_CONTAINERS) {
    throw tooLarge('too many values in one');
  }
  scan.at = walk.at;
  return isEnd;
}

/** @returns whether the value ended before `until`, or all did, or it is too deep. */
function walkOn(bytes: Buffer, walk: Walk, until: number, maxDepth: number): boolean {
  let { at, depth, inString, commas, containers } = walk;
  let isEnd = false;
  for (; at < until; at += 1) {
    const byte = bytes[at];
    if (inString) {
      if (byte === QUOTE) inString = false;
      else if (byte === BACKSLASH) at += 1;
    } else if (byte === QUOTE) {
      inString = true;
    } else if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
      depth += 1;
      containers += 1;
      isEnd = depth > maxDepth;
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
      isEnd = depth === 0;
      if (!isEnd) depth -= 1;
    } else if (byte === COMMA) {
      isEnd = depth === 0;
      if (!isEnd) commas += 1;
    } else if (byte === COLON) {
      isEnd = depth === 0;
    }
    if (isEnd) break;
  }
  walk.at = at;
  walk.depth = depth;
  walk.inString = inString;
  walk.commas = commas;
  walk.containers = containers;
  return isEnd || at >= bytes.length;
}

function unexpected({ at }: Scan): SyntaxError {
  return new SyntaxError(`unexpected byte at position ${at}`);
}

function tooLarge(what: string): LocustError {
  return new LocustError(
    'too_large',
    `the response has ${what}, which no Locust sends; check that LOCUST_URL is that of Locust`,
  );
}

/** How many elements the list of this key may have in the outermost object of a response. */
export function maxElementsOf(key: string, bytes: Buffer): number {
  if (WORKER_KEYS.has(key)) return MAX_WORKERS;
  return Math.max(MAX_ELEMENTS, Math.floor(bytes.length / BYTES_PER_ELEMENT));
}

export function tooManyElements(count: number, key: string): LocustError {
  if (WORKER_KEYS.has(key)) return tooLarge(`more than ${count} elements in "${key}"`);
  return new LocustError(
    'too_large',
    `the response has more than ${count} elements in "${key}"; group URLs with name= in the locustfile`,
  );
}
