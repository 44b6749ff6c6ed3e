import type { LocustFeatures } from './locust-features.ts';
import { RecentResponseTimes } from './recent-response-times.ts';
import { RequestStats, SECONDS_KEPT } from './request-stats.ts';
import { bucketOf } from './response-time-histogram.ts';
import { seededRandom, type Random } from './seeded-random.ts';
import {
  createEndpoint,
  drawRequests,
  type DrawnRequest,
  type ErrorOccurrences,
  type SimulatedEndpoint,
} from './simulated-endpoint.ts';
import {
  createWorkers,
  measureWorkers,
  shareUsers,
  type SimulatedWorker,
} from './simulated-workers.ts';
import type { PlannedEndpoint, PlannedError } from './traffic-plan.ts';

export interface SimulatedRunOptions {
  readonly plan: readonly PlannedEndpoint[];
  readonly features: LocustFeatures;
  readonly workers: number;
  readonly seed: number;
  readonly startMs: number;
  /** Called at the beginning of every second. */
  readonly conduct?: (run: SimulatedRun) => void;
}

export type RunState = 'ready' | 'spawning' | 'running' | 'stopping' | 'stopped';

/**
 * Load tests one after the other, in steps of whole seconds since `startMs`. The same commands
 * at the same seconds give the same numbers, however often anyone looked in between.
 */
export class SimulatedRun {
  readonly features: LocustFeatures;
  readonly endpoints: readonly SimulatedEndpoint[];
  readonly total = new RequestStats();
  readonly workers: readonly SimulatedWorker[];
  readonly recentTimes = new RecentResponseTimes();
  /** In order of their first occurrence. */
  readonly errors: ErrorOccurrences[] = [];
  state: RunState = 'ready';
  stateSince = 0;
  second = 0;
  hasIncident = false;
  hasEverRun = false;
  /** When the statistics began: at the last new run or reset. */
  statsSince = 0;
  lastRequestSecond = 0;
  readonly #options: SimulatedRunOptions;
  readonly #random: Random;
  #spawned = 0;
  #targetUsers = 0;
  #usersPerSecond = 0;
  #stopAfterSecond = Infinity;

  constructor(options: SimulatedRunOptions) {
    this.#options = options;
    this.features = options.features;
    this.#random = seededRandom(options.seed);
    this.endpoints = options.plan.map(createEndpoint);
    this.workers = createWorkers(options.workers, this.#random);
  }

  get users(): number {
    if (this.workers.length === 0) return Math.floor(this.#spawned);
    return this.workers.reduce((sum, worker) => sum + worker.users, 0);
  }

  unixSeconds(second: number): number {
    return this.#options.startMs / 1000 + second;
  }

  advanceTo(nowMs: number): void {
    const target = Math.floor((nowMs - this.#options.startMs) / 1000);
    while (this.second < target) {
      this.second++;
      this.#passSecond();
    }
  }

  /** Starts a run, or changes the number of users of the one under way. */
  swarm(users: number, usersPerSecond: number, runSeconds = Infinity): void {
    if (this.state === 'ready' || this.state === 'stopped') this.#clear();
    this.hasEverRun = true;
    this.#targetUsers = users;
    this.#usersPerSecond = usersPerSecond;
    this.#stopAfterSecond = this.second + runSeconds;
    this.#enter('spawning');
  }

  beginStopping(seconds: number): void {
    this.#targetUsers = 0;
    this.#usersPerSecond = this.#spawned / seconds;
    this.#enter('stopping');
  }

  stop(): void {
    this.#spawned = this.#targetUsers = 0;
    this.#stopAfterSecond = Infinity;
    shareUsers(this.workers, 0);
    this.#enter('stopped');
  }

  /** Sets the counts to 0 and keeps the endpoints. */
  reset(): void {
    this.statsSince = this.lastRequestSecond = this.second;
    this.recentTimes.clear();
    for (const stats of this.#allStats()) stats.clear();
    if (!this.features.keepsErrorsOnReset) this.#clearErrors();
  }

  #clear(): void {
    this.reset();
    this.#clearErrors();
    for (const endpoint of this.endpoints) endpoint.listed = false;
  }

  #clearErrors(): void {
    this.errors.length = 0;
    for (const { errors } of this.endpoints) errors.clear();
  }

  #allStats(): RequestStats[] {
    return [this.total, ...this.endpoints.map(({ stats }) => stats)];
  }

  #enter(state: RunState): void {
    this.state = state;
    this.stateSince = this.second;
  }

  #passSecond(): void {
    this.#options.conduct?.(this);
    if (this.second >= this.#stopAfterSecond) this.stop();
    this.#moveUsers();
    if (this.users > 0) this.#generateLoad();
    measureWorkers(this.workers, this.second, this.#random);
  }

  #moveUsers(): void {
    const missing = this.#targetUsers - this.#spawned;
    if (Math.abs(missing) <= this.#usersPerSecond) this.#spawned = this.#targetUsers;
    else this.#spawned += Math.sign(missing) * this.#usersPerSecond;
    shareUsers(this.workers, Math.floor(this.#spawned));
    if (this.#spawned !== this.#targetUsers) return;
    if (this.state === 'stopping') this.stop();
    if (this.state !== 'spawning') return;
    this.#enter('running');
    if (this.features.resetsWhenSpawned) this.reset();
  }

  #generateLoad(): void {
    const { second, users, hasIncident } = this;
    // The seconds of a pause count as ones without requests.
    const from = Math.max(this.lastRequestSecond + 1, second - SECONDS_KEPT + 1);
    for (const stats of this.#allStats()) {
      for (let begun = from; begun <= second; begun++) stats.beginSecond(begun);
    }
    const timesNow = this.recentTimes.beginSecond(second);
    for (const endpoint of this.endpoints) {
      const requests = drawRequests(endpoint, { second, users, hasIncident }, this.#random);
      for (const request of requests) this.#record(endpoint, request, timesNow);
    }
  }

  #record(endpoint: SimulatedEndpoint, request: DrawnRequest, timesNow: Uint32Array): void {
    const { features } = this;
    const isTimed = !request.failed || features.countsFailuresAsRequests;
    const countsBytes = !request.failed || features.countsBytesOfFailures;
    for (const stats of [this.total, endpoint.stats]) {
      stats.add(this.second, request, isTimed, countsBytes);
    }
    if (isTimed) {
      const bucket = bucketOf(request.responseTimeMs);
      timesNow[bucket] = (timesNow[bucket] ?? 0) + 1;
    }
    endpoint.listed = true;
    this.lastRequestSecond = this.second;
    if (request.error) this.#recordError(endpoint, request.error);
  }

  #recordError({ planned, errors }: SimulatedEndpoint, error: PlannedError): void {
    let row = errors.get(error);
    if (!row) {
      const { method, name } = planned;
      const seen = { firstSeenSecond: this.second, lastSeenSecond: this.second };
      row = { method, name, error, occurrences: 0, ...seen };
      errors.set(error, row);
      this.errors.push(row);
    }
    row.occurrences++;
    row.lastSeenSecond = this.second;
  }
}
