import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';
import { readDashboards, substituteVariables } from '../helpers/dashboard-queries.ts';
import { promtool, whyPromtoolIsMissing } from '../helpers/promtool.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

/** Series by name and further labels, in promtool's notation: one value for every 5 seconds. */
type Series = Readonly<Record<string, string>>;

interface Figure {
  /** File without `.json`, title of the panel and refId. */
  readonly of: readonly [dashboard: string, panel: string, refId: string];
  readonly series: Series;
  /** At which second the panel is asked. */
  readonly at: number;
  /** Values with the labels besides job and instance, which tables of endpoints do not have. */
  readonly shows: readonly (readonly [value: number, labels?: string])[];
  readonly interval?: string;
  readonly range?: string;
}

const TARGET = 'job="locust", instance="a:9646"';
const dashboards = readDashboards();

function exprOf({ of: [file, panel, refId], interval = '5s', range = '10m' }: Figure): string {
  const { queries } = dashboards.find((one) => one.file === `${file}.json`)!;
  const query = queries.find((one) => one.panel === panel && one.refId === refId)!;
  return substituteVariables(query.expr, {
    job: 'locust',
    instance: 'a:9646',
    quantile: '$__all',
    __interval: interval,
    __range: range,
    __rate_interval: '20s',
  });
}

function withTarget(series: string): string {
  const [, name, labels = ''] = /^(\w*)(?:\{(.*)\})?$/.exec(series)!;
  return `${name!}{${[TARGET, labels].filter((one) => one !== '').join(', ')}}`;
}

async function assertShows(figure: Figure): Promise<void> {
  const folder = await temporaryFolder('figures');
  try {
    const file = path.join(folder.path, 'figure.test.yml');
    const test = {
      interval: '5s',
      input_series: Object.entries(figure.series).map(([series, values]) => ({
        series: withTarget(series),
        values,
      })),
      promql_expr_test: [
        {
          expr: exprOf(figure),
          eval_time: `${figure.at}s`,
          exp_samples: figure.shows.map(([value, labels = '']) => ({
            labels: labels.startsWith('method=') ? `{${labels}}` : withTarget(`{${labels}}`),
            value,
          })),
        },
      ],
    };
    writeFileSync(file, stringify({ evaluation_interval: '5s', tests: [test] }));
    const { code, output } = await promtool(['test', 'rules', file]);
    assert.equal(code, 0, output);
  } finally {
    await folder.remove();
  }
}

/** From second 20 to 60 a run is on, which begins with the statistics. */
const RUN: Series = {
  'locust_state{state="running"}': '0x3 1x7 0x60',
  'locust_state{state="stopped"}': '1x3 0x7 1x60',
  locust_run_start_time_seconds: '_x4 20x70',
};
const DURATION = ['run-overview', 'Duration of the run', 'A'] as const;
const REACHED = ['exporter-health', 'Reached', 'A'] as const;
const WORKERS = ['run-overview', 'Workers', 'C'] as const;
const USERS = ['run-overview', 'Users and requests', 'A'] as const;
const MEDIAN = ['run-overview', 'Slowest endpoints', 'B'] as const;

const FIGURES: Readonly<Record<string, Figure>> = {
  'the duration so far of a run': { of: DURATION, series: RUN, at: 50, shows: [[30]] },
  'the final duration of a run': { of: DURATION, series: RUN, at: 300, shows: [[35]] },
  'the final duration when Locust is gone': {
    of: DURATION,
    series: {
      'locust_state{state="running"}': '1x8 stale',
      locust_run_start_time_seconds: '10x8 stale',
    },
    at: 300,
    shows: [[30]],
  },
  'no duration of a run before the time range': {
    ...{ of: DURATION, series: RUN, at: 300, range: '1m' },
    shows: [],
  },
  'no duration when the statistics were reset after the run': {
    of: DURATION,
    series: { ...RUN, locust_run_start_time_seconds: '_x4 20x20 150x40' },
    at: 300,
    shows: [],
  },
  'an exporter and its Locust as reached': {
    ...{ of: REACHED, series: { up: '1x20', locust_up: '1x20' }, at: 60 },
    shows: [[2]],
  },
  'a Locust that is down': {
    ...{ of: REACHED, series: { up: '1x20', locust_up: '0x20' }, at: 60 },
    shows: [[1]],
  },
  'an exporter that is not scraped, once': {
    ...{ of: REACHED, series: { up: '0x20', locust_up: '1x2 stale' }, at: 60 },
    shows: [[0]],
  },
  'the worst of an interval, where an outage was in it': {
    of: REACHED,
    series: { up: '1x5 0x2 1x20', locust_up: '1x5 _x2 1x20' },
    ...{ at: 100, interval: '2m', shows: [[0]] },
  },
  'a pushed job, which has no up': {
    ...{ of: REACHED, series: { locust_up: '1x20' }, at: 60 },
    shows: [[2]],
  },
  'a peak within an interval': {
    of: USERS,
    series: { locust_users: '30x5 150x2 30x40' },
    ...{ at: 120, interval: '2m', shows: [[150]] },
  },
  'the last value where an interval holds no scrape': {
    of: USERS,
    series: { locust_users: '30x5 _x40' },
    ...{ at: 80, interval: '15s', shows: [[30]] },
  },
  'a Locust without workers': {
    ...{ of: WORKERS, series: { locust_up: '1x20' }, at: 60 },
    shows: [[1, '__name__="locust_up"']],
  },
  'nothing of workers when there are some': {
    of: WORKERS,
    series: { locust_up: '1x20', 'locust_workers{state="running"}': '3x20' },
    ...{ at: 60, shows: [] },
  },
  'nothing of workers when Locust is down': {
    ...{ of: WORKERS, series: { locust_up: '0x20' }, at: 60 },
    shows: [],
  },
  'the median of a summary': {
    of: MEDIAN,
    series: { 'locust_response_time_seconds{method="GET", name="/", quantile="0.5"}': '0.2x20' },
    ...{ at: 60, shows: [[0.2, 'method="GET", name="/"']] },
  },
  'the median of a Locust without means': {
    of: MEDIAN,
    series: {
      'locust_response_time_percentile_seconds{method="GET", name="/", percentile="50"}': '0.3x20',
      'locust_response_time_percentile_seconds{method="GET", name="/", percentile="95"}': '0.9x20',
    },
    ...{ at: 60, shows: [[0.3, 'method="GET", name="/"']] },
  },
  'the 95th percentile of the last ten seconds': {
    of: ['run-overview', '95 % answered within', 'A'],
    series: {
      'locust_current_response_time_seconds{percentile="50"}': '0.3x20',
      'locust_current_response_time_seconds{percentile="95"}': '0.9x20',
    },
    at: 60,
    shows: [[0.9, '__name__="locust_current_response_time_seconds", percentile="95"']],
  },
};

describe('the dashboards show', () => {
  for (const [name, figure] of Object.entries(FIGURES)) {
    it(name, needs(whyPromtoolIsMissing()), () => assertShows(figure));
  }
});
