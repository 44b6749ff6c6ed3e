import * as units from '@grafana/grafana-foundation-sdk/units';
import { endpointLabels, endpointValues, failureValues } from './endpoint-columns.ts';
import { errorsOverTime, errorTable } from './error-panels.ts';
import { RUN } from './selectors.ts';
import { largestFirst, table } from './tables.ts';

/** Endpoint by endpoint. */
export const runTables = () => [
  table(
    {
      title: 'Slowest endpoints',
      description:
        'Since the statistics began, the largest mean first; requests per second over the last ten seconds. As of the end of the time range. An endpoint leads to its detail.',
      unit: units.LocaleFormat,
      noValue: 'No requests yet, or Locust is down',
    },
    endpointLabels(),
    endpointValues(RUN),
    largestFirst('Mean'),
  )
    .span(24)
    .height(11),
  table(
    {
      title: 'Most failing endpoints',
      description:
        'Those with failures since the statistics began. An endpoint leads to its detail.',
      unit: units.LocaleFormat,
      noValue: 'No failures, or Locust is down',
    },
    endpointLabels(),
    failureValues(RUN, true),
    largestFirst('Failures'),
  )
    .span(9)
    .height(10),
  errorTable(RUN).span(15).height(10),
  errorsOverTime(RUN).span(24).height(8),
];
