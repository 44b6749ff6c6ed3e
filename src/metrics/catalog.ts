import { RUNNER_STATES } from '../locust/snapshot.ts';
import { NO_SAMPLES, type Family } from './exposition/family.ts';
import { labelSet, NO_LABELS } from './exposition/labels.ts';
import {
  aggregateDurations,
  endpointDurations,
  fromCompanion,
  userClassSamples,
} from './companion-samples.ts';
import { createHistograms, DEFAULT_HISTOGRAMS } from './histograms.ts';
import {
  aggregatePercentiles,
  aggregateSummary,
  createRowLabels,
  endpointPercentiles,
  endpointSummaries,
  errorSamples,
  fromSnapshot,
  ofAggregate,
  percentileSamples,
  perEndpoint,
  perWorker,
  sampleOf,
  samplesOf,
  single,
  whileUp,
  type MetricSpec,
  type Report,
} from './samples.ts';

/* These two have always had these names. */

export const UP: MetricSpec = {
  name: 'up',
  type: 'gauge',
  help: 'Whether the last read of Locust gave a valid report (1) or not (0).',
  labels: [],
  samples: ({ snapshot, isFinal }) => sampleOf(NO_LABELS, snapshot === null || isFinal ? 0 : 1),
};

export const USERS: MetricSpec = {
  name: 'users',
  type: 'gauge',
  help: 'Simulated users running now (user_count).',
  labels: [],
  samples: single(({ users }) => users),
};

/** Every metric about Locust, in the order of the exposition. */
export const CATALOG: readonly MetricSpec[] = [
  UP,
  {
    name: 'companion_up',
    type: 'gauge',
    help: 'Whether the last report came from the companion (1) or from the web API (0).',
    labels: [],
    samples: whileUp(({ companion }) => sampleOf(NO_LABELS, companion === null ? 0 : 1)),
  },
  {
    name: 'state',
    type: 'gauge',
    help: "State of Locust's runner (state): 1 for the current one, 0 for the others; hatching reads as spawning.",
    labels: ['state'],
    samples: whileUp(({ state }) =>
      samplesOf([...new Set([...RUNNER_STATES, state])], (one, sink) => {
        sink.value(labelSet({ state: one }), one === state ? 1 : 0);
      }),
    ),
  },
  USERS,
  {
    name: 'target_users',
    type: 'gauge',
    help: 'Simulated users that the run aims at (target_user_count of the companion).',
    labels: [],
    samples: fromCompanion(({ targetUsers }) => targetUsers),
  },
  {
    name: 'spawn_rate',
    type: 'gauge',
    help: 'Simulated users started per second (spawn_rate of the companion).',
    labels: [],
    samples: fromCompanion(({ spawnRate }) => spawnRate),
  },
  {
    name: 'user_class_users',
    type: 'gauge',
    help: 'Simulated users of a class running now (user_classes of the companion).',
    labels: ['user_class'],
    samples: fromSnapshot(userClassSamples),
  },
  {
    name: 'total_rps',
    type: 'gauge',
    help: 'Requests per second of all endpoints over the last ten seconds (current_rps of the aggregate row).',
    labels: [],
    samples: single(({ totalRps }) => totalRps),
  },
  {
    name: 'total_failures_per_second',
    type: 'gauge',
    help: 'Failures per second of all endpoints over the last ten seconds (current_fail_per_sec of the aggregate row).',
    labels: [],
    samples: single(({ totalFailuresPerSecond }) => totalFailuresPerSecond),
  },
  {
    name: 'fail_ratio',
    type: 'gauge',
    help: 'Failures as a share of all requests since the statistics began (num_failures by num_requests of the aggregate row).',
    labels: [],
    samples: single(({ failRatio }) => failRatio),
  },
  {
    name: 'current_response_time_seconds',
    type: 'gauge',
    help: 'Percentiles of the response times of all endpoints over the last ten seconds (current_response_time_percentiles).',
    labels: ['percentile'],
    samples: fromSnapshot(({ currentQuantiles }) => percentileSamples(currentQuantiles)),
  },
  {
    name: 'aggregated_requests_total',
    type: 'counter',
    help: 'Requests of all endpoints, failed ones included (num_requests of the aggregate row).',
    labels: [],
    samples: ofAggregate(({ requests }) => requests),
  },
  {
    name: 'aggregated_failures_total',
    type: 'counter',
    help: 'Failed requests of all endpoints (num_failures of the aggregate row).',
    labels: [],
    samples: ofAggregate(({ failures }) => failures),
  },
  {
    name: 'aggregated_content_bytes_total',
    type: 'counter',
    help: 'Bytes of all response bodies (avg_content_length times the requests of the aggregate row).',
    labels: [],
    samples: ofAggregate(({ contentBytes }) => contentBytes),
  },
  {
    name: 'aggregated_response_time_seconds',
    type: 'summary',
    help: 'Response times of all endpoints since the statistics began (avg_response_time and the percentiles of the aggregate row).',
    labels: ['quantile'],
    samples: fromSnapshot(aggregateSummary),
  },
  {
    name: 'aggregated_response_time_percentile_seconds',
    type: 'gauge',
    help: 'Percentiles of the response times of all endpoints since the statistics began, only where no mean is known and so no summary (the percentiles of the aggregate row).',
    labels: ['percentile'],
    samples: fromSnapshot(aggregatePercentiles),
  },
  {
    name: 'aggregated_response_time_min_seconds',
    type: 'gauge',
    help: 'Shortest response time of all endpoints since the statistics began (min_response_time of the aggregate row).',
    labels: [],
    samples: ofAggregate(({ responseTime }) => responseTime.minSeconds),
  },
  {
    name: 'aggregated_response_time_max_seconds',
    type: 'gauge',
    help: 'Longest response time of all endpoints since the statistics began (max_response_time of the aggregate row).',
    labels: [],
    samples: ofAggregate(({ responseTime }) => responseTime.maxSeconds),
  },
  {
    name: 'aggregated_request_duration_seconds',
    type: 'histogram',
    help: 'Distribution of the response times of all endpoints (response_times of the aggregate row of the companion).',
    labels: ['le'],
    samples: aggregateDurations,
  },
  {
    name: 'requests_total',
    type: 'counter',
    help: 'Requests of an endpoint, failed ones included (num_requests).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ requests }) => requests),
  },
  {
    name: 'failures_total',
    type: 'counter',
    help: 'Failed requests of an endpoint (num_failures).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ failures }) => failures),
  },
  {
    name: 'content_bytes_total',
    type: 'counter',
    help: 'Bytes of the response bodies of an endpoint (avg_content_length times its requests).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ contentBytes }) => contentBytes),
  },
  {
    name: 'response_time_seconds',
    type: 'summary',
    help: 'Response times of an endpoint since the statistics began (avg_response_time and the percentiles of its row).',
    labels: ['method', 'name', 'quantile'],
    samples: fromSnapshot(endpointSummaries),
  },
  {
    name: 'response_time_percentile_seconds',
    type: 'gauge',
    help: 'Percentiles of the response times of an endpoint since the statistics began, only where no mean is known and so no summary (the percentiles of its row).',
    labels: ['method', 'name', 'percentile'],
    samples: fromSnapshot(endpointPercentiles),
  },
  {
    name: 'response_time_min_seconds',
    type: 'gauge',
    help: 'Shortest response time of an endpoint since the statistics began (min_response_time).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ responseTime }) => responseTime.minSeconds),
  },
  {
    name: 'response_time_max_seconds',
    type: 'gauge',
    help: 'Longest response time of an endpoint since the statistics began (max_response_time).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ responseTime }) => responseTime.maxSeconds),
  },
  {
    name: 'request_duration_seconds',
    type: 'histogram',
    help: 'Distribution of the response times of an endpoint (response_times of its row of the companion).',
    labels: ['method', 'name', 'le'],
    samples: endpointDurations,
  },
  {
    name: 'current_rps',
    type: 'gauge',
    help: 'Requests per second of an endpoint over the last ten seconds (current_rps).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ currentRps }) => currentRps),
  },
  {
    name: 'current_failures_per_second',
    type: 'gauge',
    help: 'Failures per second of an endpoint over the last ten seconds (current_fail_per_sec).',
    labels: ['method', 'name'],
    samples: perEndpoint(({ currentFailuresPerSecond }) => currentFailuresPerSecond),
  },
  {
    name: 'error_occurrences_total',
    type: 'counter',
    help: 'Occurrences of an error of an endpoint (occurrences in errors).',
    labels: ['method', 'name', 'error'],
    samples: fromSnapshot(errorSamples),
  },
  {
    name: 'exceptions_total',
    type: 'counter',
    help: 'Exceptions in the code of the test itself since the statistics began (exceptions of the companion).',
    labels: [],
    samples: fromCompanion(({ exceptions }) => exceptions),
  },
  {
    name: 'workers',
    type: 'gauge',
    help: 'Workers in each state (workers). Locust before 0.9.0 reports only the number; the state is then unknown.',
    labels: ['state'],
    samples: fromSnapshot(({ workers }) =>
      samplesOf([...(workers?.countByState ?? [])], ([state, count], sink) => {
        sink.value(labelSet({ state }), count);
      }),
    ),
  },
  {
    name: 'worker_users',
    type: 'gauge',
    help: 'Simulated users of a worker (user_count in workers).',
    labels: ['worker'],
    samples: perWorker(({ users }) => users),
  },
  {
    name: 'worker_cpu_ratio',
    type: 'gauge',
    help: 'CPU use of a worker as a share of one core (cpu_usage in workers).',
    labels: ['worker'],
    samples: perWorker(({ cpuRatio }) => cpuRatio),
  },
  {
    name: 'worker_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of a worker (memory_usage in workers).',
    labels: ['worker'],
    samples: perWorker(({ memoryBytes }) => memoryBytes),
  },
  {
    name: 'worker_state',
    type: 'gauge',
    help: 'Current state of a worker, always 1 (state in workers).',
    labels: ['worker', 'state'],
    samples: fromSnapshot(({ workers }) =>
      samplesOf(workers?.list ?? [], ({ id, state }, sink) => {
        sink.value(labelSet({ worker: id, state }), 1);
      }),
    ),
  },
  {
    name: 'endpoints_truncated',
    type: 'gauge',
    help: 'Whether Locust left endpoints out of stats (1) or not (0): it lists 500 at most.',
    labels: [],
    samples: single(({ endpointsTruncated }) => Number(endpointsTruncated)),
  },
  {
    name: 'errors_truncated',
    type: 'gauge',
    help: 'Whether Locust may have left errors out (1) or not (0): it lists 500 at most.',
    labels: [],
    samples: single(({ errorsTruncated }) => Number(errorsTruncated)),
  },
  {
    name: 'run_start_time_seconds',
    type: 'gauge',
    help: 'Unix time at which the statistics began, by a new run or a reset, as seen by the exporter.',
    labels: [],
    samples: ({ snapshot, runStartSeconds }) =>
      snapshot === null ? NO_SAMPLES : sampleOf(NO_LABELS, runStartSeconds),
  },
  {
    name: 'info',
    type: 'gauge',
    help: "Version of Locust and host under test, always 1 (from Locust's index page).",
    labels: ['version', 'host'],
    samples: ({ snapshot, info }) => {
      if (snapshot === null || info === null) return NO_SAMPLES;
      if (info.version === null && info.host === null) return NO_SAMPLES;
      return sampleOf(labelSet({ version: info.version ?? '', host: info.host ?? '' }), 1);
    },
  },
];

/**
 * @param prefix of every name, without the underscore after it.
 * @param labels of the rows, from read to read.
 */
export function buildFamilies(
  catalog: readonly MetricSpec[],
  prefix: string,
  report: Report,
  labels = createRowLabels(),
  histograms = createHistograms(DEFAULT_HISTOGRAMS),
): Family[] {
  return catalog.map(({ name, type, help, samples }) => ({
    name: `${prefix}_${name}`,
    type,
    help,
    samples: samples(report, labels, histograms),
    createdSeconds: report.runStartSeconds,
  }));
}
