import { BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { LISTED, LISTED_MAPPINGS } from './listed.ts';
import { listLegend, stat, stateTimeline } from './panels.ts';
import { RUN, upWithout } from './selectors.ts';
import { STATE_MAPPINGS, stateCode } from './states.ts';

const HEIGHT = 3;

/** The line below the large figures: how the run went, and what there is to know of it. */
export const runFacts = () => [
  stateTimeline(
    {
      title: 'Phases',
      description:
        "The states of Locust's runner over time, in the colors of State. A gap: the exporter was not scraped.",
      unit: units.NoUnit,
      noValue: 'Not scraped',
    },
    { expr: stateCode(RUN), legend: 'Locust' },
  )
    .mappings(STATE_MAPPINGS)
    .legend(listLegend(false))
    .span(12)
    .height(HEIGHT),
  stat(
    {
      title: 'Requests so far',
      description: 'All requests since the statistics began, and those of them that failed.',
      unit: units.LocaleFormat,
      noValue: '–',
    },
    { expr: `locust_aggregated_requests_total{${RUN}}`, legend: 'all' },
    { expr: `locust_aggregated_failures_total{${RUN}}`, legend: 'failed' },
  )
    .textMode(BigValueTextMode.ValueAndName)
    .wideLayout(false)
    .span(4)
    .height(HEIGHT),
  stat(
    {
      title: 'Under test',
      description: 'The host that requests go to, and the version of Locust that sends them.',
      unit: units.NoUnit,
      noValue: '–',
    },
    { expr: `locust_info{${RUN}}`, legend: '{{host}} by Locust {{version}}' },
    { expr: upWithout(`locust_info{${RUN}}`), legend: 'This Locust does not say' },
    { expr: `locust_up{${RUN}} == 0`, legend: 'Locust is down' },
  )
    .textMode(BigValueTextMode.Name)
    .span(5)
    .height(HEIGHT),
  stat(
    LISTED,
    { expr: `locust_endpoints_truncated{${RUN}}`, legend: 'endpoints' },
    { expr: `locust_errors_truncated{${RUN}}`, legend: 'errors' },
  )
    .mappings(LISTED_MAPPINGS)
    .textMode(BigValueTextMode.ValueAndName)
    .span(3)
    .height(HEIGHT),
];
