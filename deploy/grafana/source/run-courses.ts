import { BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { inColor, onTheRight, stat, stateTimeline, timeSeries } from './panels.ts';
import { per, rate, RUN } from './selectors.ts';
import { STATE_MAPPINGS, stateCode } from './states.ts';

const requests = rate(`locust_aggregated_requests_total{${RUN}}`);
const failures = rate(`locust_aggregated_failures_total{${RUN}}`);
const seconds = rate(`locust_aggregated_response_time_seconds_sum{${RUN}}`);
const count = rate(`locust_aggregated_response_time_seconds_count{${RUN}}`);

/** All endpoints over time, from Locust's own total: complete where endpoints are cut off. */
export const runCourses = () => [
  stateTimeline(
    {
      title: 'Phases',
      description: "The states of Locust's runner over time. A gap: the exporter was not scraped.",
      unit: units.NoUnit,
      noValue: 'Not scraped',
    },
    { expr: stateCode(RUN), legend: 'Locust' },
  )
    .mappings(STATE_MAPPINGS)
    .span(18)
    .height(4),
  stat(
    {
      title: 'Under test',
      description: 'The host that requests go to, and the version of Locust that sends them.',
      unit: units.NoUnit,
      noValue: 'This Locust does not say',
    },
    { expr: `locust_info{${RUN}}`, legend: '{{host}} by Locust {{version}}' },
  )
    .textMode(BigValueTextMode.Name)
    .span(6)
    .height(4),
  timeSeries(
    {
      title: 'Users and requests',
      description:
        'More users should bring more requests. Where they no longer do, something is at its limit.',
      unit: units.Short,
    },
    { expr: `locust_users{${RUN}}`, legend: 'Users' },
    { expr: requests, legend: 'Requests/s' },
  )
    .axisLabel('users')
    .overrideByName('Users', [inColor('purple')])
    .overrideByName('Requests/s', [
      inColor('blue'),
      ...onTheRight(units.RequestsPerSecond, 'requests/s'),
    ])
    .span(12)
    .height(8),
  timeSeries(
    {
      title: 'Requests and failures',
      description:
        'Requests include the failed ones. The share is that of the same moment, not of the whole run.',
      unit: units.RequestsPerSecond,
    },
    { expr: requests, legend: 'Requests/s' },
    { expr: failures, legend: 'Failures/s' },
    { expr: per(failures, requests), legend: 'Failed' },
  )
    .overrideByName('Requests/s', [inColor('blue')])
    .overrideByName('Failures/s', [inColor('red'), { id: 'custom.fillOpacity', value: 40 }])
    .overrideByName('Failed', [
      inColor('orange'),
      ...onTheRight(units.PercentUnit, 'failed'),
      { id: 'custom.fillOpacity', value: 0 },
      { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } },
      { id: 'max', value: 1 },
    ])
    .span(12)
    .height(8),
  timeSeries(
    {
      title: 'Response times now',
      description:
        'Percentiles of all endpoints over the last ten seconds, as Locust gives them, and the mean. Percentiles end with the run.',
      unit: units.Seconds,
      noValue: 'No requests, or a Locust that does not report these percentiles',
    },
    {
      expr: `locust_current_response_time_seconds{${RUN}, quantile=~"$quantile"}`,
      legend: 'quantile {{quantile}}',
    },
    { expr: per(seconds, count), legend: 'mean' },
  )
    .fillOpacity(0)
    .overrideByName('mean', [{ id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } }])
    .span(12)
    .height(8),
  timeSeries(
    {
      title: 'Response times since the statistics began',
      description:
        'Percentiles over the whole run so far, all endpoints: what the report of the run will say. They react late in a long run.',
      unit: units.Seconds,
      noValue: 'No requests yet',
    },
    {
      expr: `locust_aggregated_response_time_seconds{${RUN}, quantile=~"$quantile"}`,
      legend: 'quantile {{quantile}}',
    },
    { expr: `locust_aggregated_response_time_max_seconds{${RUN}}`, legend: 'longest' },
  )
    .fillOpacity(0)
    .overrideByName('longest', [
      inColor('text'),
      { id: 'custom.lineStyle', value: { fill: 'dot', dash: [1, 4] } },
    ])
    .span(12)
    .height(8),
  timeSeries(
    {
      title: 'Requests per second of a user',
      description:
        'How often each user gets a request done. It falls where the target answers more slowly, unless users wait by the clock.',
      unit: units.RequestsPerSecond,
      noValue: 'No users',
    },
    { expr: per(requests, `locust_users{${RUN}}`), legend: 'Requests/s of a user' },
  )
    .span(12)
    .height(7),
  timeSeries(
    {
      title: 'Bytes received',
      description: 'Bodies of all responses, as long as Locust says that they are.',
      unit: units.BytesPerSecondIEC,
      noValue: 'No requests yet',
    },
    { expr: rate(`locust_aggregated_content_bytes_total{${RUN}}`), legend: 'Bytes/s' },
  )
    .span(12)
    .height(7),
];
