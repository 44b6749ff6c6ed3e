import { runSync, type YieldingTask } from '../../async/run-yielding.ts';
import { asList, visitList, type JsonList } from './json-list.ts';
import { MsgpackReader, tooLarge } from './msgpack.ts';
import { MAX_TIMES, type ResponseTimes, type TimesOrder } from './response-times.ts';
import { maxElementsOf, parseJsonInSteps, tooManyElements } from './scan-json.ts';
import { asObject, type IgnoredCollector, isObject, type JsonObject, toNumber } from './values.ts';

/** The lists of the report that can be long. */
const LISTS: ReadonlySet<string> = new Set(['stats', 'errors', 'workers']);

const MAX_MEMBERS = 1000;

/** Bytes that are read between two places to pause. */
const BATCH_BYTES = 2 ** 16;

const TIMES = 'response_times';

/** One row of `stats`, or the aggregate. */
export interface CompanionRow {
  /** Its values by the names of their columns, but for the response times. */
  readonly cells: JsonObject;
  /** Whether `ResponseTimes` now holds its response times. */
  readonly hasTimes: boolean;
}

/** What rows are read with. */
export interface RowReading {
  readonly columns: readonly string[];
  readonly times: ResponseTimes;
  readonly ignored: IgnoredCollector;
  /** The order in which the times of the next row are expected. */
  expected: TimesOrder | null;
}

/** A value in the bytes of a report that is decoded only when it is needed. */
export class EncodedValue {
  readonly #reader: MsgpackReader;
  readonly #start: number;
  readonly #end: number;

  constructor(reader: MsgpackReader, start: number, end: number) {
    this.#reader = reader;
    this.#start = start;
    this.#end = end;
  }

  get byteLength(): number {
    return this.#end - this.#start;
  }

  isSameAs(other: EncodedValue): boolean {
    if (this.byteLength !== other.byteLength) return false;
    const [mine, others] = [this.#reader.bytes, other.#reader.bytes];
    return mine.compare(others, other.#start, other.#end, this.#start, this.#end) === 0;
  }

  /** The reader at the start of the value. */
  open(): MsgpackReader {
    this.#reader.at = this.#start;
    return this.#reader;
  }
}

/** A list in MessagePack. */
export class EncodedList implements JsonList {
  readonly elements: readonly EncodedValue[];

  constructor(elements: readonly EncodedValue[]) {
    this.elements = elements;
  }

  get length(): number {
    return this.elements.length;
  }

  last(): unknown {
    return this.elements.at(-1)?.open().readValue();
  }

  *batches(): Iterable<readonly unknown[]> {
    let batch: unknown[] = [];
    let bytes = 0;
    for (const element of this.elements) {
      batch.push(element.open().readValue());
      bytes += element.byteLength;
      if (bytes < BATCH_BYTES) continue;
      yield batch;
      [batch, bytes] = [[], 0];
    }
    yield batch;
  }
}

/**
 * The members of the report in JSON or MessagePack; the first byte shows which one it is.
 * In MessagePack the long lists are `EncodedList`s, and the aggregate is an `EncodedValue`.
 *
 * @throws SyntaxError when it is neither.
 * @throws LocustError `not_json` when it broke off, `too_large` when there is more in it than any
 *   companion sends.
 * @throws ShapeError when it is no object.
 */
export function* parseBody(body: Buffer): YieldingTask<JsonObject> {
  const reader = new MsgpackReader(body);
  const count = isMsgpackMap(body) ? reader.readMapLength() : null;
  if (count === null) return asObject(yield* parseJsonInSteps(body, LISTS), '');
  if (count > MAX_MEMBERS) throw tooLarge(`a map of more than ${MAX_MEMBERS} keys`);
  const members = new Map<string, unknown>();
  for (let index = 0; index < count; index += 1) {
    const key = String((yield* readNext(reader)).open().readValue());
    if (LISTS.has(key)) {
      members.set(
        key,
        (yield* readList(reader, key)) ?? (yield* readNext(reader)).open().readValue(),
      );
    } else {
      const value = yield* readNext(reader);
      members.set(key, key === 'aggregate' ? value : value.open().readValue());
    }
  }
  if (reader.at < body.length) throw new SyntaxError('something comes after the report');
  return Object.fromEntries(members);
}

function isMsgpackMap(body: Buffer): boolean {
  const first = body[0] ?? 0;
  return (first & 0xf0) === 0x80 || first === 0xde || first === 0xdf;
}

function* readNext(reader: MsgpackReader): YieldingTask<EncodedValue> {
  const start = reader.at;
  yield* reader.skip();
  return new EncodedValue(reader, start, reader.at);
}

/** @returns null where there is no list; the reader stays there. */
function* readList(reader: MsgpackReader, key: string): YieldingTask<EncodedList | null> {
  const length = reader.readListLength();
  if (length === null) return null;
  const max = maxElementsOf(key, reader.bytes);
  if (length > max) throw tooManyElements(max, key);
  const elements: EncodedValue[] = [];
  let pausedAt = reader.at;
  for (let index = 0; index < length; index += 1) {
    elements.push(yield* readNext(reader));
    if (reader.at - pausedAt < BATCH_BYTES) continue;
    pausedAt = reader.at;
    yield;
  }
  return new EncodedList(elements);
}

/** The value as a list; null if it is not a list. */
export function asAnyList(value: unknown): JsonList | null {
  return value instanceof EncodedList ? value : asList(value);
}

/**
 * Calls `visit` with each row of a list and its place, in batches; with null for a value that is not a row.
 *
 * @param isKnown whether an encoded row need not be read; then `visit` is not called with it.
 */
export function* visitRows(
  list: JsonList,
  reading: RowReading,
  visit: (row: CompanionRow | null, index: number) => void,
  isKnown: (row: EncodedValue, index: number) => boolean,
): YieldingTask<void> {
  if (!(list instanceof EncodedList)) {
    yield* visitList(list, (row, index) => {
      reading.ignored.enter('stats', index);
      visit(readRow(row, reading), index);
    });
    return;
  }
  let bytes = 0;
  for (const [index, row] of list.elements.entries()) {
    if (!isKnown(row, index)) {
      reading.ignored.enter('stats', index);
      visit(readRow(row, reading), index);
    }
    bytes += row.byteLength;
    if (bytes < BATCH_BYTES) continue;
    bytes = 0;
    yield;
  }
}

/** @returns null if the value is not a list. */
export function readRow(value: unknown, reading: RowReading): CompanionRow | null {
  if (value instanceof EncodedValue) return readEncodedRow(value.open(), reading);
  if (!Array.isArray(value)) return null;
  const cells: Record<string, unknown> = {};
  let hasTimes = false;
  for (const [index, column] of reading.columns.entries()) {
    if (column === TIMES) hasTimes = readTimes(value[index], reading);
    else cells[column] = value[index];
  }
  return { cells, hasTimes };
}

function readEncodedRow(reader: MsgpackReader, reading: RowReading): CompanionRow | null {
  const length = reader.readListLength();
  if (length === null) return null;
  const cells: Record<string, unknown> = {};
  let hasTimes = false;
  for (let index = 0; index < length; index += 1) {
    const column = reading.columns[index];
    if (column === TIMES) hasTimes = readEncodedTimes(reader, reading);
    else if (column === undefined) runSync(reader.skip());
    else cells[column] = reader.readValue();
  }
  return { cells, hasTimes };
}

function readTimes(value: unknown, reading: RowReading): boolean {
  if (!isObject(value)) return isNoMap(value, reading);
  const pairs = Object.entries(value);
  if (pairs.length > MAX_TIMES) return hasTooMany(reading);
  reading.times.clear();
  return pairs.every(([time, count]) => addTime(time, count, reading));
}

function readEncodedTimes(reader: MsgpackReader, reading: RowReading): boolean {
  const start = reader.at;
  const length = reader.readMapLength();
  if (length === null) return isNoMap(reader.readValue(), reading);
  if (length > MAX_TIMES) {
    reader.at = start;
    runSync(reader.skip());
    return hasTooMany(reading);
  }
  reading.times.clear(reading.expected);
  let isGood = true;
  for (let index = 0; index < length; index += 1) {
    // The fast path for unsigned integers, which nearly all times and counts are.
    const time = reader.readUnsigned();
    const anyTime = time < 0 ? reader.readValue() : time;
    const count = reader.readUnsigned();
    if (time >= 0 && count >= 0) reading.times.add(time, count);
    else isGood = addTime(anyTime, count < 0 ? reader.readValue() : count, reading) && isGood;
  }
  return isGood;
}

/**
 * One invalid count costs the whole distribution, because without it the cumulative counts would fall.
 *
 * @returns whether the distribution is still good.
 */
function addTime(time: unknown, count: unknown, { times, ignored }: RowReading): boolean {
  const milliseconds = toNumber(time);
  if (typeof count !== 'number' || count < 0 || !Number.isInteger(count)) {
    ignored.addOdd('count', TIMES, 'counts', count);
    return false;
  }
  if (milliseconds === null) ignored.add('time', TIMES, 'expected numbers as response times');
  else times.add(milliseconds, count);
  return true;
}

function isNoMap(value: unknown, { ignored }: RowReading): false {
  if (value !== undefined && value !== null) ignored.addOdd('time', TIMES, 'an object', value);
  return false;
}

function hasTooMany({ ignored }: RowReading): false {
  ignored.add('time', TIMES, `more than ${MAX_TIMES} response times`);
  return false;
}
