import { execFileSync } from 'node:child_process';
import path from 'node:path';

import { locustPath } from './locust-versions.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../deploy/locust');
export const COMPANION_FILE = path.join(FOLDER, 'locust_exporter_companion.py');
/** For PYTHONPATH: has the companion loaded into every Locust. */
export const COMPANION_AUTO = path.join(FOLDER, 'auto');
export const COMPANION_LOCUSTFILE = path.join(import.meta.dirname, 'companion-locustfile.py');
export const COMPANION_ROUTE = '/stats/locust-exporter';

/** See the companion's format: a row is a list, whose columns `columns` names. */
export interface CompanionReport {
  format: number;
  locust_version: string | null;
  host: string | null;
  state: string;
  user_count: number;
  target_user_count: number | null;
  spawn_rate: number | null;
  user_classes: Record<string, number>;
  exceptions: number;
  run_start_time: number | null;
  stats_start_time: number | null;
  percentiles: number[];
  current_percentiles: Record<string, number | null>;
  workers: [string, string, number | null, number | null, number | null][] | null;
  errors: [string, string, string, number][];
  columns: string[];
  aggregate: unknown[];
  stats: unknown[][];
}

export interface CompanionRow {
  method: string | null;
  name: unknown;
  num_requests: number | null;
  num_none_requests: number | null;
  num_failures: number | null;
  total_response_time: number | null;
  min_response_time: number | null;
  max_response_time: number | null;
  total_content_length: number | null;
  start_time: number | null;
  last_request_timestamp: number | null;
  current_rps: number | null;
  current_fail_per_sec: number | null;
  response_times: Record<string, number>;
}

export function companionRow(report: CompanionReport, row: readonly unknown[]): CompanionRow {
  return Object.fromEntries(
    report.columns.map((column, at) => [column, row[at]]),
  ) as unknown as CompanionRow;
}

export function rowsByName(report: CompanionReport): Map<string, CompanionRow> {
  return new Map(
    report.stats.map((row) => companionRow(report, row)).map((row) => [String(row.name), row]),
  );
}

export async function fetchCompanion(
  url: string,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url + COMPANION_ROUTE, {
    headers,
    redirect: 'manual',
    signal: AbortSignal.timeout(20_000),
  });
}

export async function readCompanion(url: string): Promise<CompanionReport> {
  const response = await fetchCompanion(url, { accept: 'application/json' });
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${body}`);
  return JSON.parse(body) as CompanionReport;
}

/** Read by Python's msgpack, and told with text for keys and null for NaN, as JSON has them. */
export function decodeMsgpack(version: string, body: Uint8Array): CompanionReport {
  const python = path.join(path.dirname(locustPath(version)), 'python');
  const script = [
    'import json, msgpack, sys',
    'report = msgpack.unpackb(sys.stdin.buffer.read(), strict_map_key=False)',
    'print(json.dumps(report).replace("NaN", "null"))',
  ].join('\n');
  return JSON.parse(
    execFileSync(python, ['-c', script], { input: body, encoding: 'utf8', maxBuffer: 2 ** 26 }),
  ) as CompanionReport;
}
