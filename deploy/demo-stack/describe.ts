import path from 'node:path';

import { readBuildInfo } from '../../src/build-info.ts';
import { PROGRAM_NAMES, type ProgramName, type Programs } from './find-programs.ts';
import { EXPORTER, ROOT } from './places.ts';

/** What the demo does without it, and how to get it. */
const MISSING: Readonly<Record<ProgramName, string>> = {
  python: 'the load test is simulated; get it from python.org, or apt install python3',
  locust: 'the load test is simulated; get it with pip install locust',
  prometheus: 'nothing is recorded; get it from prometheus.io/download, or apt install prometheus',
  grafana: 'no dashboards; get it from grafana.com/grafana/download',
};

/** A table of what is installed and what is missing, one program a line. */
export function describePrograms(programs: Programs): string {
  const rows = PROGRAM_NAMES.map((name) => {
    const program = programs[name];
    return program === undefined
      ? ['missing', name, '', MISSING[name]]
      : ['found', name, program.version, [shown(program.path), ...program.args].join(' ')];
  });
  return [...rows, ['found', 'exporter', readBuildInfo().version, shown(EXPORTER)]]
    .map((cells) => cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join('  '))
    .join('\n');
}

const WIDTHS = [7, 10, 10];

/** Below the repository, where it is there. */
function shown(file: string): string {
  return file.startsWith(ROOT + path.sep) ? path.relative(ROOT, file) : file;
}

/** URLs of what runs; undefined for what does not. */
export interface Addresses {
  readonly locust: string;
  readonly isSimulated: boolean;
  readonly exporter: string;
  readonly prometheus: string | undefined;
  readonly grafana: string | undefined;
}

const GRAPHS = [
  'locust_users',
  'instance:locust_requests:rate1m',
  'instance:locust_failures_per_request:ratio_rate1m',
  'locust_current_response_time_seconds{quantile="0.95"}',
];

export function describeAddresses(addresses: Addresses): string {
  const { locust, isSimulated, exporter, prometheus, grafana } = addresses;
  const lines = [
    [
      locust,
      isSimulated ? 'the web API of the simulated Locust' : 'Locust: stop and start load tests',
    ],
    [exporter, 'the exporter: status page'],
    [`${exporter}/metrics`, 'what Prometheus gets'],
  ];
  if (grafana !== undefined) lines.push([`${grafana}/dashboards`, 'Grafana: the dashboards']);
  if (prometheus !== undefined) {
    lines.push([`${prometheus}/alerts`, 'Prometheus: alerts']);
    lines.push([graphLink(prometheus), 'Prometheus: graphs']);
  }
  const text = lines.map(([url = '', what = '']) => `  ${what}\n    ${url}`);
  if (grafana === undefined) {
    text.push('  A Grafana of your own can import deploy/grafana/dashboards/*.json.');
  }
  return ['Everything that could be started is running. Look at:', ...text].join('\n');
}

/** As Prometheus 2 writes it; Prometheus 3 takes it as well. */
function graphLink(prometheus: string): string {
  const parameters = GRAPHS.flatMap((expr, index): [string, string][] => [
    [`g${index}.expr`, expr],
    [`g${index}.tab`, '0'],
    [`g${index}.range_input`, '10m'],
  ]);
  return `${prometheus}/graph?${String(new URLSearchParams(parameters))}`;
}
