import * as units from '@grafana/grafana-foundation-sdk/units';
import { endpointLabels } from './endpoint-columns.ts';
import { manySeries, PER_SECOND } from './panels.ts';
import { rate } from './selectors.ts';
import { largestFirst, table } from './tables.ts';

const DESCRIPTION =
  'Locust counts an error by its message. Messages that hold an id or a time are each an error of their own: ERROR_REWRITE of the exporter brings them together.';

/** @param selector of endpoints of one Locust. */
export const errorTable = (selector: string) =>
  table(
    {
      title: 'Errors by message',
      description: `Since the statistics began. ${DESCRIPTION}`,
      unit: units.LocaleFormat,
      noValue: 'No errors, or Locust is down',
    },
    [{ title: 'Error', label: 'error', isLong: true }, ...endpointLabels(250)],
    [
      {
        title: 'Count',
        expr: `max by (method, name, error) (locust_error_occurrences_total{${selector}})`,
        unit: units.LocaleFormat,
        width: 90,
      },
    ],
    largestFirst('Count'),
  );

/** @param selector of endpoints of one Locust. */
export const errorsOverTime = (selector: string) =>
  manySeries(
    {
      title: 'Errors per second by message',
      description: `Failed requests of all endpoints with the message. The first time that a message occurs is not seen here. ${DESCRIPTION}`,
      unit: PER_SECOND.errors,
      noValue: 'No errors, or Locust is down',
    },
    {
      expr: `sum without (method, name) (${rate(`locust_error_occurrences_total{${selector}}`)})`,
      legend: '{{error}}',
    },
  );
