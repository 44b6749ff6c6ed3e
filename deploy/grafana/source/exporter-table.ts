import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { RUN_OF_ROW } from './links.ts';
import { EXPORTERS, secondsSince } from './selectors.ts';
import { table, type ValueColumn } from './tables.ts';

const yesNo = (no: string): ValueMapping[] => [
  {
    type: MappingType.ValueToText,
    options: {
      '0': { text: no, color: 'red', index: 0 },
      '1': { text: 'up', color: 'green', index: 1 },
    },
  },
];

const one = (expr: string) => `max by (job, instance) (${expr})`;

/** So many digits of a revision as everyone cites. */
const shortRevision = (expr: string) =>
  `label_replace(${expr}, "revision", "$1", "revision", "(.{10}).*")`;

const age = (title: string, metric: string): ValueColumn => ({
  title,
  expr: one(secondsSince(`${metric}{${EXPORTERS}}`)),
  unit: units.Seconds,
  width: 130,
});

/** One row for each exporter, with versions and ages. */
export const exporterTable = () =>
  table(
    {
      title: 'Exporters',
      description:
        'As of the end of the time range, the oldest read first. An instance leads to the run of its Locust.',
      unit: units.Short,
      noValue: 'No exporter',
    },
    [
      { title: 'Job', label: 'job' },
      { title: 'Instance', label: 'instance', link: RUN_OF_ROW },
      { title: 'Exporter', label: 'version', width: 110 },
      { title: 'Revision', label: 'revision', width: 110 },
      { title: 'Node.js', label: 'node_version', width: 110 },
      { title: 'Locust', label: 'locust', width: 110 },
      { title: 'Host under test', label: 'host' },
    ],
    [
      {
        title: 'Scrape',
        expr: one(`up{${EXPORTERS}}`),
        unit: units.NoUnit,
        width: 110,
        mappings: yesNo('failed'),
      },
      {
        title: 'Read',
        expr: one(`locust_up{${EXPORTERS}}`),
        unit: units.NoUnit,
        width: 110,
        mappings: yesNo('Locust is down'),
      },
      age('Age of the read', 'locust_exporter_last_success_timestamp_seconds'),
      age('Running for', 'process_start_time_seconds'),
      {
        title: 'Build',
        expr: `max by (job, instance, version, revision, node_version) (${shortRevision(`locust_exporter_build_info{${EXPORTERS}}`)})`,
        unit: units.NoUnit,
        hidden: true,
      },
      {
        title: 'Info',
        expr: `max by (job, instance, locust, host) (label_join(locust_info{${EXPORTERS}}, "locust", "", "version"))`,
        unit: units.NoUnit,
        hidden: true,
      },
    ],
    'Age of the read',
  );
