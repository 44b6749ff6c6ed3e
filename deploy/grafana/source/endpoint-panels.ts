import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
} from '@grafana/grafana-foundation-sdk/common';
import * as units from '@grafana/grafana-foundation-sdk/units';
import type { Part } from './create-dashboard.ts';
import {
  durationHeatmap,
  heatmapOfEndpoints,
  NEEDS_COMPANION,
  PERCENTILES,
} from './duration-panels.ts';
import { endpointLabels, endpointValues } from './endpoint-columns.ts';
import { errorsOverTime, errorTable } from './error-panels.ts';
import { ENDPOINT_OF_SERIES } from './links.ts';
import { limitLines, LIMITS, manySeries, type Query, type Words } from './panels.ts';
import { durationQuantile, ENDPOINT, low, peak, per, rate } from './selectors.ts';
import { largestFirst, table } from './tables.ts';

const DURATIONS = 'locust_request_duration_seconds';

const legend = '{{method}} {{name}}';

const requests = rate(`locust_requests_total{${ENDPOINT}}`);
const failures = rate(`locust_failures_total{${ENDPOINT}}`);
const bytes = rate(`locust_content_bytes_total{${ENDPOINT}}`);
const seconds = rate(`locust_response_time_seconds_sum{${ENDPOINT}}`);
const count = rate(`locust_response_time_seconds_count{${ENDPOINT}}`);

const byEndpoint = (words: Words, ...queries: readonly Query[]) =>
  manySeries(words, ...queries).overrideByFieldType('number', [
    { id: 'links', value: [ENDPOINT_OF_SERIES] },
  ]);

/** Each endpoint is a series of its own; nothing is added up over them. */
export const endpointPanels = (): Part[] => [
  { panels: [chosenEndpoints(), ...loadAndResponse()] },
  { title: 'Percentiles of each moment', panels: percentiles() },
  { title: 'Failures and errors', panels: failuresAndErrors() },
  { title: 'Extremes and sizes', panels: extremesAndSizes() },
];

const chosenEndpoints = () =>
  table(
    {
      title: 'Chosen endpoints',
      description:
        'Since the statistics began, the largest mean first; requests per second over the last ten seconds. As of the end of the time range. An endpoint leads to itself alone.',
      unit: units.LocaleFormat,
      noValue: 'No requests yet, or Locust is down',
    },
    endpointLabels(),
    endpointValues(ENDPOINT),
    largestFirst('Mean'),
  )
    .span(24)
    .height(6);

const loadAndResponse = () => [
  byEndpoint(
    {
      title: 'Requests per second',
      description: 'Failed ones included.',
      unit: units.RequestsPerSecond,
    },
    { expr: requests, legend },
  )
    .span(12)
    .height(8),
  byEndpoint(
    {
      title: 'Failed requests',
      description:
        'Share of the requests of each moment; a gap where there were none. The lines are at 1 % and 5 %.',
      unit: units.PercentUnit,
    },
    { expr: per(failures, requests), legend },
  )
    .thresholds(limitLines(LIMITS.failedShare))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .axisSoftMax(0.05)
    .span(12)
    .height(8),
  byEndpoint(
    {
      title: 'Response times since the statistics began',
      description:
        'Percentiles of the whole run so far: without the companion, Locust gives no others of single endpoints. Quantile, at the top, chooses which. They react late in a long run; the mean beside them shows what is new.',
      unit: units.Seconds,
      noValue: 'No requests yet, or Locust is down',
    },
    {
      expr: peak(`locust_response_time_seconds{${ENDPOINT}, quantile=~"$quantile"}`),
      legend: `${legend} quantile {{quantile}}`,
    },
    {
      expr: peak(`locust_response_time_percentile_seconds{${ENDPOINT}}`),
      legend: `${legend} {{percentile}} %`,
    },
  )
    .span(12)
    .height(8),
  byEndpoint(
    {
      title: 'Mean response time',
      description: 'Of the requests of each moment, failed ones included.',
      unit: units.Seconds,
    },
    { expr: per(seconds, count), legend },
  )
    .span(12)
    .height(8),
];

const percentiles = () => [
  ...PERCENTILES.map(([name, quantile]) =>
    byEndpoint(
      {
        title: `Response time, ${name}`,
        description: `The response time that ${quantile * 100} % of the requests of each moment stayed below. It comes from the distributions of the companion.`,
        unit: units.Seconds,
        noValue: NEEDS_COMPANION,
      },
      { expr: durationQuantile(quantile, DURATIONS, ENDPOINT), legend },
    )
      .span(8)
      .height(8),
  ),
  durationHeatmap(
    {
      title: 'Distribution of response times',
      description:
        'How many requests per second took how long, the chosen endpoints together. It comes from the distributions of the companion.',
    },
    heatmapOfEndpoints(DURATIONS, ENDPOINT),
  )
    .span(24)
    .height(8),
];

const failuresAndErrors = () => [
  byEndpoint(
    {
      title: 'Failures per second',
      description: 'Failed requests.',
      unit: units.RequestsPerSecond,
    },
    { expr: failures, legend },
  )
    .span(9)
    .height(9),
  errorTable(ENDPOINT).span(15).height(9),
  errorsOverTime(ENDPOINT).span(24).height(8),
];

const extremesAndSizes = () => [
  byEndpoint(
    {
      title: 'Longest response time',
      description: 'Since the statistics began.',
      unit: units.Seconds,
    },
    { expr: peak(`locust_response_time_max_seconds{${ENDPOINT}}`), legend },
  )
    .span(8)
    .height(8),
  byEndpoint(
    {
      title: 'Shortest response time',
      description: 'Since the statistics began.',
      unit: units.Seconds,
    },
    { expr: low(`locust_response_time_min_seconds{${ENDPOINT}}`), legend },
  )
    .span(8)
    .height(8),
  byEndpoint(
    {
      title: 'Size of a response',
      description: 'Mean of the responses of each moment, bodies only.',
      unit: units.BytesIEC,
    },
    { expr: per(bytes, requests), legend },
  )
    .span(8)
    .height(8),
];
