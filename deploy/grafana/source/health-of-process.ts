import { GraphDrawStyle } from '@grafana/grafana-foundation-sdk/common';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { manySeries } from './panels.ts';
import { EXPORTERS, peak, rate } from './selectors.ts';

const legend = '{{instance}}';

/** What the exporter itself uses. It shares a pod with a Locust master that needs its CPU. */
export const healthOfProcess = () => [
  manySeries(
    {
      title: 'CPU',
      description: 'Share of one core. The Locust master beside it makes do with the rest.',
      unit: units.PercentUnit,
    },
    { expr: rate(`process_cpu_seconds_total{${EXPORTERS}}`), legend },
  )
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Memory',
      description:
        'Resident memory, of which some 50 MiB are file pages of Node.js, and the heap in use.',
      unit: units.BytesIEC,
    },
    { expr: peak(`process_resident_memory_bytes{${EXPORTERS}}`), legend: `${legend} resident` },
    { expr: peak(`nodejs_heap_size_used_bytes{${EXPORTERS}}`), legend: `${legend} heap` },
  )
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Lag of the event loop',
      description:
        'How long other work keeps a scrape waiting: median and 99th percentile since the last scrape.',
      unit: units.Seconds,
    },
    { expr: peak(`nodejs_eventloop_lag_p50_seconds{${EXPORTERS}}`), legend: `${legend} median` },
    { expr: peak(`nodejs_eventloop_lag_p99_seconds{${EXPORTERS}}`), legend: `${legend} 99 %` },
  )
    .span(8)
    .height(7),
  manySeries(
    {
      title: 'Open files',
      description:
        'File descriptors, connections among them. They should not grow from hour to hour.',
      unit: units.Short,
    },
    { expr: peak(`process_open_fds{${EXPORTERS}}`), legend },
  )
    .span(12)
    .height(7),
  manySeries(
    {
      title: 'Restarts of the exporter',
      description:
        'Each in the interval in which it was seen. Counters of a run do not suffer from one.',
      unit: units.Short,
    },
    {
      expr: `changes(process_start_time_seconds{${EXPORTERS}}[$__rate_interval])`,
      legend,
    },
  )
    .drawStyle(GraphDrawStyle.Bars)
    .fillOpacity(60)
    .decimals(0)
    .axisSoftMax(1)
    .span(12)
    .height(7),
];
