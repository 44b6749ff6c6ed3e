import { BigValueColorMode, BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { stat, THRESHOLDS } from './panels.ts';
import { per, RUN, sinceStart } from './selectors.ts';
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
    { title: 'Users', description: 'Simulated users now.', unit: units.LocaleFormat, noValue: '–' },
    { expr: `locust_users{${RUN}}`, legend: 'Users' },
  )
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
        'Share of the requests of the last ten seconds, and of all since the statistics began. Orange from 1 %, red from 5 %.',
      unit: units.PercentUnit,
      noValue: '–',
    },
    {
      expr: per(`locust_total_failures_per_second{${RUN}}`, `locust_total_rps{${RUN}}`),
      legend: 'now',
    },
    { expr: `locust_fail_ratio{${RUN}}`, legend: 'whole run' },
  )
    .decimals(1)
    .thresholds(THRESHOLDS.failedShare())
    .textMode(BigValueTextMode.ValueAndName)
    .span(4)
    .height(HEIGHT),
  stat(
    {
      title: '95 % answered within',
      description:
        'The 95th percentile of all endpoints over the last ten seconds, and since the statistics began. Absent where Locust is set to report other percentiles; that of now between runs, too. Orange from 0.5 s, red from 1 s.',
      unit: units.Seconds,
      noValue: '–',
    },
    {
      expr: `locust_current_response_time_seconds{${RUN}, percentile="95"}`,
      legend: 'now',
    },
    {
      expr: sinceStart('aggregated_response_time', '0.95', '95', RUN),
      legend: 'whole run',
    },
  )
    .thresholds(THRESHOLDS.responseSeconds())
    .textMode(BigValueTextMode.ValueAndName)
    .span(4)
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
    .span(3)
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
];
