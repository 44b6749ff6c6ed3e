import { RequestStats, type SimulatedRequest } from './request-stats.ts';
import { drawResponseTimeMs, type Random } from './seeded-random.ts';
import type { PlannedEndpoint, PlannedError } from './traffic-plan.ts';

export interface ErrorOccurrences {
  readonly method: string;
  readonly name: string;
  readonly error: PlannedError;
  occurrences: number;
  readonly firstSeenSecond: number;
  lastSeenSecond: number;
}

export interface SimulatedEndpoint {
  readonly planned: PlannedEndpoint;
  readonly stats: RequestStats;
  readonly errors: Map<PlannedError, ErrorOccurrences>;
  /** Locust lists an endpoint from its first request until the next run. */
  listed: boolean;
}

export function createEndpoint(planned: PlannedEndpoint): SimulatedEndpoint {
  return { planned, stats: new RequestStats(), errors: new Map(), listed: false };
}

export interface DrawnRequest extends SimulatedRequest {
  readonly error: PlannedError | undefined;
}

export interface Conditions {
  readonly second: number;
  readonly users: number;
  readonly hasIncident: boolean;
}

/** Keeps a second cheap however many users there are. */
const MOST_PER_SECOND = 500;
const INCIDENT_FAILURES = 0.3;
const INCIDENT_SLOWDOWN = 3.5;

/** What the users request from one endpoint in one second. */
export function drawRequests(
  { planned, stats }: SimulatedEndpoint,
  { second, users, hasIncident }: Conditions,
  random: Random,
): DrawnRequest[] {
  const wanted = users * planned.requestsPerUserSecond * (0.7 + 0.6 * random());
  const bounded = Math.min(MOST_PER_SECOND, Math.max(planned.leastPerSecond, wanted));
  const count = Math.floor(bounded + random());
  const incident = hasIncident ? planned.incident : undefined;
  // Times wander by the minute, each endpoint in its own phase, and grow with the load.
  const drift = 1 + 0.2 * Math.sin(second / 9 + planned.medianMs);
  const slowdown = drift * (1 + Math.min(users, 400) / 200) * (incident ? INCIDENT_SLOWDOWN : 1);
  return Array.from({ length: count }, (_, index) => {
    const error =
      incident && random() < INCIDENT_FAILURES
        ? incident
        : drawError(planned, index, stats.failures, random);
    const responseTimeMs = drawResponseTimeMs(random, planned.medianMs * slowdown, planned.spread);
    const bytes = Math.round(planned.bytes * (0.8 + 0.4 * random()));
    return { responseTimeMs, bytes, failed: error !== undefined, error };
  });
}

function drawError(
  { failures, errors }: PlannedEndpoint,
  index: number,
  failedBefore: number,
  random: Random,
): PlannedError | undefined {
  if (failures === 'steady') {
    return index === 0 ? errors[failedBefore % errors.length] : undefined;
  }
  // The square makes the first errors of the list the common ones.
  return random() < failures ? errors[Math.floor(errors.length * random() ** 2)] : undefined;
}
