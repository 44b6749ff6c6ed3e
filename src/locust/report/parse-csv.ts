import type { YieldingTask } from '../../async/run-yielding.ts';
import type { Endpoint } from '../snapshot.ts';
import { parseEndpoint } from './parse-row.ts';
import type { QuantileKey } from './quantiles.ts';
import { maxElementsOf, tooManyElements } from './scan-json.ts';
import { IgnoredCollector, ShapeError, toNumber, type JsonObject } from './values.ts';

/** Keys of `/stats/requests` by the names of the columns, in lower case, from 0.5 on. */
const KEYS: Readonly<Record<string, string>> = {
  method: 'method', // up to 0.13.2
  type: 'method',
  name: 'name',
  '# requests': 'num_requests', // up to 0.14.6
  'request count': 'num_requests',
  '# failures': 'num_failures', // up to 0.14.6
  'failure count': 'num_failures',
  'median response time': 'median_response_time',
  'average response time': 'avg_response_time',
  'min response time': 'min_response_time',
  'max response time': 'max_response_time',
  'average content-length': 'avg_content_length', // 0.5
  'average content size': 'avg_content_length',
  'reqests/s': 'total_rps', // up to 0.6
  'requests/s': 'total_rps',
};

/** Such as `99.9%`; 0.13.3 to 0.14.6 have one without the sign. */
const PERCENTILE = /^\d{1,3}(?:\.\d{1,9})?%?$/;

const TEXTS: ReadonlySet<string> = new Set(['method', 'name']);

/** Characters of one field, since reading it has no place to pause. */
const MAX_FIELD = 2 ** 20;

/** Users may choose the percentiles. */
const MAX_FIELDS = 200;

/** Characters between two places to pause. */
const SLICE = 2 ** 17;

export interface CsvOptions {
  /** Whether requests are counted without the failed ones: up to 0.9.0. */
  readonly countExcludesFailures: boolean;
  /** The quantiles that rows are to have. */
  readonly quantiles: ReadonlySet<number>;
}

/**
 * Reads all endpoints from `/stats/requests/csv`, which is never cut. Records with another number
 * of columns are left out: up to 1.0.3 Locust did not double the quotes in names.
 *
 * @throws ShapeError when it is something else.
 * @throws LocustError `too_large` when there are more records than any Locust sends.
 */
export function* parseRequestsCsv(body: Buffer, options: CsvOptions): YieldingTask<Endpoint[]> {
  const max = maxElementsOf('stats', body);
  const ignored = new IgnoredCollector();
  const endpoints: Endpoint[] = [];
  let keys: readonly string[] | null = null;
  let count = 0;
  let pausedAt = 0;
  for (const { record, end } of recordsOf(body.toString())) {
    count += 1;
    if (count > max) throw tooManyElements(max, 'stats');
    if (end - pausedAt >= SLICE) {
      pausedAt = end;
      yield;
    }
    if (keys === null) {
      keys = keysOf(record);
      continue;
    }
    if (record.length !== keys.length) continue;
    const quirks = { ...options, errorsEscaped: false, quantileKeys: quantileKeys(keys, options) };
    endpoints.push(parseEndpoint(rowOf(record, keys), quirks, ignored));
  }
  if (keys === null) throw new ShapeError('', 'expected CSV, got nothing');
  // The last one is Locust's own total.
  return endpoints.slice(0, -1);
}

/** @throws ShapeError */
function keysOf(header: readonly string[]): string[] {
  const keys = header.map((name) => {
    const text = name.trim().toLowerCase();
    // Shifted as text: 99.9 / 100 is not the number that is written 0.999.
    return PERCENTILE.test(text) ? `${Number(`${text.replace('%', '')}e-2`)}` : (KEYS[text] ?? '');
  });
  for (const wanted of ['name', 'num_requests', 'num_failures']) {
    if (!keys.includes(wanted)) throw new ShapeError('', `expected CSV with ${wanted}`);
  }
  return keys;
}

function quantileKeys(keys: readonly string[], { quantiles }: CsvOptions): QuantileKey[] {
  const all = keys.flatMap((key): QuantileKey[] => {
    const quantile = key === 'median_response_time' ? 0.5 : key === '0.5' ? NaN : Number(key);
    return quantiles.has(quantile) ? [[key, quantile]] : [];
  });
  return all.sort(([, a], [, b]) => a - b);
}

/** `N/A` and `nan` are null. */
function rowOf(record: readonly string[], keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.map((key, index) => {
      const text = record[index] ?? '';
      return [key, TEXTS.has(key) ? text : toNumber(text)];
    }),
  );
}

export interface CsvRecord {
  readonly record: readonly string[];
  /** Where the next one begins in the text. */
  readonly end: number;
}

/**
 * The records of a CSV as RFC 4180 has it, also with a bare line feed at the end of a line.
 *
 * @throws ShapeError when a record has more fields than any CSV of Locust, or longer ones.
 */
export function* recordsOf(text: string): Generator<CsvRecord, void> {
  let record: string[] = [];
  for (let at = 0; at < text.length;) {
    const isQuoted = text[at] === '"';
    const end = isQuoted ? endOfQuoted(text, at) : endOfPlain(text, at);
    if (end - at > MAX_FIELD) throw new ShapeError('', 'expected CSV with shorter fields');
    const value = isQuoted ? text.slice(at + 1, end - 1) : text.slice(at, end);
    if (record.length >= MAX_FIELDS) throw new ShapeError('', 'expected CSV with fewer columns');
    record.push(isQuoted ? value.replaceAll('""', '"') : value);
    at = end;
    if (text[at] === ',') {
      at += 1;
      // A comma at the very end has an empty field after it.
      if (at < text.length) continue;
      record.push('');
    }
    if (text[at] === '\r') at += 1;
    // What follows a closing quote where nothing may is not read.
    const newline = text.indexOf('\n', at);
    at = newline < 0 ? text.length : newline + 1;
    yield { record, end: at };
    record = [];
  }
}

function endOfPlain(text: string, start: number): number {
  let at = start;
  for (; at < text.length && at - start <= MAX_FIELD; at += 1) {
    const one = text[at];
    if (one === ',' || one === '\n' || one === '\r') break;
  }
  return at;
}

/** Behind the closing quote, or where all ends without one. */
function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0) return text.length;
    if (text[at + 1] !== '"' || at - start > MAX_FIELD) return at + 1;
  }
}
