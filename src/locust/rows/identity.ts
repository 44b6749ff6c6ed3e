import type { Endpoint, ErrorOccurrences } from '../snapshot.ts';

/** Which rows are about the same thing: those with the same labels. */
export interface RowIdentity<Row> {
  readonly isSame: (a: Row, b: Row) => boolean;
  /** The same text for two rows just when isSame is true. */
  readonly key: (row: Row) => string;
  /** Whether Locust would list the one before the other; null where it has no such order. */
  readonly isBefore: ((a: Row, b: Row) => boolean) | null;
}

/** The name of the row for those above a limit, and its text of an error or state of a worker. */
export const OTHER = '(other)';

export const ENDPOINT_IDENTITY: RowIdentity<Endpoint> = {
  isSame: (a, b) => a.name === b.name && a.method === b.method,
  key: ({ method, name }) => `${method.length} ${method}${name}`,
  isBefore: (a, b) => a.name < b.name || (a.name === b.name && a.method < b.method),
};

export const ERROR_IDENTITY: RowIdentity<ErrorOccurrences> = {
  isSame: (a, b) => a.name === b.name && a.method === b.method && a.error === b.error,
  key: ({ method, name, error }) => `${method.length} ${name.length} ${method}${name}${error}`,
  isBefore: null,
};

/**
 * Finds for each row of a list the row with the same labels in an earlier list. Locust keeps
 * its order, so nearly always that is the row at the same place.
 *
 * @returns the earlier row for a place in `current`, undefined where there is none.
 */
export function pairRows<Row>(
  earlier: readonly Row[],
  current: readonly Row[],
  { isSame, key }: RowIdentity<Row>,
): (index: number) => Row | undefined {
  // In the first read there is nothing to pair with.
  if (earlier.length === 0) return () => undefined;
  let byKey: Map<string, Row> | undefined;
  return (index) => {
    const row = current[index];
    if (row === undefined) return undefined;
    const candidate = earlier[index];
    if (candidate !== undefined && isSame(candidate, row)) return candidate;
    byKey ??= new Map(earlier.map((one) => [key(one), one]));
    return byKey.get(key(row));
  };
}
