import { seriesKey } from '../../helpers/expected-series.ts';
import {
  above,
  by,
  now,
  perSecond,
  quotient,
  where,
  type Term,
} from '../../helpers/figure-terms.ts';

/** Of a rate with the shortest range that Grafana takes for scrapes every 5 s. */
export const RATE_SECONDS = 20;

export type PanelExpectation = { readonly unit: string } & (WhatLocustSaid | Otherwise);

export type WhatLocustSaid =
  /** Just that, in our units. */
  | { is: Term }
  /** The same from scrapes within a window. */
  | { isWithWindow: Term };

type Otherwise =
  /** Locust says nothing of it: it is between these, both included; if optional, or not there. */
  | { from: number; to: number; reason: string; optional?: boolean }
  /** There is none in this run. */
  | { empty: string };

type Expectations = Readonly<Record<string, PanelExpectation>>;

const is = (unit: string, term: Term): PanelExpectation => ({ unit, is: term });
const isNow = (unit: string, name: string) => is(unit, now(`locust_${name}`));
const between = (unit: string, from: number, to: number, reason: string) => ({
  ...{ unit, from, to, reason },
});
const rate = (name: string) => perSecond(`locust_${name}`, RATE_SECONDS);
const isRate = (unit: string, name: string): PanelExpectation => ({
  ...{ unit, isWithWindow: rate(name) },
});
const isQuotientOfRates = (unit: string, dividend: string, divisor: string): PanelExpectation => ({
  ...{ unit, isWithWindow: quotient(rate(dividend), rate(divisor)) },
});
const quantile = (value: string) =>
  by(['method', 'name'], where(now('locust_response_time_seconds'), { quantile: [value] }));

const STATES = ['ready', 'spawning', 'running', 'cleanup', 'stopping', 'stopped', 'missing'];

const stateCode: Term = ({ figures }) =>
  new Map(
    STATES.flatMap((state, index) =>
      figures.get(seriesKey('locust_state', { state })) === 1
        ? [[seriesKey('', {}), index + 1] as const]
        : [],
    ),
  );

const ENDPOINT_COLUMNS: Expectations = {
  A: is(
    's',
    quotient(now('locust_response_time_seconds_sum'), now('locust_response_time_seconds_count')),
  ),
  B: is('s', quantile('0.5')),
  C: is('s', quantile('0.95')),
  D: is('s', quantile('0.99')),
  E: isNow('s', 'response_time_max_seconds'),
  F: isNow('locale', 'requests_total'),
  G: isNow('reqps', 'current_rps'),
  H: isNow('locale', 'failures_total'),
  I: is('percentunit', quotient(now('locust_failures_total'), now('locust_requests_total'))),
  J: is('bytes', quotient(now('locust_content_bytes_total'), now('locust_requests_total'))),
};

const FAILED = above(now('locust_failures_total'), 0);
const ERRORS_BY_MESSAGE = isNow('locale', 'error_occurrences_total');
const ERROR_RATE: PanelExpectation = {
  unit: 'suffix:errors/s',
  isWithWindow: by(['error'], rate('error_occurrences_total')),
};

const LISTED: Expectations = {
  A: isNow('none', 'endpoints_truncated'),
  B: isNow('none', 'errors_truncated'),
};

const NO_COMPANION = 'Locust runs without the companion';
const NO_DURATIONS: PanelExpectation = { unit: 's', empty: NO_COMPANION };

const HAS_MEANS: PanelExpectation = { unit: 's', empty: 'this Locust tells means' };

const RUN_OVERVIEW: Readonly<Record<string, Expectations>> = {
  State: { A: is('none', stateCode) },
  Users: { A: isNow('locale', 'users') },
  'Requests per second': { A: isNow('reqps', 'total_rps') },
  'Failed requests': {
    A: is(
      'percentunit',
      quotient(now('locust_total_failures_per_second'), now('locust_total_rps')),
    ),
    B: isNow('percentunit', 'fail_ratio'),
  },
  '95 % answered within': {
    A: is('s', where(now('locust_current_response_time_seconds'), { percentile: ['95'] })),
    B: is('s', where(now('locust_aggregated_response_time_seconds'), { quantile: ['0.95'] })),
  },
  'Duration of the run': { A: between('dthms', 0, 160, 'the longest run is as long as that') },
  Workers: {
    A: is('short', by([], where(now('locust_workers'), { state: /^(?!missing)/ }))),
    B: is('short', where(now('locust_workers'), { state: ['missing'] })),
    C: { unit: 'short', empty: 'Locust has workers' },
  },
  'Busiest worker': {
    A: is('percentunit', by([], now('locust_worker_cpu_ratio'), Math.max)),
    B: { ...between('percentunit', 1, 1, 'no worker has reported its CPU yet'), optional: true },
  },
  Phases: { A: is('none', stateCode) },
  'Requests so far': {
    A: isNow('locale', 'aggregated_requests_total'),
    B: isNow('locale', 'aggregated_failures_total'),
  },
  'Under test': {
    A: isNow('none', 'info'),
    B: { unit: 'none', empty: 'Locust tells its version' },
    C: between('none', 0, 0, 'only that Locust is down counts'),
  },
  'Listed by Locust': LISTED,
  'Requests per second of a user': {
    A: {
      unit: 'reqps',
      isWithWindow: quotient(rate('aggregated_requests_total'), now('locust_users')),
    },
  },
  'Bytes received': { A: isRate('binBps', 'aggregated_content_bytes_total') },
  'Users and requests': {
    A: isNow('locale', 'users'),
    B: isRate('reqps', 'aggregated_requests_total'),
  },
  'Requests and failures': {
    A: isRate('reqps', 'aggregated_requests_total'),
    B: isRate('reqps', 'aggregated_failures_total'),
    C: isQuotientOfRates('percentunit', 'aggregated_failures_total', 'aggregated_requests_total'),
  },
  'Response times, p50, p95 and p99': { A: NO_DURATIONS, B: NO_DURATIONS, C: NO_DURATIONS },
  'Distribution of response times': { A: NO_DURATIONS },
  'Response times now': {
    A: isNow('s', 'current_response_time_seconds'),
    B: isQuotientOfRates(
      's',
      'aggregated_response_time_seconds_sum',
      'aggregated_response_time_seconds_count',
    ),
  },
  'Response times since the statistics began': {
    A: isNow('s', 'aggregated_response_time_seconds'),
    B: HAS_MEANS,
  },
  'Slowest endpoints': ENDPOINT_COLUMNS,
  'Most failing endpoints': {
    A: is('locale', FAILED),
    B: is('percentunit', quotient(FAILED, now('locust_requests_total'))),
  },
  'Errors by message': { A: ERRORS_BY_MESSAGE },
  'Errors per second by message': { A: ERROR_RATE },
  'CPU of the workers': { A: isNow('percentunit', 'worker_cpu_ratio') },
  'Users of the workers': { A: isNow('locale', 'worker_users') },
  'Memory of the workers': { A: isNow('bytes', 'worker_memory_bytes') },
  'State of the workers': {
    A: isNow('short', 'worker_state'),
    B: isNow('locale', 'worker_users'),
    C: isNow('percentunit', 'worker_cpu_ratio'),
    D: isNow('bytes', 'worker_memory_bytes'),
  },
};

const ENDPOINT_DETAIL: Readonly<Record<string, Expectations>> = {
  'Chosen endpoints': ENDPOINT_COLUMNS,
  'Requests per second': { A: isRate('reqps', 'requests_total') },
  'Mean response time': {
    A: isQuotientOfRates('s', 'response_time_seconds_sum', 'response_time_seconds_count'),
  },
  'Response times since the statistics began': {
    A: isNow('s', 'response_time_seconds'),
    B: HAS_MEANS,
  },
  'Response time, p50': { A: NO_DURATIONS },
  'Response time, p95': { A: NO_DURATIONS },
  'Response time, p99': { A: NO_DURATIONS },
  'Distribution of response times': { A: NO_DURATIONS },
  'Longest response time': { A: isNow('s', 'response_time_max_seconds') },
  'Shortest response time': { A: isNow('s', 'response_time_min_seconds') },
  'Failures per second': { A: isRate('reqps', 'failures_total') },
  'Failed requests': { A: isQuotientOfRates('percentunit', 'failures_total', 'requests_total') },
  'Size of a response': { A: isQuotientOfRates('bytes', 'content_bytes_total', 'requests_total') },
  'Errors by message': { A: ERRORS_BY_MESSAGE },
  'Errors per second by message': { A: ERROR_RATE },
};

const MIB = 1024 ** 2;
const LONGEST_READ = 4;

const EXPORTER_HEALTH: Readonly<Record<string, Expectations>> = {
  Exporters: {
    A: between('none', 0, 2, 'a code: neither, the exporter alone, both'),
    B: between('s', 0, 30, 'seconds since a read, which is made every five'),
    C: between('s', 0, 300, 'seconds since the start of the exporter'),
    D: between('short', 1, 1, 'only labels count'),
    E: between('short', 1, 1, 'only labels count'),
  },
  Reached: { A: between('none', 0, 2, 'a code: neither, the exporter alone, both') },
  'Failed reads per second by code': {
    A: between('suffix:reads/s', 1 / 60, 1, 'a read in five seconds, when Locust is gone'),
  },
  'How long a read and a scrape take': {
    A: between('s', 1e-4, LONGEST_READ, 'more than nothing, less than the scrape may take'),
    B: between('s', 1e-4, LONGEST_READ, 'more than nothing, less than the scrape may take'),
  },
  'Age of the last good read': { A: between('s', 0, 30, 'a read is made every five seconds') },
  'Samples of a scrape': {
    A: between('short', 0, 1000, 'nine endpoints have a dozen samples each; none come at the end'),
  },
  'Rows without metrics of their own': {
    A: between('short', 0, 0, 'no row is added to another one'),
  },
  'Listed by Locust': LISTED,
  'Pushes per second': { A: { unit: 'suffix:pushes/s', empty: 'the exporter does not push' } },
  CPU: { A: between('percentunit', 1e-4, 1, 'one thread at work, now and then') },
  Memory: {
    A: between('bytes', 30 * MIB, 300 * MIB, 'Node.js itself takes 50 MiB'),
    B: between('bytes', 4 * MIB, 100 * MIB, 'a small program'),
  },
  'Lag of the event loop': {
    A: between('s', 0, 0.1, 'milliseconds'),
    B: between('s', 0, 1, 'milliseconds'),
  },
  'Open files': { A: between('short', 5, 100, 'sockets and pipes') },
  'Restarts of the exporter': { A: between('short', 0, 0, 'the exporter is started once') },
};

/** By file, panel and refId. */
export const PANELS: Readonly<Record<string, Readonly<Record<string, Expectations>>>> = {
  'run-overview.json': RUN_OVERVIEW,
  'endpoint-detail.json': ENDPOINT_DETAIL,
  'exporter-health.json': EXPORTER_HEALTH,
};
