import type { YieldingTask } from '../../async/run-yielding.ts';
import type { ErrorOccurrences, Quantile, Worker, Workers } from '../snapshot.ts';
import { asAnyList } from './companion-body.ts';
import { visitList } from './json-list.ts';
import { countStates, parseWorker } from './parse-row.ts';
import { quantileOf } from './quantiles.ts';
import {
  amountAt,
  countAt,
  type IgnoredCollector,
  isObject,
  type JsonObject,
  labelAt,
  toNumber,
} from './values.ts';

const MAX_QUANTILES = 100;
const MAX_USER_CLASSES = 1000;

const ERROR_COLUMNS = ['method', 'name', 'error', 'occurrences'];
const WORKER_COLUMNS = ['id', 'state', 'user_count', 'cpu_usage', 'memory_usage'];

/** Rows of `errors`: `[method, name, error, occurrences]`. */
export function* parseErrorRows(
  report: JsonObject,
  ignored: IgnoredCollector,
): YieldingTask<ErrorOccurrences[]> {
  const errors: ErrorOccurrences[] = [];
  yield* visitCells(report, 'errors', ERROR_COLUMNS, ignored, (cells) => {
    errors.push({
      method: labelAt(cells, 'method', ignored),
      name: labelAt(cells, 'name', ignored),
      error: labelAt(cells, 'error', ignored),
      occurrences: countAt(cells, 'occurrences', ignored),
    });
  });
  return errors;
}

/** Rows of `workers`: `[id, state, users, CPU in percent, memory in bytes]`; null when there is no list. */
export function* parseWorkerRows(
  report: JsonObject,
  ignored: IgnoredCollector,
): YieldingTask<Workers | null> {
  if ((report['workers'] ?? null) === null) return null;
  const list: Worker[] = [];
  yield* visitCells(report, 'workers', WORKER_COLUMNS, ignored, (cells) => {
    list.push(parseWorker(cells, ignored));
  });
  return { countByState: countStates(list), list };
}

/** Calls `visit` with each row of a list, as an object with these keys. Values that are not rows are left out. */
function* visitCells(
  report: JsonObject,
  key: string,
  columns: readonly string[],
  ignored: IgnoredCollector,
  visit: (cells: JsonObject) => void,
): YieldingTask<void> {
  const list = asAnyList(report[key]);
  if (list === null) {
    ignored.addOdd('row', key, 'a list', report[key]);
    return;
  }
  yield* visitList(list, (row, index) => {
    ignored.enter(key, index);
    if (!Array.isArray(row)) ignored.addOdd('row', '', 'a list', row);
    else visit(Object.fromEntries(columns.map((column, place) => [column, row[place] as unknown])));
  });
  ignored.enter(null);
}

/** The fractions of the quantiles that all rows are to have, in ascending order. */
export function parseFractions(report: JsonObject, ignored: IgnoredCollector): number[] {
  const key = 'percentiles';
  const list = report[key];
  if (!Array.isArray(list)) {
    ignored.addOdd('percentile', key, 'a list', list);
    return [];
  }
  const fractions = list.slice(0, MAX_QUANTILES).map(toNumber).filter(isFraction);
  if (fractions.length < list.length) {
    ignored.add('percentile', key, `expected up to ${MAX_QUANTILES} numbers above 0 and up to 1`);
  }
  return [...new Set(fractions)].sort((a, b) => a - b);
}

function isFraction(value: number | null): value is number {
  return value !== null && value > 0 && value <= 1;
}

/** The percentiles of the last ten seconds: milliseconds by fraction. */
export function parseCurrentQuantiles(report: JsonObject, ignored: IgnoredCollector): Quantile[] {
  const quantiles: Quantile[] = [];
  for (const key of keysOf(report, 'current_percentiles', 'percentile', MAX_QUANTILES, ignored)) {
    const quantile = quantileOf(key);
    if (quantile === null) {
      ignored.add('percentile', 'current_percentiles', 'expected fractions above 0 and up to 1');
      continue;
    }
    const times = report['current_percentiles'] as JsonObject;
    const milliseconds = amountAt(times, key, 'percentile', ignored);
    if (milliseconds !== null && quantiles.every((one) => one.quantile !== quantile)) {
      quantiles.push({ quantile, seconds: milliseconds / 1000 });
    }
  }
  return quantiles.sort((a, b) => a.quantile - b.quantile);
}

/** Users running now by the name of their class. */
export function parseUserClasses(
  report: JsonObject,
  ignored: IgnoredCollector,
): Map<string, number> {
  const users = new Map<string, number>();
  for (const key of keysOf(report, 'user_classes', 'row', MAX_USER_CLASSES, ignored)) {
    const count = countAt(report['user_classes'] as JsonObject, key, ignored);
    const name = labelAt({ key }, 'key', ignored);
    if (count !== null) users.set(name, (users.get(name) ?? 0) + count);
  }
  return users;
}

function keysOf(
  report: JsonObject,
  key: string,
  kind: 'percentile' | 'row',
  most: number,
  ignored: IgnoredCollector,
): string[] {
  const value = report[key];
  if (value === undefined || value === null) return [];
  if (!isObject(value)) {
    ignored.addOdd(kind, key, 'an object', value);
    return [];
  }
  const keys = Object.keys(value);
  if (keys.length > most) ignored.add(kind, key, `more than ${most}`);
  return keys.slice(0, most);
}
