import { BigValueColorMode, BigValueTextMode } from '@grafana/grafana-foundation-sdk/common';
import { MappingType, type ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { gradedFigure, LIMITS, stat } from './panels.ts';
import { per, RUN, sinceStart, upWithout } from './selectors.ts';
import { ACTIVE, STATE_MAPPINGS, stateCode } from './states.ts';

const HEIGHT = 4;

const IS_ACTIVE = `locust_state{${RUN}, state=~"${ACTIVE}"} == 1`;

const DURATION_SO_FAR = `time() - locust_run_start_time_seconds{${RUN}} and ignoring (state) ${IS_ACTIVE}`;

/** From the last start to when a run was last seen; below 0 after a reset between runs. */
const FINAL_DURATION = `max without (state) (max_over_time((time() * (${IS_ACTIVE}))[$__range:5s])) - last_over_time(locust_run_start_time_seconds{${RUN}}[$__range]) >= 0`;

/** The value of upWithout in words. */
const sayOfAll = (text: string): ValueMapping[] => [
  { type: MappingType.ValueToText, options: { '1': { text, color: 'text', index: 0 } } },
];

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
    .thresholds(gradedFigure(LIMITS.failedShare))
    .textMode(BigValueTextMode.ValueAndName)
    .span(3)
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
    .thresholds(gradedFigure(LIMITS.responseSeconds))
    .textMode(BigValueTextMode.ValueAndName)
    .span(4)
    .height(HEIGHT),
  stat(
    {
      title: 'Duration of the run',
      description:
        'Since the statistics began: so far while a run is on, else how long the last run of the time range took, to about five seconds. Absent where the run began before the exporter looked.',
      unit: units.DurationInHoursMinutesSeconds,
      noValue: '–',
    },
    { expr: `${DURATION_SO_FAR} or ${FINAL_DURATION}`, legend: 'Duration' },
  )
    .span(3)
    .height(HEIGHT),
  stat(
    {
      title: 'Workers',
      description: 'Workers that Locust has heard from lately, and those that it misses.',
      unit: units.Short,
      noValue: '–',
    },
    { expr: `sum without (state) (locust_workers{${RUN}, state!="missing"})`, legend: 'alive' },
    { expr: `locust_workers{${RUN}, state="missing"}`, legend: 'missing' },
    { expr: upWithout(`locust_workers{${RUN}}`), legend: 'Locust' },
  )
    .overrideByName('missing', [{ id: 'thresholds', value: gradedFigure(LIMITS.none).build() }])
    .overrideByName('Locust', [{ id: 'mappings', value: sayOfAll('Standalone') }])
    .textMode(BigValueTextMode.ValueAndName)
    .span(3)
    .height(HEIGHT),
  stat(
    {
      title: 'Busiest worker',
      description:
        'CPU of the worker that uses most of its core. Orange from 70 %, red from 90 %: from there on response times are those of the generator.',
      unit: units.PercentUnit,
      noValue: '–',
    },
    { expr: `max without (worker) (locust_worker_cpu_ratio{${RUN}})`, legend: 'CPU' },
    { expr: upWithout(`locust_worker_cpu_ratio{${RUN}}`), legend: 'Locust' },
  )
    .decimals(0)
    .overrideByName('Locust', [{ id: 'mappings', value: sayOfAll('Not reported') }])
    .textMode(BigValueTextMode.Value)
    .thresholds(gradedFigure(LIMITS.cpuRatio))
    .span(3)
    .height(HEIGHT),
];
