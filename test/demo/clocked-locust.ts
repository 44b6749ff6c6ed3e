import type { Answer } from '../../src/demo/answer.ts';
import { LocustWebApi, type SimulatedLocustOptions } from '../../src/demo/locust-web-api.ts';

export type Row = Readonly<Record<string, unknown>> & {
  readonly method: string | null;
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
  readonly stats: readonly Row[];
  readonly errors: readonly ErrorRow[];
};

/** A simulated Locust whose clock stands still until told. */
export interface ClockedLocust {
  pass(seconds: number): void;
  get(path: string): Answer;
  post(path: string, form: Readonly<Record<string, string>>): Answer;
  /** What it reports once its memo is too old to be used. */
  stats(): Stats;
}

export function clockedLocust(options: SimulatedLocustOptions = {}): ClockedLocust {
  let nowMs = 1_700_000_000_000;
  const api = new LocustWebApi({ scenario: 'manual', ...options, now: () => nowMs });
  const get = (path: string): Answer => api.answer('GET', path, '');
  const pass = (seconds: number): void => void (nowMs += seconds * 1000);
  return {
    pass,
    get,
    post: (path, form) => api.answer('POST', path, new URLSearchParams(form).toString()),
    stats() {
      pass(2);
      return JSON.parse(get('/stats/requests').body) as Stats;
    },
  };
}

/** One that has been running for `seconds`, of a version that takes the newer form fields. */
export function runningLocust(options: SimulatedLocustOptions = {}, seconds = 30): ClockedLocust {
  const locust = clockedLocust(options);
  locust.post('/swarm', {
    user_count: '50',
    spawn_rate: '50',
    locust_count: '50',
    hatch_rate: '50',
  });
  locust.pass(seconds);
  return locust;
}

export function last(rows: readonly Row[]): Row {
  return rows.at(-1)!;
}
