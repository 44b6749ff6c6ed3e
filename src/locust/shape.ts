/** A JSON value that is not what Locust sends; `path` is like `stats[3].num_requests`. */
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

export function asObject(value: unknown, path: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as JsonObject;
  }
  throw new ShapeError(path, `expected an object, got ${kindOf(value)}`);
}

export function arrayAt(object: JsonObject, key: string): readonly unknown[] {
  const value = object[key];
  if (Array.isArray(value)) return value;
  throw new ShapeError(key, `expected a list, got ${kindOf(value)}`);
}

export function stringAt(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value === 'string') return value;
  throw new ShapeError(key, `expected a string, got ${kindOf(value)}`);
}

/** A finite number; null where the key is missing or its value is null, NaN or infinite. */
export function numberAt(object: JsonObject, key: string): number | null {
  const value = object[key];
  if (typeof value === 'number') return finiteOrNull(value);
  if (value === undefined || value === null) return null;
  throw new ShapeError(key, `expected a number, got ${kindOf(value)}`);
}

/** What a calculation came to; null where it left the finite numbers. */
export function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Like numberAt, for what can only grow: a negative number tells nothing and is null. */
export function countAt(object: JsonObject, key: string): number | null {
  const value = numberAt(object, key);
  return value === null || value < 0 ? null : value;
}

export function requireKey(object: JsonObject, key: string): void {
  if (object[key] === undefined && !Object.hasOwn(object, key))
    throw new ShapeError(key, 'missing');
}

/**
 * Text for a label. Tests may report any Python value as a method or name: null reads as
 * `''`, a number or a boolean as JSON writes it. Lone surrogates, which UTF-8 cannot
 * carry, become U+FFFD.
 */
export function labelAt(object: JsonObject, key: string): string {
  const value = object[key];
  if (typeof value === 'string') return value.toWellFormed();
  if (value === undefined || value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new ShapeError(key, `expected a string, got ${kindOf(value)}`);
}

/** Maps the objects of a list; an error in one names its place, counted from `firstIndex`. */
export function mapObjects<T>(
  list: readonly unknown[],
  path: string,
  map: (object: JsonObject) => T,
  firstIndex = 0,
): T[] {
  const mapped: T[] = [];
  try {
    for (const item of list) mapped.push(map(asObject(item, '')));
    return mapped;
  } catch (error) {
    if (!(error instanceof ShapeError)) throw error;
    const place = `${path}[${firstIndex + mapped.length}]`;
    throw new ShapeError(error.path ? `${place}.${error.path}` : place, error.problem);
  }
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
