import { cutText } from '../text.ts';
import { finiteOrNull, type IgnoredKind, type IgnoredValues } from '../snapshot.ts';

/** A response that is no report of Locust; `path` is like `stats`. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(`${path || 'the response'}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** No number that a Python program writes as text is longer. */
const MAX_NUMBER_LENGTH = 128;

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** Characters of a text that are kept for a label, more than labels are meant to have. */
const MAX_TEXT_LENGTH = 2 ** 14;

/** How deep a value may be nested to have a text. */
const MAX_LABEL_DEPTH = 64;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @throws ShapeError */
export function asObject(value: unknown, path: string): JsonObject {
  if (isObject(value)) return value;
  throw new ShapeError(path, `expected an object, got ${kindOf(value)}`);
}

/** @throws ShapeError */
export function arrayAt(object: JsonObject, key: string): readonly unknown[] {
  const value = object[key];
  if (Array.isArray(value)) return value;
  throw new ShapeError(key, `expected a list, got ${kindOf(value)}`);
}

/** @throws ShapeError */
export function requireKey(object: JsonObject, key: string): void {
  if (!Object.hasOwn(object, key)) throw new ShapeError(key, 'missing');
}

/**
 * A count: strictly a whole JSON number that is not negative. Anything else is left out, since
 * a guess would be added to a counter for good.
 */
export function countAt(object: JsonObject, key: string, ignored: IgnoredCollector): number | null {
  const value = object[key];
  if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value;
  if (isGiven(value)) ignored.addOdd('count', key, 'a count', value);
  return null;
}

/**
 * A measured number, such as a time. A decimal as text counts too: Python's `Decimal` is sent
 * so. Null where the key is missing or its value is null.
 */
export function numberAt(
  object: JsonObject,
  key: string,
  kind: IgnoredKind,
  ignored: IgnoredCollector,
): number | null {
  const value = object[key];
  const number = toNumber(value);
  if (number === null && isGiven(value)) ignored.addOdd(kind, key, 'a number', value);
  return number;
}

/** Like numberAt, for what cannot be negative: such a number means nothing. */
export function amountAt(
  object: JsonObject,
  key: string,
  kind: IgnoredKind,
  ignored: IgnoredCollector,
): number | null {
  const value = object[key];
  const amount = toAmount(value);
  if (amount === null && isGiven(value)) ignored.addOdd(kind, key, 'a number of 0 or more', value);
  return amount;
}

/** Whether Locust says anything at all, be it odd. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

/** The value as a finite number of 0 or more; null where it is none. */
export function toAmount(value: unknown): number | null {
  const number = toNumber(value);
  return number !== null && number >= 0 ? number : null;
}

/** The value as a finite number; null where it is none. */
export function toNumber(value: unknown): number | null {
  if (typeof value === 'number') return finiteOrNull(value);
  if (typeof value !== 'string' || value.length > MAX_NUMBER_LENGTH) return null;
  const text = value.trim();
  return DECIMAL.test(text) ? finiteOrNull(Number(text)) : null;
}

/**
 * Text for a label. Tests may report any Python value as a method or name: null reads as
 * `''`, a list or an object as JSON writes it. Lone surrogates, which UTF-8 cannot carry,
 * become U+FFFD.
 */
export function labelAt(object: JsonObject, key: string, ignored: IgnoredCollector): string {
  const value = object[key];
  if (typeof value === 'string') return cutLongText(value.toWellFormed());
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isNestedDeeper(value, MAX_LABEL_DEPTH)) return cutLongText(JSON.stringify(value));
  ignored.add('label', key, `nested deeper than ${MAX_LABEL_DEPTH} levels`);
  return '';
}

/** Cuts a very long text, so that a few rows of megabytes do not stay in memory. */
function cutLongText(text: string): string {
  if (text.length <= MAX_TEXT_LENGTH) return text;
  // A copy: a part of a string would keep all of it in memory.
  return Buffer.from(cutText(text, MAX_TEXT_LENGTH)).toString();
}

function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isNestedDeeper(inner, levels - 1));
}

/** Collects the values that are left out while one report is parsed. */
export class IgnoredCollector implements IgnoredValues {
  readonly counts: Record<IgnoredKind, number> = {
    row: 0,
    label: 0,
    count: 0,
    time: 0,
    percentile: 0,
    rate: 0,
    size: 0,
  };
  first: string | null = null;
  #total = 0;
  #list: string | null = null;
  #index = 0;

  /** How many were added so far. */
  get total(): number {
    return this.#total;
  }

  /** From now on keys are those of this item of a list; with null, of the report itself. */
  enter(list: string | null, index = 0): void {
    this.#list = list;
    this.#index = index;
  }

  /** @param key of the value; `''` where the value is the item of the list itself. */
  add(kind: IgnoredKind, key: string, problem: string): void {
    this.counts[kind] += 1;
    this.#total += 1;
    this.first ??= `${this.#pathOf(key)}: ${problem}`;
  }

  /** Like add, where a value is not of the kind that is expected. */
  addOdd(kind: IgnoredKind, key: string, expected: string, value: unknown): void {
    this.add(kind, key, `expected ${expected}, got ${kindOf(value)}`);
  }

  #pathOf(key: string): string {
    if (this.#list === null) return key;
    const item = `${this.#list}[${this.#index}]`;
    return key === '' ? item : `${item}.${key}`;
  }
}

/** Names the kind of a JSON value without showing the value. */
export function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'number') return describeNumber(value);
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function describeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'a number that is not finite';
  if (value < 0) return 'a negative number';
  return Number.isInteger(value) ? 'a number' : 'a fraction';
}
