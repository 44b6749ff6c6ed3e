import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { RUN_OF_ROW } from './links.ts';
import { EXPORTERS, reached, secondsSince } from './selectors.ts';
import { largestFirst, smallestFirst, table, type ValueColumn } from './tables.ts';

/** In words what reached() gives. */
export const REACHED: ValueMapping[] = [
  {
    type: MappingType.ValueToText,
    options: {
      '0': { text: 'not scraped', color: 'red', index: 0 },
      '1': { text: 'Locust is down', color: 'orange', index: 1 },
      '2': { text: 'up', color: 'green', index: 2 },
    },
  },
];

const one = (expr: string) => `max by (job, instance) (${expr})`;

/** So many digits of a revision as everyone cites. */
const shortRevision = (expr: string) =>
  `label_replace(${expr}, "revision", "$1", "revision", "(.{10}).*")`;

const age = (title: string, metric: string, width: number): ValueColumn => ({
  title,
  expr: one(secondsSince(`${metric}{${EXPORTERS}}`)),
  unit: units.Seconds,
  width,
});

/** One row for each exporter, with versions and ages. */
export const exporterTable = () =>
  table(
    {
      title: 'Exporters',
      description:
        'As of the end of the time range, the worst first: not scraped, then Locust down, then by the age of the read. An instance leads to the run of its Locust.',
      unit: units.Short,
      noValue: 'No exporter',
    },
    [
      { title: 'Job', label: 'job' },
      { title: 'Instance', label: 'instance', link: RUN_OF_ROW, width: 200 },
      { title: 'Exporter', label: 'version', width: 100 },
      { title: 'Revision', label: 'revision', width: 110 },
      { title: 'Node.js', label: 'node_version', width: 100 },
      { title: 'Locust', label: 'locust', width: 100 },
      { title: 'Host under test', label: 'host' },
    ],
    [
      {
        title: 'Reached',
        expr: one(reached(`up{${EXPORTERS}}`, `locust_up{${EXPORTERS}}`)),
        unit: units.NoUnit,
        width: 130,
        mappings: REACHED,
      },
      age('Age of the read', 'locust_exporter_last_success_timestamp_seconds', 170),
      age('Running for', 'process_start_time_seconds', 130),
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
    smallestFirst('Reached'),
    largestFirst('Age of the read'),
  );
