import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { durationHeatmap, heatmapOfOne, percentilePanel } from './duration-panels.ts';
import { inColor, listLegend, onTheRight, timeSeries, type Query, type Words } from './panels.ts';
import { peak, per, rate, RUN } from './selectors.ts';

const DURATIONS = 'locust_aggregated_request_duration_seconds';

const requests = rate(`locust_aggregated_requests_total{${RUN}}`);
const failures = rate(`locust_aggregated_failures_total{${RUN}}`);
const seconds = rate(`locust_aggregated_response_time_seconds_sum{${RUN}}`);
const count = rate(`locust_aggregated_response_time_seconds_count{${RUN}}`);

/** Over the same time as the requests, for users come and go. */
const meanUsers = `avg_over_time(locust_users{${RUN}}[$__rate_interval])`;

const DASHED = { id: 'custom.lineStyle', value: { fill: 'dash', dash: [6, 4] } };
const BLUE = new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor('blue');

const QUANTILE = 'quantile {{quantile}}';
const PERCENTILE = '{{percentile}} %';

/** Those that Locust gives unless it is set to give others: by name, in a color for each. */
const PERCENTILES = [
  ['0.5', '50', 'median', 'green'],
  ['0.9', '90', '90 %', 'yellow'],
  ['0.95', '95', '95 %', 'orange'],
  ['0.99', '99', '99 %', 'red'],
  ['0.999', '99.9', '99.9 %', 'purple'],
] as const;

function responseTimes(words: Words, ...queries: readonly Query[]) {
  const builder = timeSeries(words, ...queries).fillOpacity(0);
  for (const [quantile, percentile, title, color] of PERCENTILES) {
    const looks = [{ id: 'displayName', value: title }, inColor(color)];
    builder.overrideByName(QUANTILE.replace('{{quantile}}', quantile), looks);
    builder.overrideByName(PERCENTILE.replace('{{percentile}}', percentile), looks);
  }
  return builder;
}

/** All endpoints over time, from Locust's own total: complete where endpoints are cut off. */
export const runCourses = () => [
  timeSeries(
    {
      title: 'Users and requests',
      description:
        'More users should bring more requests. Where they no longer do, something is at its limit.',
      unit: units.LocaleFormat,
    },
    { expr: peak(`locust_users{${RUN}}`), legend: 'Users' },
    { expr: requests, legend: 'Requests/s' },
  )
    .axisLabel('users')
    .overrideByName('Users', [inColor('purple')])
    .overrideByName('Requests/s', [
      inColor('blue'),
      ...onTheRight(units.RequestsPerSecond, 'requests/s'),
    ])
    .span(12)
    .height(7),
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
      DASHED,
      { id: 'custom.axisSoftMax', value: 0.05 },
    ])
    .span(12)
    .height(7),
  percentilePanel(DURATIONS, RUN).span(12).height(7),
  durationHeatmap(
    {
      title: 'Distribution of response times',
      description:
        'How many requests per second took how long, all endpoints together. Two bands are two kinds of requests, or a cache that is hit and missed. It comes from the distributions of the companion.',
    },
    heatmapOfOne(DURATIONS, RUN),
  )
    .span(12)
    .height(7),
  responseTimes(
    {
      title: 'Response times now',
      description:
        'Percentiles of all endpoints over the last ten seconds, as Locust gives them, and the mean. Percentiles end with the run.',
      unit: units.Seconds,
      noValue: 'No requests, or Locust is down or does not report these percentiles',
    },
    {
      expr: peak(`locust_current_response_time_seconds{${RUN}}`),
      legend: PERCENTILE,
    },
    { expr: per(seconds, count), legend: 'mean' },
  )
    .overrideByName('mean', [inColor('blue'), DASHED])
    .span(12)
    .height(7),
  responseTimes(
    {
      title: 'Response times since the statistics began',
      description:
        'Percentiles over the whole run so far, all endpoints: what the report of the run will say. They react late in a long run. The longest response of each endpoint is in the table below.',
      unit: units.Seconds,
      noValue: 'No requests yet, or Locust is down',
    },
    {
      expr: peak(`locust_aggregated_response_time_seconds{${RUN}, quantile=~"$quantile"}`),
      legend: QUANTILE,
    },
    {
      expr: peak(`locust_aggregated_response_time_percentile_seconds{${RUN}}`),
      legend: PERCENTILE,
    },
  )
    .span(12)
    .height(7),
  timeSeries(
    {
      title: 'Requests per second of a user',
      description:
        'How often each user gets a request done. It falls where the target answers more slowly, unless users wait by the clock.',
      unit: units.RequestsPerSecond,
      noValue: 'No users, or Locust is down',
    },
    { expr: per(requests, meanUsers), legend: 'Requests/s of a user' },
  )
    .colorScheme(BLUE)
    .legend(listLegend(false))
    .span(12)
    .height(7),
  timeSeries(
    {
      title: 'Bytes received',
      description: 'Bodies of all responses, as long as Locust says that they are.',
      unit: units.BytesPerSecondIEC,
      noValue: 'No requests yet, or Locust is down',
    },
    { expr: rate(`locust_aggregated_content_bytes_total{${RUN}}`), legend: 'Bytes/s' },
  )
    .colorScheme(BLUE)
    .legend(listLegend(false))
    .span(12)
    .height(7),
];
