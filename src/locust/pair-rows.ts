import type { RowIdentity } from './row-identity.ts';

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
