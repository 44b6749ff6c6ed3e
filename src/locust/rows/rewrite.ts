import type { YieldingTask } from '../../async/run-yielding.ts';
import { fillError, fillStats, occurrencesFell, requestsFell } from './known-rows.ts';
import { cutText, memoize } from '../text.ts';
import { mergeEndpoints, mergeErrors } from './fold.ts';
import { createRowLimiter } from './limit.ts';
import { limitCounts, limitWorkers } from './limit-workers.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY, OTHER } from './identity.ts';
import type { CompanionReport, Endpoint, ErrorOccurrences, Snapshot } from '../snapshot.ts';

/**
 * Each series of a row repeats the row's labels. So many bytes for a row, or for all rows if that
 * is more, keep the answer to a scrape below some 30 MB, of which several are in memory at times.
 */
const LABEL_BYTES_PER_ROW = 128;
const MIN_LABEL_BYTES = 2 ** 20;

/** Classes of users with a series of their own; a test has a few. */
const MAX_USER_CLASSES = 100;

/** How the user wants rows to be shown. */
export interface RowRules {
  /** Of the name that Locust gives; null for all. */
  readonly includeNames: ((name: string) => boolean) | null;
  readonly excludeNames: ((name: string) => boolean) | null;
  /** Each is applied to what the one before it made. */
  readonly nameRewrites: readonly ((name: string) => string)[];
  readonly errorRewrites: readonly ((error: string) => string)[];
  readonly maxEndpoints: number;
  readonly maxErrors: number;
  readonly maxWorkers: number;
  /** In code points. */
  readonly maxLabelLength: number;
}

/**
 * Makes the function that applies the rules to the endpoints, errors and workers of one read after
 * another, and cuts the state; the aggregate stays as it is.
 *
 * Its second argument is whether Locust's counts began again since the read before.
 */
export function createRowShaper(
  rules: RowRules,
): (snapshot: Snapshot, began: boolean) => YieldingTask<Snapshot> {
  const rename = nameRule(rules);
  const rewriteError = rewriter(rules.errorRewrites);
  const cut = (text: string) => cutText(text, rules.maxLabelLength);

  const limitEndpoints = createRowLimiter<Endpoint>({
    identity: ENDPOINT_IDENTITY,
    merge: mergeEndpoints,
    fill: fillStats,
    fell: requestsFell,
    rename: (row) => relabel(row, { name: rename(row.name) }),
    cut: (row) => relabel(row, { method: cut(row.method), name: cut(row.name) }),
    maxRows: rules.maxEndpoints,
    maxLabelBytes: maxLabelBytes(rules.maxEndpoints),
    asOther: (row) => relabel(row, { method: '', name: OTHER }),
    atRest,
  });
  const limitErrors = createRowLimiter<ErrorOccurrences>({
    identity: ERROR_IDENTITY,
    merge: mergeErrors,
    fill: fillError,
    fell: occurrencesFell,
    rename: (row) => relabel(row, { name: rename(row.name), error: rewriteError(row.error) }),
    cut: (row) =>
      relabel(row, { method: cut(row.method), name: cut(row.name), error: cut(row.error) }),
    maxRows: rules.maxErrors,
    maxLabelBytes: maxLabelBytes(rules.maxErrors),
    asOther: (row) => relabel(row, { method: '', name: OTHER, error: OTHER }),
    atRest: (row) => row,
  });

  return function* shape(snapshot, began) {
    const limited = yield* limitEndpoints(snapshot.endpoints, began);
    const endpoints = {
      ...limited,
      rows: snapshot.companion === null ? withoutDurations(limited.rows) : limited.rows,
    };
    const errors = yield* limitErrors(snapshot.errors, began);
    const state = cut(snapshot.state);
    const { workers, folded } = limitWorkers(snapshot.workers, {
      maxWorkers: rules.maxWorkers,
      cut,
    });
    const companion = limitUserClasses(snapshot.companion, cut);
    const isSame =
      companion === snapshot.companion &&
      endpoints.rows === snapshot.endpoints &&
      errors.rows === snapshot.errors &&
      state === snapshot.state &&
      workers === snapshot.workers;
    if (isSame) return snapshot;
    return {
      ...snapshot,
      state,
      endpoints: endpoints.rows,
      errors: errors.rows,
      workers,
      companion,
      foldedEndpoints: snapshot.foldedEndpoints + endpoints.folded,
      foldedErrors: snapshot.foldedErrors + errors.folded,
      foldedWorkers: snapshot.foldedWorkers + folded,
    };
  };
}

function maxLabelBytes(maxRows: number): number {
  return Math.max(MIN_LABEL_BYTES, maxRows * LABEL_BYTES_PER_ROW);
}

type NameRule = (name: string) => string | null;

/** null for a name that is left out. */
function nameRule({ includeNames, excludeNames, nameRewrites }: RowRules): NameRule {
  const rewrite = rewriter(nameRewrites);
  if (includeNames === null && excludeNames === null) return rewrite;
  return memoize((name) => {
    const isShown = (includeNames?.(name) ?? true) && !excludeNames?.(name);
    return isShown ? rewrite(name) : null;
  });
}

function rewriter(rewrites: RowRules['nameRewrites']): (text: string) => string {
  if (rewrites.length === 0) return (text) => text;
  return memoize((text) => rewrites.reduce((result, rewrite) => rewrite(result), text));
}

/** The row itself where its labels are so already; null where one of them is null. */
function relabel<Row extends Endpoint | ErrorOccurrences>(
  row: Row,
  labels: Partial<Record<keyof Row, string>>,
): Row;
function relabel<Row extends Endpoint | ErrorOccurrences>(
  row: Row,
  labels: Partial<Record<keyof Row, string | null>>,
): Row | null;
function relabel<Row extends Endpoint | ErrorOccurrences>(
  row: Row,
  labels: Partial<Record<keyof Row, string | null>>,
): Row | null {
  let isSame = true;
  for (const label in labels) {
    if (labels[label] === null) return null;
    isSame &&= labels[label] === row[label];
  }
  return isSame ? row : { ...row, ...labels };
}

/**
 * While the companion is absent, a sum remembers what it contributed before.
 *
 * @returns the given rows themselves where none has one.
 */
function withoutDurations(rows: readonly Endpoint[]): readonly Endpoint[] {
  if (rows.every(({ durations }) => durations === null)) return rows;
  return rows.map((row) => {
    if (row.durations === null) return row;
    const responseTime = { ...row.responseTime, medianSeconds: null, quantiles: [] };
    return { ...row, responseTime, durations: null };
  });
}

function limitUserClasses(
  companion: CompanionReport | null,
  cut: (text: string) => string,
): CompanionReport | null {
  if (companion === null) return null;
  const userClassUsers = limitCounts(companion.userClassUsers, MAX_USER_CLASSES, cut);
  return userClassUsers === companion.userClassUsers ? companion : { ...companion, userClassUsers };
}

/** Leaves out what cannot be added to another row. Quantiles of a sum come from its distribution. */
function atRest(row: Endpoint): Endpoint {
  const zero = (rate: number | null) => (rate === null ? null : 0);
  return {
    ...row,
    currentRps: zero(row.currentRps),
    currentFailuresPerSecond: zero(row.currentFailuresPerSecond),
    meanRps: zero(row.meanRps),
    responseTime: { ...row.responseTime, medianSeconds: null, quantiles: [] },
  };
}
