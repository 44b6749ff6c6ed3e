import {
  SimulatedWebApi,
  type SimulatedLocustOptions,
  type SimulatedResponse,
} from '../../src/demo/web-api.ts';

export type Row = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly num_requests: number;
  readonly num_failures: number;
  readonly avg_response_time: number;
  readonly current_rps: number;
};

export type ErrorRow = Readonly<Record<string, unknown>> & { readonly occurrences: number };

export type Stats = Readonly<Record<string, unknown>> & {
  readonly state: string;
  readonly user_count: number;
  readonly total_rps: number;
  readonly current_response_time_percentiles: Readonly<Record<string, number | null>>;
  readonly stats: readonly Row[];
  readonly errors: readonly ErrorRow[];
};

/** A simulated Locust whose clock stands still until told. */
export interface ClockedLocust {
  pass(seconds: number): void;
  get(path: string): SimulatedResponse;
  post(path: string, form?: Readonly<Record<string, string>>): SimulatedResponse;
  /** The report two seconds later, when the cached one is too old. */
  stats(): Stats;
}

export function clockedLocust(options: SimulatedLocustOptions = {}): ClockedLocust {
  let nowMs = 1_700_000_000_000;
  const api = new SimulatedWebApi({ scenario: 'manual', ...options, now: () => nowMs });
  const get = (path: string): SimulatedResponse => api.handle('GET', path, '');
  const pass = (seconds: number): void => void (nowMs += seconds * 1000);
  return {
    pass,
    get,
    post: (path, form = {}) => api.handle('POST', path, new URLSearchParams(form).toString()),
    stats() {
      pass(2);
      return JSON.parse(get('/stats/requests').body) as Stats;
    },
  };
}

/** One that has been running with 50 users for `seconds`. */
export function runningLocust(options: SimulatedLocustOptions = {}, seconds = 30): ClockedLocust {
  const locust = clockedLocust(options);
  locust.post('/swarm', { user_count: '50', spawn_rate: '50' });
  locust.pass(seconds);
  return locust;
}

export function last(rows: readonly Row[]): Row {
  return rows.at(-1)!;
}
