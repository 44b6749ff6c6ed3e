import * as units from '@grafana/grafana-foundation-sdk/units';
import { ENDPOINT_OF_ROW } from './links.ts';
import { gradedFigure, LIMITS } from './panels.ts';
import { per, sinceStart } from './selectors.ts';
import type { LabelColumn, ValueColumn } from './tables.ts';

/**
 * One series for each endpoint, rid of the labels that have no column. There is one to begin
 * with; where a store holds copies of it, their largest is still right and their sum is not.
 */
const only = (metric: string, selector: string) => `max by (method, name) (${metric}{${selector}})`;

/** Of the gauge, for a Locust that reports no mean and therefore has no summary. */
const percentile = (quantile: string, percent: string, selector: string) =>
  `max by (method, name) (${sinceStart('response_time', quantile, percent, selector)})`;

/** @param width of the column Endpoint; without it, the column takes the remaining width. */
export const endpointLabels = (width?: number): LabelColumn[] => [
  { title: 'Method', label: 'method', width: 80 },
  {
    title: 'Endpoint',
    label: 'name',
    link: ENDPOINT_OF_ROW,
    ...(width === undefined ? {} : { width }),
  },
];

export function endpointValues(selector: string): ValueColumn[] {
  const count = only('locust_response_time_seconds_count', selector);
  const seconds = (title: string, expr: string): ValueColumn => ({
    title,
    expr,
    unit: units.Seconds,
    width: 90,
    thresholds: gradedFigure(LIMITS.responseSeconds),
  });
  return [
    seconds('Mean', per(only('locust_response_time_seconds_sum', selector), count)),
    seconds('Median', percentile('0.5', '50', selector)),
    seconds('95 %', percentile('0.95', '95', selector)),
    seconds('99 %', percentile('0.99', '99', selector)),
    seconds('Longest', only('locust_response_time_max_seconds', selector)),
    {
      title: 'Requests',
      expr: only('locust_requests_total', selector),
      unit: units.LocaleFormat,
      width: 100,
    },
    {
      title: 'Requests/s',
      expr: only('locust_current_rps', selector),
      unit: units.RequestsPerSecond,
      width: 110,
    },
    ...failureValues(selector),
    {
      title: 'Bytes/request',
      expr: per(
        only('locust_content_bytes_total', selector),
        only('locust_requests_total', selector),
      ),
      unit: units.BytesIEC,
      width: 130,
    },
  ];
}

/** @param atLeastOne whether endpoints without failures are left out. */
export function failureValues(selector: string, atLeastOne = false): ValueColumn[] {
  const failures = `${only('locust_failures_total', selector)}${atLeastOne ? ' > 0' : ''}`;
  return [
    { title: 'Failures', expr: failures, unit: units.LocaleFormat, width: 110 },
    {
      title: 'Failed',
      expr: per(atLeastOne ? `(${failures})` : failures, only('locust_requests_total', selector)),
      unit: units.PercentUnit,
      decimals: 1,
      width: 90,
      thresholds: gradedFigure(LIMITS.failedShare),
    },
  ];
}
