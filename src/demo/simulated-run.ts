import { RequestStats, SECONDS_KEPT, type RateClock } from './request-stats.ts';
import { bucketOf, RecentResponseTimes, type ResponseTimeHistogram } from './response-times.ts';
import {
  drawRequests,
  seededRandom,
  type PlannedEndpoint,
  type PlannedError,
  type Random,
  type SimulatedRequest,
} from './traffic.ts';

export interface SimulatedRunOptions {
  readonly plan: readonly PlannedEndpoint[];
  readonly workers: number;
  readonly seed: number;
  readonly startMs: number;
  /** Called at the beginning of every second. */
  readonly conduct?: (run: SimulatedRun) => void;
}

export type RunState = 'ready' | 'spawning' | 'running' | 'stopping' | 'stopped';

export interface SimulatedEndpoint {
  readonly planned: PlannedEndpoint;
  readonly stats: RequestStats;
  readonly errors: Map<PlannedError, ErrorOccurrences>;
  /** Locust lists an endpoint from its first request until the next run. */
  isListed: boolean;
}

export interface ErrorOccurrences {
  readonly method: string;
  readonly name: string;
  readonly error: PlannedError;
  occurrences: number;
  readonly firstSeenSecond: number;
  lastSeenSecond: number;
}

export interface SimulatedWorker {
  readonly id: string;
  users: number;
  isMissing: boolean;
  /** Of one core. */
  cpuPercent: number;
  memoryBytes: number;
}

/**
 * Load tests one after the other, in steps of whole seconds since `startMs`. The same commands
 * at the same seconds give the same numbers, however often anyone looked in between.
 */
export class SimulatedRun implements RateClock {
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
    this.#random = seededRandom(options.seed);
    this.endpoints = options.plan.map((planned) => ({
      planned,
      stats: new RequestStats(),
      errors: new Map(),
      isListed: false,
    }));
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
    this.errors.length = 0;
    for (const { errors } of this.endpoints) errors.clear();
  }

  #clear(): void {
    this.reset();
    for (const endpoint of this.endpoints) endpoint.isListed = false;
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
    if (this.state === 'spawning') this.#enter('running');
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
      const { failures } = endpoint.stats;
      const conditions = { second, users, hasIncident, failures };
      const requests = drawRequests(endpoint.planned, conditions, this.#random);
      for (const request of requests) this.#record(endpoint, request, timesNow);
    }
  }

  #record(
    endpoint: SimulatedEndpoint,
    request: SimulatedRequest,
    timesNow: ResponseTimeHistogram,
  ): void {
    for (const stats of [this.total, endpoint.stats]) stats.add(this.second, request);
    const bucket = bucketOf(request.responseTimeMs);
    timesNow[bucket] = (timesNow[bucket] ?? 0) + 1;
    endpoint.isListed = true;
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

const READY_SECONDS = 4;
const USERS = 60;
const SPAWN_RATE = 4;
const RUNNING_SECONDS = 105;
const STOPPING_SECONDS = 5;
const STOPPED_SECONDS = 18;
const INCIDENT = { from: 40, to: 58 };
const MISSING_WORKER = { from: 72, to: 82 };

/** Called every second, runs one load test after the other, each of about two and a half minutes. */
export function conductCycle(run: SimulatedRun): void {
  const elapsed = run.second - run.stateSince;
  const isWithin = ({ from, to }: { from: number; to: number }): boolean =>
    run.state === 'running' && elapsed >= from && elapsed < to;
  run.hasIncident = isWithin(INCIDENT);
  const lastWorker = run.workers.length > 1 ? run.workers.at(-1) : undefined;
  if (lastWorker) lastWorker.isMissing = isWithin(MISSING_WORKER);
  switch (run.state) {
    case 'ready':
      if (elapsed >= READY_SECONDS) run.swarm(USERS, SPAWN_RATE);
      break;
    case 'running':
      if (elapsed >= RUNNING_SECONDS) run.beginStopping(STOPPING_SECONDS);
      break;
    case 'stopped':
      if (elapsed >= STOPPED_SECONDS) run.swarm(USERS, SPAWN_RATE);
      break;
    case 'spawning':
    case 'stopping':
      break;
    default:
      run.state satisfies never;
  }
}

/** Real workers report neither CPU nor memory before they have measured for a while. */
const MEASURED_AFTER_SECONDS = 5;
const START_MEMORY_BYTES = 58 * 2 ** 20;

function createWorkers(count: number, random: Random): SimulatedWorker[] {
  return Array.from({ length: count }, (_, index) => {
    const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
    const id = `worker-${index}_${hex.join('')}`;
    return { id, users: 0, isMissing: false, cpuPercent: 0, memoryBytes: 0 };
  });
}

/** Gives each worker its share. Nobody takes over the share of a missing worker. */
function shareUsers(workers: readonly SimulatedWorker[], users: number): void {
  workers.forEach((worker, index) => {
    const share = Math.floor((users + workers.length - 1 - index) / workers.length);
    worker.users = worker.isMissing ? 0 : share;
  });
}

function measureWorkers(workers: readonly SimulatedWorker[], second: number, random: Random): void {
  if (second < MEASURED_AFTER_SECONDS) return;
  for (const worker of workers) {
    // A missing worker keeps its last report.
    if (worker.isMissing) continue;
    const cpuPercent = 1 + worker.users * (2 + random());
    worker.cpuPercent = Math.round(Math.min(99, cpuPercent) * 10) / 10;
    const grown = (worker.memoryBytes || START_MEMORY_BYTES) + worker.users * 512;
    worker.memoryBytes = Math.min(grown, 4 * START_MEMORY_BYTES);
  }
}
