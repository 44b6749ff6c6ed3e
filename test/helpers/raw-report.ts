import { isSince } from './locust-versions.ts';

/** The parts of GET /stats/requests that all releases from 0.8 on have. */
export interface RawReport {
  state: string;
  user_count: number;
  /** Endpoints, then the row of all of them. */
  stats: RawRow[];
  errors: RawError[];
  [key: string]: unknown;
}

export interface RawRow {
  method: string | null;
  name: string;
  num_requests: number;
  num_failures: number;
  min_response_time: number;
  max_response_time: number;
  median_response_time: number;
  [key: string]: unknown;
}

export interface RawError {
  method: string;
  name: string;
  error: string;
  [key: string]: unknown;
}

/** All requests: up to 0.9 those that failed are not among `num_requests`. */
export function requestsOf(version: string, row: RawRow): number {
  return row.num_requests + (isSince(version, '0.10') ? 0 : row.num_failures);
}

/** Connected and idle; 0 when the report is not a master's. */
export function readyWorkers(report: RawReport): number {
  const list = report['workers'] ?? report['slaves'];
  if (Array.isArray(list)) {
    return (list as { state: string }[]).filter(({ state }) => state === 'ready').length;
  }
  return Number(report['slave_count'] ?? 0);
}
