import {
  type Endpoint,
  type ResponseTime,
  type Snapshot,
  finiteOrNull,
} from '../locust/snapshot.ts';
import { CATALOG, UP, USERS } from './catalog.ts';
import type { Samples } from './exposition/family.ts';
import { labelSet, NO_LABELS } from './exposition/labels.ts';
import {
  addValue,
  errorSamples,
  fromSnapshot,
  ofEndpoints,
  sampleOf,
  samplesOf,
  single,
  whileUp,
  type MetricSpec,
  type Pick,
} from './samples.ts';

/** A metric as ContainerSolutions/locust_exporter has it: counts are gauges, times are in ms. */
export interface LegacyMetricSpec extends MetricSpec {
  /** PromQL that gives the same numbers from CATALOG, once there were requests. */
  readonly successor: string;
  /** The same for the row of all endpoints together, where there is one. */
  readonly successorOfTotal?: string;
}

/** What it calls the row of all endpoints together, whatever Locust calls it. */
const TOTAL = { method: '', name: 'Aggregated' } as const;
const TOTAL_LABELS = labelSet(TOTAL);

/** A name that it never shows. */
const HIDDEN_NAME = '//stats/requests';

/** The metrics that have another name or none in CATALOG. */
export const LEGACY_CATALOG: readonly LegacyMetricSpec[] = [
  {
    name: 'running',
    type: 'gauge',
    help: "State of Locust's runner: 2 running, 1 spawning, 0 anything else (state).",
    labels: [],
    samples: whileUp(({ state }) =>
      sampleOf(NO_LABELS, state === 'running' ? 2 : state === 'spawning' ? 1 : 0),
    ),
    successor:
      'sum without (state) (2 * locust_state{state="running"} or locust_state{state="spawning"})',
  },
  {
    name: 'workers_count',
    type: 'gauge',
    help: 'Workers, missing ones included (workers).',
    labels: [],
    samples: whileUp(({ workers }) =>
      sampleOf(NO_LABELS, sumOf(workers?.countByState.values() ?? [])),
    ),
    successor: 'sum without (state) (locust_workers)',
  },
  workersIn('running', 'running'),
  workersIn('hatching', 'spawning'),
  workersIn('missing', 'missing'),
  {
    name: 'worker_detail',
    type: 'gauge',
    help: 'Simulated users of a worker, by its state (user_count in workers).',
    labels: ['id', 'state'],
    samples: fromSnapshot(({ workers }) =>
      samplesOf(workers?.list ?? [], ({ id, state, users }, sink) => {
        addValue(sink, labelSet({ id, state }), users);
      }),
    ),
    successor:
      'label_replace(locust_worker_users * on (worker) group_right () locust_worker_state, "id", "$1", "worker", "(.*)")',
  },
  {
    name: 'requests_fail_ratio',
    type: 'gauge',
    help: 'Failures as a share of all requests since the statistics began, from 0 to 1 (fail_ratio).',
    labels: [],
    samples: single(({ failRatio }) => failRatio),
    successor: 'locust_fail_ratio',
  },
  currentPercentile(50),
  currentPercentile(95),
  {
    ...perRow('num_requests', ({ requests }) => requests),
    help: 'Requests of an endpoint, failed ones included (num_requests).',
    successor: 'locust_requests_total',
    successorOfTotal: 'locust_aggregated_requests_total',
  },
  {
    ...perRow('num_failures', ({ failures }) => failures),
    help: 'Failed requests of an endpoint (num_failures).',
    successor: 'locust_failures_total',
    successorOfTotal: 'locust_aggregated_failures_total',
  },
  {
    ...perRow('avg_response_time', ({ responseTime }) =>
      milliseconds(mean(responseTime.sumSeconds, responseTime)),
    ),
    help: 'Mean response time of an endpoint since the statistics began, in ms (avg_response_time).',
    successor: '1000 * locust_response_time_seconds_sum / locust_response_time_seconds_count',
    successorOfTotal:
      '1000 * locust_aggregated_response_time_seconds_sum / locust_aggregated_response_time_seconds_count',
  },
  {
    ...perRow('min_response_time', ({ responseTime: { count, minSeconds } }) =>
      count === 0 ? 0 : milliseconds(minSeconds),
    ),
    help: 'Shortest response time of an endpoint since the statistics began, in ms (min_response_time).',
    successor: '1000 * locust_response_time_min_seconds',
    successorOfTotal: '1000 * locust_aggregated_response_time_min_seconds',
  },
  {
    ...perRow('max_response_time', ({ responseTime: { count, maxSeconds } }) =>
      count === 0 ? 0 : milliseconds(maxSeconds),
    ),
    help: 'Longest response time of an endpoint since the statistics began, in ms (max_response_time).',
    successor: '1000 * locust_response_time_max_seconds',
    successorOfTotal: '1000 * locust_aggregated_response_time_max_seconds',
  },
  {
    ...perRow('median_response_time', ({ responseTime }) =>
      milliseconds(responseTime.medianSeconds),
    ),
    help: 'Median response time of an endpoint since the statistics began, in ms (median_response_time).',
    successor: '1000 * locust_response_time_seconds{quantile="0.5"}',
    successorOfTotal: '1000 * locust_aggregated_response_time_seconds{quantile="0.5"}',
  },
  {
    ...perRow('avg_content_length', ({ contentBytes, responseTime }) =>
      mean(contentBytes, responseTime),
    ),
    help: 'Mean size of the response bodies of an endpoint, in bytes (avg_content_length).',
    successor: 'locust_content_bytes_total / locust_response_time_seconds_count',
    successorOfTotal:
      'locust_aggregated_content_bytes_total / locust_aggregated_response_time_seconds_count',
  },
  {
    ...perRow('current_rps', ({ currentRps }) => currentRps),
    help: 'Requests per second of an endpoint over the last ten seconds (current_rps).',
    successor: 'locust_current_rps',
    successorOfTotal: 'locust_total_rps',
  },
  {
    ...perRow('current_fail_per_sec', ({ currentFailuresPerSecond }) => currentFailuresPerSecond),
    help: 'Failures per second of an endpoint over the last ten seconds (current_fail_per_sec).',
    successor: 'locust_current_failures_per_second',
    successorOfTotal: 'locust_total_failures_per_second',
  },
  {
    name: 'errors',
    type: 'gauge',
    help: 'Occurrences of an error of an endpoint (occurrences in errors).',
    labels: ['method', 'name', 'error'],
    samples: fromSnapshot(errorSamples),
    successor: 'locust_error_occurrences_total',
  },
];

/** The metrics about Locust: those of CATALOG, those of its predecessor, or both. */
export function chooseCatalog(legacy: 'on' | 'off' | 'only'): readonly MetricSpec[] {
  switch (legacy) {
    case 'off':
      return CATALOG;
    case 'on':
      return [...CATALOG, ...LEGACY_CATALOG];
    case 'only':
      return [UP, USERS, ...LEGACY_CATALOG];
    default:
      return legacy satisfies never;
  }
}

function workersIn(word: string, state: string): LegacyMetricSpec {
  return {
    name: `workers_${word}_count`,
    type: 'gauge',
    help: `Workers in state ${state} (workers).`,
    labels: [],
    // A Locust without workers has none in any state; an old one may not report the states.
    samples: whileUp(({ workers }) =>
      sampleOf(NO_LABELS, workers === null ? 0 : (workers.countByState.get(state) ?? null)),
    ),
    successor: `sum without (state) (locust_workers{state="${state}"})`,
  };
}

function currentPercentile(percent: number): LegacyMetricSpec {
  const wanted = percent / 100;
  return {
    name: `requests_current_response_time_percentile_${percent}`,
    type: 'gauge',
    help: `Percentile ${percent} of the response times over the last ten seconds, in ms (current_response_time_percentiles).`,
    labels: [],
    samples: single(({ currentQuantiles }) =>
      milliseconds(currentQuantiles.find(({ quantile }) => quantile === wanted)?.seconds ?? null),
    ),
    successor: `1000 * locust_current_response_time_seconds{percentile="${percent}"}`,
  };
}

/** A sample of each endpoint and of all together. */
function perRow(
  name: string,
  pick: Pick,
): { name: string; type: 'gauge'; labels: readonly string[]; samples: MetricSpec['samples'] } {
  return {
    name: `requests_${name}`,
    type: 'gauge',
    labels: ['method', 'name'],
    samples: fromSnapshot((snapshot, rowLabels) => {
      const { aggregate } = snapshot;
      const ofEach = ofEndpoints(snapshot, rowLabels, (endpoint, labels, sink) => {
        if (!isHidden(endpoint, aggregate)) addValue(sink, labels, pick(endpoint));
      });
      return aggregate === null ? ofEach : both(ofEach, sampleOf(TOTAL_LABELS, pick(aggregate)));
    }),
  };
}

function both(first: Samples, second: Samples): Samples {
  return {
    rows: first.rows + second.rows,
    ofRow: (row, sink) => {
      if (row < first.rows) first.ofRow(row, sink);
      else second.ofRow(row - first.rows, sink);
    },
  };
}

/** An endpoint with the labels of the total gives way to it. */
function isHidden({ method, name }: Endpoint, aggregate: Snapshot['aggregate']): boolean {
  if (name === HIDDEN_NAME) return true;
  return aggregate !== null && name === TOTAL.name && method === TOTAL.method;
}

/** Locust says 0 where nothing was measured. */
function mean(total: number | null, { count }: ResponseTime): number | null {
  if (total === null || count === null) return null;
  return count === 0 ? 0 : finiteOrNull(total / count);
}

function milliseconds(seconds: number | null): number | null {
  return seconds === null ? null : finiteOrNull(seconds * 1000);
}

function sumOf(values: Iterable<number>): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum;
}
