import { GraphDrawStyle } from '@grafana/grafana-foundation-sdk/common';
import { FieldColorBuilder, FieldColorModeId } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { exporterTable, REACHED } from './exporter-table.ts';
import { LISTED, LISTED_MAPPINGS } from './listed.ts';
import { manySeries, PER_SECOND, stateTimeline } from './panels.ts';
import { EXPORTERS, low, peak, rate, reached, secondsSince } from './selectors.ts';

const legend = '{{instance}}';

/** From Locust to the exporter to Prometheus. */
export const healthOfReading = () => [
  exporterTable().span(24).height(8),
  stateTimeline(
    {
      title: 'Reached',
      description:
        'Whether Prometheus could scrape the exporter, and the exporter could read Locust: the worst of each interval.',
      unit: units.NoUnit,
      noValue: 'No exporter',
    },
    { expr: reached(low(`up{${EXPORTERS}}`), low(`locust_up{${EXPORTERS}}`)), legend },
  )
    .mappings(REACHED)
    .span(12)
    .height(7),
  manySeries(
    {
      title: 'Failed reads per second by code',
      description:
        'Reads of Locust that failed, and scrapes that could not wait for one. The README says what each code means.',
      unit: PER_SECOND.reads,
      noValue: 'No failed reads, or no exporter is scraped',
    },
    {
      expr: `${rate(`locust_exporter_scrape_errors_total{${EXPORTERS}}`)} > 0`,
      legend: `${legend} {{code}}`,
    },
  )
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Shades).fixedColor('red'))
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .span(12)
    .height(7),
  manySeries(
    {
      title: 'How long a read and a scrape take',
      description:
        'The last read of Locust by the exporter, and the whole scrape by Prometheus. In on-demand mode a scrape contains a read.',
      unit: units.Seconds,
    },
    {
      expr: peak(`locust_exporter_scrape_duration_seconds{${EXPORTERS}}`),
      legend: `${legend} read`,
    },
    { expr: peak(`scrape_duration_seconds{${EXPORTERS}}`), legend: `${legend} scrape` },
  )
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Age of the last good read',
      description: 'Grows while Locust is down. Absent before the first good read.',
      unit: units.Seconds,
      noValue: 'No good read yet, or no exporter is scraped',
    },
    {
      expr: secondsSince(`locust_exporter_last_success_timestamp_seconds{${EXPORTERS}}`),
      legend,
    },
  )
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Samples of a scrape',
      description: 'What Prometheus takes in each time; it grows with endpoints and errors.',
      unit: units.Short,
    },
    { expr: peak(`scrape_samples_scraped{${EXPORTERS}}`), legend },
  )
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Rows without metrics of their own',
      description:
        'Rows of Locust that were added to (other) by MAX_ENDPOINTS or MAX_ERRORS, or brought together by rewriting or shortening.',
      unit: units.Short,
      noValue: 'No exporter is scraped',
    },
    { expr: peak(`locust_exporter_folded_rows{${EXPORTERS}}`), legend: `${legend} {{kind}}` },
  )
    .decimals(0)
    .axisSoftMax(1)
    .span(8)
    .height(7),
  stateTimeline(
    LISTED,
    { expr: peak(`locust_endpoints_truncated{${EXPORTERS}}`), legend: `${legend} endpoints` },
    { expr: peak(`locust_errors_truncated{${EXPORTERS}}`), legend: `${legend} errors` },
  )
    .mappings(LISTED_MAPPINGS)
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Pushes per second',
      description: 'To the Pushgateway, by result. Absent without PUSHGATEWAY_URL.',
      unit: PER_SECOND.pushes,
      noValue: 'No exporter pushes',
    },
    {
      expr: rate(`locust_exporter_pushes_total{${EXPORTERS}}`),
      legend: `${legend} {{result}}`,
    },
  )
    .span(8)
    .height(7),
];
