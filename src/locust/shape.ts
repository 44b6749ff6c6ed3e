import { kindOf, type IgnoredCollector, type IgnoredKind } from './ignored-values.ts';

/** An answer that is no report of Locust; `path` is like `stats`. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  readonly path: string;
  readonly problem: string;

  constructor(path: string, problem: string) {
    super(`${path || 'the answer'}: ${problem}`);
    this.path = path;
    this.problem = problem;
  }
}

export type JsonObject = Readonly<Record<string, unknown>>;

/** No number that a Python program writes as text is longer. */
const MAX_NUMBER_LENGTH = 128;

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

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

/** What a calculation came to; null where it left the finite numbers. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/**
 * A count: strictly a whole JSON number that is not negative. Anything else is left out, since
 * a guess would be added to a counter for good.
 */
export function countAt(object: JsonObject, key: string, ignored: IgnoredCollector): number | null {
  const value = object[key];
  if (typeof value === 'number' && value >= 0 && Number.isInteger(value)) return value;
  if (value !== undefined && value !== null) ignored.addOdd('count', key, 'a count', value);
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
  if (value === undefined || value === null) return null;
  const number = toNumber(value);
  if (number === null) ignored.addOdd(kind, key, 'a number', value);
  return number;
}

/** Like numberAt, for what cannot be negative: such a number tells nothing. */
export function amountAt(
  object: JsonObject,
  key: string,
  kind: IgnoredKind,
  ignored: IgnoredCollector,
): number | null {
  const value = object[key];
  if (value === undefined || value === null) return null;
  const amount = toAmount(value);
  if (amount === null) ignored.addOdd(kind, key, 'a number of 0 or more', value);
  return amount;
}

/** The value as a finite number of 0 or more; null where it is none. */
export function toAmount(value: unknown): number | null {
  const number = toNumber(value);
  return number !== null && number >= 0 ? number : null;
}

function toNumber(value: unknown): number | null {
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
  if (typeof value === 'string') return value.toWellFormed();
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isNestedDeeper(value, MAX_LABEL_DEPTH)) return JSON.stringify(value);
  ignored.add('label', key, `nested deeper than ${MAX_LABEL_DEPTH} levels`);
  return '';
}

function isNestedDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isNestedDeeper(inner, levels - 1));
}
