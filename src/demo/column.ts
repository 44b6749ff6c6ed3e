import { featuresOf } from './locust-features.ts';
import { isWithin, type VersionRange } from './version-range.ts';

/** A key of a JSON object, the releases that have it, and where its value comes from. */
export interface Column<Subject> extends VersionRange {
  readonly key: string;
  readonly value: (subject: Subject) => unknown;
}

/** Makes objects with the keys that this version has, in its order. */
export function objectWriter<Subject>(
  columns: readonly Column<Subject>[],
  version: string,
): (subject: Subject) => Record<string, unknown> {
  const present = columns.filter((column) => isWithin(version, column));
  if (featuresOf(version).sortsKeys) present.sort((a, b) => (a.key < b.key ? -1 : 1));
  return (subject) => Object.fromEntries(present.map(({ key, value }) => [key, value(subject)]));
}
