import { BigValueColorMode, BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { stat, THRESHOLDS } from './panels.ts';
import { RUN } from './selectors.ts';
import { ACTIVE, STATE_MAPPINGS, stateCode } from './states.ts';

const HEIGHT = 4;

/** The line of large figures: how it is now, or was at the end of the time range. */
export const runFigures = () => [
  stat(
    {
      title: 'State',
      description:
        "The state of Locust's runner. Spawning is the phase in which users are added or taken away.",
      unit: units.NoUnit,
      noValue: 'Not scraped',
    },
    { expr: stateCode(RUN), legend: 'State' },
  )
    .mappings(STATE_MAPPINGS)
    .colorMode(BigValueColorMode.Background)
    .textMode(BigValueTextMode.Value)
    .span(3)
    .height(HEIGHT),
  stat(
    { title: 'Users', description: 'Simulated users now.', unit: units.Short, noValue: '–' },
    { expr: `locust_users{${RUN}}`, legend: 'Users' },
  )
    .decimals(0)
    .span(2)
    .height(HEIGHT),
  stat(
    {
      title: 'Requests per second',
      description: 'All endpoints over the last ten seconds, as Locust counts them; 0 after a run.',
      unit: units.RequestsPerSecond,
      noValue: '–',
    },
    { expr: `locust_total_rps{${RUN}}`, legend: 'Requests/s' },
  )
    .span(3)
    .height(HEIGHT),
  stat(
    {
      title: 'Failed requests',
      description:
        'Share of all requests since the statistics began. Orange from 1 %, red from 5 %.',
      unit: units.PercentUnit,
      noValue: '–',
    },
    { expr: `locust_fail_ratio{${RUN}}`, legend: 'Failed' },
  )
    .decimals(1)
    .thresholds(THRESHOLDS.failedShare())
    .span(3)
    .height(HEIGHT),
  stat(
    {
      title: '95 % answered within',
      description:
        'The 95th percentile of all endpoints over the last ten seconds. Absent between runs, and where Locust is set to report other percentiles. Orange from 0.5 s, red from 1 s.',
      unit: units.Seconds,
      noValue: '–',
    },
    {
      expr: `locust_current_response_time_seconds{${RUN}, quantile="0.95"}`,
      legend: '95 %',
    },
  )
    .thresholds(THRESHOLDS.responseSeconds())
    .span(3)
    .height(HEIGHT),
  stat(
    {
      title: 'Duration of the run',
      description:
        'Since the statistics began, while a run is on. Absent where the run began before the exporter looked.',
      unit: units.DurationInHoursMinutesSeconds,
      noValue: '–',
    },
    {
      expr: `time() - locust_run_start_time_seconds{${RUN}} and ignoring (state) locust_state{${RUN}, state=~"${ACTIVE}"} == 1`,
      legend: 'Duration',
    },
  )
    .span(3)
    .height(HEIGHT),
  stat(
    {
      title: 'Workers',
      description: 'Workers that Locust has heard from lately, and those that it misses.',
      unit: units.Short,
      noValue: 'Standalone',
    },
    { expr: `sum without (state) (locust_workers{${RUN}, state!="missing"})`, legend: 'alive' },
    { expr: `locust_workers{${RUN}, state="missing"}`, legend: 'missing' },
  )
    .overrideByName('missing', [{ id: 'thresholds', value: THRESHOLDS.none().build() }])
    .textMode(BigValueTextMode.ValueAndName)
    .span(2)
    .height(HEIGHT),
  stat(
    {
      title: 'Busiest worker',
      description:
        'CPU of the worker that uses most of its core. Orange from 70 %, red from 90 %: from there on response times are those of the generator.',
      unit: units.PercentUnit,
      noValue: 'Not reported',
    },
    { expr: `max without (worker) (locust_worker_cpu_ratio{${RUN}})`, legend: 'CPU' },
  )
    .decimals(0)
    .thresholds(THRESHOLDS.cpuRatio())
    .span(2)
    .height(HEIGHT),
  stat(
    {
      title: 'Lists of Locust',
      description:
        'Whether Locust leaves endpoints or errors out of its report, which lists 500 of each at most. Figures of all endpoints are complete nevertheless.',
      unit: units.NoUnit,
      noValue: '–',
    },
    { expr: `locust_endpoints_truncated{${RUN}}`, legend: 'endpoints' },
    { expr: `locust_errors_truncated{${RUN}}`, legend: 'errors' },
  )
    .mappings([
      {
        type: MappingType.ValueToText,
        options: {
          '0': { text: 'complete', color: 'green', index: 0 },
          '1': { text: 'cut off', color: 'orange', index: 1 },
        },
      },
    ])
    .textMode(BigValueTextMode.ValueAndName)
    .span(3)
    .height(HEIGHT),
];
