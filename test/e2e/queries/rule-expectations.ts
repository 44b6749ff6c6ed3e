import { seriesKey } from '../../helpers/expected-series.ts';
import {
  above,
  by,
  constant,
  now,
  perSecond,
  quotient,
  where,
  type Moment,
  type Term,
} from '../../helpers/figure-terms.ts';

const REQUESTS = perSecond('locust_aggregated_requests_total', 60);
const FAILURES = perSecond('locust_aggregated_failures_total', 60);

/** The run is one without the companion. */
const none: Term = () => new Map();

/** What each recording rule has to give. */
export const RECORDS: Readonly<Record<string, Term>> = {
  'instance:locust_run_active:sum': by(
    [],
    where(now('locust_state'), { state: /^(spawning|running)$/ }),
  ),
  'instance:locust_requests:rate1m': REQUESTS,
  'instance:locust_failures:rate1m': FAILURES,
  'instance:locust_failures_per_request:ratio_rate1m': quotient(FAILURES, REQUESTS),
  'instance:locust_response_time_seconds:mean1m': quotient(
    perSecond('locust_aggregated_response_time_seconds_sum', 60),
    perSecond('locust_aggregated_response_time_seconds_count', 60),
  ),
  'instance_method_name:locust_failures_per_request:ratio_rate1m': quotient(
    perSecond('locust_failures_total', 60),
    perSecond('locust_requests_total', 60),
  ),
  'instance_method_name:locust_response_time_seconds:mean1m': quotient(
    perSecond('locust_response_time_seconds_sum', 60),
    perSecond('locust_response_time_seconds_count', 60),
  ),
  ...Object.fromEntries(
    ['instance', 'instance_method_name'].flatMap((level) =>
      ['p50', 'p95', 'p99'].map((percentile) => [
        `${level}:locust_request_duration_seconds:${percentile}_rate1m`,
        none,
      ]),
    ),
  ),
  'instance:locust_workers_alive:sum': by(
    [],
    where(now('locust_workers'), { state: /^(?!missing)/ }),
  ),
  'instance:locust_worker_cpu_ratio:max': by([], now('locust_worker_cpu_ratio'), Math.max),
};

function isIn(state: string, { figures }: Moment): boolean {
  return figures.get(seriesKey('locust_state', { state })) === 1;
}

/** When an alert's expression gives something in this run. */
export type AlertExpectation =
  /** It fires, and while it does has this value. */
  | { fires: Term; reason: string }
  /** It holds for less than its `for`, and while it does has this value. */
  | { holds: Term; reason: string }
  /** Likewise, but only when there is no Locust any more. */
  | { holdsAtEnd: 0; reason: string }
  | { never: string };

export const ALERTS: Readonly<Record<string, AlertExpectation>> = {
  LocustTargetFailing: {
    fires: quotient(FAILURES, REQUESTS),
    reason: 'the shop fails about a tenth of its requests',
  },
  LocustResponseTimeHigh: {
    fires: above(
      by([], where(now('locust_current_response_time_seconds'), { percentile: ['95'] })),
      1,
    ),
    reason: 'reports take over two seconds',
  },
  LocustNoRequests: { never: 'requests come to an end all the time' },
  LocustSpawningStuck: {
    never: 'every scrape while it spawns sees more users than the one before',
  },
  LocustSpawningLong: {
    holds: (moment) => (isIn('spawning', moment) ? now('locust_users')(moment) : new Map()),
    reason: 'users are spawned within seconds, not minutes',
  },
  LocustUsersFell: { never: 'Locust gives the users of a lost worker to those that are left' },
  LocustWorkerMissing: { fires: constant(1), reason: 'one of three workers is killed' },
  LocustWorkerCpuHigh: { never: 'the users of the shop do nothing but wait' },
  LocustDownDuringRun: { never: 'Locust goes when its run has ended' },
  LocustReadErrors: { never: 'Locust is not there or answers well' },
  LocustUnreachable: {
    holdsAtEnd: 0,
    reason: 'Locust is gone for seconds, not minutes',
  },
  LocustExporterDown: {
    holdsAtEnd: 0,
    reason: 'the exporter is gone for seconds, not a minute',
  },
  LocustListTruncated: { never: 'nine endpoints are not 500' },
  LocustRowsFolded: { never: 'no row is added to another one' },
};
