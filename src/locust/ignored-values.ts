/** Kinds of values that a report can have and that may have to be left out of it. */
export const IGNORED_KINDS = [
  'row',
  'label',
  'count',
  'time',
  'percentile',
  'rate',
  'size',
] as const;

export type IgnoredKind = (typeof IGNORED_KINDS)[number];

/** The values of one report that were left out because they are not what Locust sends. */
export interface IgnoredValues {
  readonly counts: Readonly<Record<IgnoredKind, number>>;
  /** The first one, such as `stats[3].num_requests: expected a count, got a list`. */
  readonly first: string | null;
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
  #list: string | null = null;
  #index = 0;

  /** From now on keys are those of this item of a list; with null, of the report itself. */
  enter(list: string | null, index = 0): void {
    this.#list = list;
    this.#index = index;
  }

  /** @param key of the value; `''` where the value is the item of the list itself. */
  add(kind: IgnoredKind, key: string, problem: string): void {
    this.counts[kind] += 1;
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

/** What a JSON value is, in words that do not tell what is in it. */
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
