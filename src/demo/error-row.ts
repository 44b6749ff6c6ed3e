import type { Column } from './column.ts';
import { escapeHtml, pythonRepr } from './python-text.ts';
import type { ErrorOccurrences } from './simulated-endpoint.ts';
import type { SimulatedRun } from './simulated-run.ts';

/** One element of `errors`, before it is written down in a version's terms. */
export interface ErrorRow extends ErrorOccurrences {
  readonly run: SimulatedRun;
}

export const ERROR_ROW_COLUMNS: readonly Column<ErrorRow>[] = [
  { key: 'method', value: ({ method }) => method },
  { key: 'name', value: ({ run, name }) => escapeIfDone(run, name) },
  { key: 'error', value: ({ run, error }) => escapeIfDone(run, errorText(run, error)) },
  { key: 'occurences', until: '0.11.1', value: ({ occurrences }) => occurrences },
  { key: 'occurrences', since: '0.12.0', value: ({ occurrences }) => occurrences },
  { key: 'first_seen', since: '2.44.0', value: (row) => row.run.unixSeconds(row.firstSeenSecond) },
  { key: 'last_seen', since: '2.44.0', value: (row) => row.run.unixSeconds(row.lastSeenSecond) },
];

/** The oldest form: neither method nor name, so the same error of two endpoints is one. */
export function errorPairs(run: SimulatedRun): [string, number][] {
  const pairs = new Map<string, number>();
  for (const { error, occurrences } of run.errors) {
    const text = `${errorText(run, error)}: ${pythonRepr(error.message)}`;
    pairs.set(text, (pairs.get(text) ?? 0) + occurrences);
  }
  return [...pairs];
}

function errorText(
  { features, workers }: SimulatedRun,
  { type, message }: ErrorOccurrences['error'],
): string {
  const raised = type === undefined ? message : `${type}(${pythonRepr(message)})`;
  if (!features.reprsErrors) return raised;
  const text = type === undefined ? pythonRepr(raised) : raised;
  // What workers sent as text was shown as Python shows a text.
  return workers.length > 0 ? pythonRepr(text) : text;
}

function escapeIfDone({ features }: SimulatedRun, text: string): string {
  return features.escapesErrors ? escapeHtml(text) : text;
}
