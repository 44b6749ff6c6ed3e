import { atRest, seriesKey, type SeriesValues } from './expected-series.ts';
import type { RawReport, RawRow } from './raw-report.ts';

/** The expected result of a query, by the labels of each series; computed from Locust's report. */
export type Expected = (report: RawReport) => SeriesValues;

interface RawWorker {
  id: string;
  state: string;
  user_count: number;
}

const IGNORED = ['__name__', 'instance', 'job', 'percentile', 'quantile', 'worker'];

/** The labels without those by which a metric and its successor differ. */
export function labelsKey(labels: Readonly<Record<string, string>>): string {
  const kept = Object.entries(labels).filter(([label]) => !IGNORED.includes(label));
  return seriesKey('', Object.fromEntries(kept));
}

/** @throws Error when two series have the same labels. */
export function seriesValues(entries: readonly (readonly [string, number])[]): SeriesValues {
  const values = new Map(entries);
  if (values.size < entries.length) throw new Error('two series have the same labels');
  return values;
}

/** A single series without labels, or none where there is no number. */
export function one(value: (report: RawReport) => unknown): Expected {
  return (report) => {
    const found = value(report);
    return new Map(typeof found === 'number' ? [[labelsKey({}), found]] : []);
  };
}

type Choice = (row: RawRow) => boolean;

const everyRow: Choice = () => true;

export const hasMethod: Choice = ({ method }) => (method ?? '') !== '';

export const isEndpoint: Choice = (row) => hasMethod(row) || row.name !== 'Aggregated';

/** A series for each of the rows, which are the endpoints and the one of all together. */
export function rows(field: string, choice = everyRow, labelsOf = methodAndName): Expected {
  return ({ stats }) =>
    seriesValues(stats.filter(choice).map((row) => [labelsKey(labelsOf(row)), Number(row[field])]));
}

function methodAndName({ method, name }: RawRow): Record<string, string> {
  return { method: method ?? '', name };
}

/** One number of all these rows. */
export function combined(
  combine: (values: readonly number[]) => number,
  field: string,
  choice = everyRow,
): Expected {
  return one((report) => combine([...rows(field, choice)(report).values()]));
}

export function errors(report: RawReport): SeriesValues {
  return seriesValues(
    report.errors.map(({ method, name, error, occurrences }) => [
      labelsKey({ method, name, error }),
      Number(occurrences),
    ]),
  );
}

/** In milliseconds, of the last ten seconds. */
export function currentPercentile(share: string): Expected {
  return one((report) => {
    const all = report['current_response_time_percentiles'] as Record<string, unknown>;
    return all[`response_time_percentile_${share}`];
  });
}

function workersOf(report: RawReport): RawWorker[] {
  return report['workers'] as RawWorker[];
}

/** The users of each worker. */
export function workerUsers(report: RawReport): SeriesValues {
  return seriesValues(
    workersOf(report).map(({ id, state, user_count: users }) => [labelsKey({ id, state }), users]),
  );
}

/** The number of workers in this state, or in any state. */
export function workers(state?: string): Expected {
  return one(
    (report) =>
      workersOf(report).filter((worker) => state === undefined || worker.state === state).length,
  );
}

/** Per second, of what was counted within a minute. */
export function overMinute(expected: Expected): Expected {
  return (report) =>
    new Map(Array.from(expected(report), ([series, value]) => [series, value / 60]));
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

export function mean(values: readonly number[]): number {
  return sum(values) / values.length;
}

export function greatest(values: readonly number[]): number {
  return Math.max(...values);
}

/** Unless a run is on: without the rates and window percentiles that Locust leaves standing. */
export function settled(report: RawReport): RawReport {
  return ['ready', 'stopped', 'missing'].includes(report.state) ? atRest(report) : report;
}
