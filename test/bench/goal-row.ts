import { figure } from './markdown-table.ts';

/** A goal of the exporter, and the measured figure. */
export interface GoalRow {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  readonly reached: boolean;
}

export interface Bound {
  readonly most: number;
  readonly show?: (value: number) => string;
}

/** None where it was not measured. */
export function atMost(
  what: string,
  value: number | undefined,
  { most, show = figure }: Bound,
): GoalRow[] {
  if (value === undefined) return [];
  return [{ what, goal: `≤ ${show(most)}`, measured: show(value), reached: value <= most }];
}
