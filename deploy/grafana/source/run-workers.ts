import {
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
} from '@grafana/grafana-foundation-sdk/common';
import * as units from '@grafana/grafana-foundation-sdk/units';
import { gradedFigure, limitLines, LIMITS, manySeries } from './panels.ts';
import { peak, RUN } from './selectors.ts';
import { largestFirst, table } from './tables.ts';

const noValue = 'No workers: Locust is standalone or down, or does not report them';

const legend = '{{worker}}';

const ofWorker = (metric: string) => `max by (worker) (${metric}{${RUN}})`;

export const runWorkers = () => [
  manySeries(
    {
      title: 'CPU of the workers',
      description:
        'Share of one core. A worker near 100 % sends late and measures late: add workers, or trust its response times no more.',
      unit: units.PercentUnit,
      noValue,
    },
    { expr: peak(`locust_worker_cpu_ratio{${RUN}}`), legend },
  )
    .thresholds(limitLines(LIMITS.cpuRatio))
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(GraphThresholdsStyleMode.Dashed))
    .axisSoftMax(1)
    .span(12)
    .height(8),
  table(
    {
      title: 'State of the workers',
      description: 'As of the end of the time range, the busiest first.',
      unit: units.Short,
      noValue,
    },
    [
      { title: 'Worker', label: 'worker' },
      { title: 'State', label: 'state', width: 110 },
    ],
    [
      {
        title: 'Reported',
        expr: `max by (worker, state) (locust_worker_state{${RUN}})`,
        unit: units.NoUnit,
        hidden: true,
      },
      {
        title: 'Users',
        expr: ofWorker('locust_worker_users'),
        unit: units.LocaleFormat,
        width: 100,
      },
      {
        title: 'CPU',
        expr: ofWorker('locust_worker_cpu_ratio'),
        unit: units.PercentUnit,
        decimals: 0,
        width: 100,
        thresholds: gradedFigure(LIMITS.cpuRatio),
      },
      {
        title: 'Memory',
        expr: ofWorker('locust_worker_memory_bytes'),
        unit: units.BytesIEC,
        width: 100,
      },
    ],
    largestFirst('CPU'),
  )
    .span(12)
    .height(8),
  manySeries(
    {
      title: 'Users of the workers',
      description:
        'Locust shares its users out evenly. A worker that falls to 0 during a run is lost or was replaced.',
      unit: units.LocaleFormat,
      noValue,
    },
    { expr: peak(`locust_worker_users{${RUN}}`), legend },
  )
    .span(12)
    .height(7),
  manySeries(
    {
      title: 'Memory of the workers',
      description: 'Resident memory, in the versions of Locust that report it.',
      unit: units.BytesIEC,
      noValue,
    },
    { expr: peak(`locust_worker_memory_bytes{${RUN}}`), legend },
  )
    .span(12)
    .height(7),
];
