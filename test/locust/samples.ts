import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parsePythonJson } from '../../src/locust/report/python-json.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import type { RowRules } from '../../src/locust/rows/rewrite.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import type { RawReport } from '../helpers/raw-report.ts';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures');

/** The recorded responses whose name ends so, such as `locust-2.0.0/standalone-ready`. */
export function fixtureNames(end: string): string[] {
  return readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith(end))
    .map((file) => file.slice(0, -end.length).replaceAll(path.sep, '/'))
    .sort();
}

export function readFixtureBytes(file: string): Buffer {
  return readFileSync(path.join(FIXTURES, file));
}

export function readFixture(file: string): string {
  return readFileSync(path.join(FIXTURES, file), 'utf8');
}

export function readReport(name: string): RawReport {
  return parsePythonJson(readFixture(`${name}.stats-requests.json`)) as RawReport;
}

export function parseFixture(name: string): Snapshot {
  return parseStats(readReport(name));
}

/** Leave the rows as they are, as far as a test goes. */
export const NO_RULES: RowRules = {
  includeNames: null,
  excludeNames: null,
  nameRewrites: [],
  errorRewrites: [],
  maxEndpoints: 10_000,
  maxErrors: 1000,
  maxWorkers: 1000,
  maxLabelLength: 1024,
};

type Fields = Record<string, unknown>;

/** A row as 2.46 has it, reduced to what counts. */
export function row(name: unknown, fields: Fields = {}): Fields {
  return {
    method: 'GET',
    name,
    num_requests: 10,
    num_failures: 1,
    avg_response_time: 20,
    min_response_time: 5,
    max_response_time: 50,
    avg_content_length: 100,
    current_rps: 2,
    current_fail_per_sec: 0.5,
    ...fields,
  };
}

export function aggregate(fields: Fields = {}): Fields {
  return row('Aggregated', { method: '', ...fields });
}

export function report(stats: unknown, fields: Fields = {}): Fields {
  return {
    state: 'running',
    user_count: 3,
    total_rps: 99,
    fail_ratio: 0.9,
    errors: [],
    stats,
    ...fields,
  };
}

export function snapshot(fields: Fields = {}, counts: Fields = {}): Snapshot {
  return parseStats(report([row('/', counts), aggregate(counts)], fields));
}
