import { countWorkers, escapeNonAscii, pythonJson, renderReport, shownState } from './report.ts';
import { conductCycle, SimulatedRun } from './simulated-run.ts';
import { planShop, planSynthetic } from './traffic.ts';

/** The Locust that is simulated. */
export const SIMULATED_VERSION = '2.47.0';

export interface SimulatedLocustOptions {
  /** That many made-up endpoints instead of a small shop. */
  readonly endpoints?: number;
  /** Different errors of the made-up endpoints. */
  readonly errors?: number;
  /** 0 for a Locust that does not run distributed. */
  readonly workers?: number;
  /** `cycle` runs by itself, again and again; `manual` waits for `POST /swarm`. */
  readonly scenario?: 'cycle' | 'manual';
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly seed?: number;
  /** The system under test, as Locust names it. */
  readonly host?: string;
}

export interface SimulatedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Locust serves the same statistics again for so long. */
const STATS_CACHE_MS = 2000;

interface Route {
  readonly methods: readonly string[];
  readonly respond: (form: URLSearchParams) => SimulatedResponse;
}

/** Locust's web API without the network. */
export class SimulatedWebApi {
  reads = 0;
  indexReads = 0;
  readonly #run: SimulatedRun;
  readonly #now: () => number;
  #host: string;
  #cached = { body: '', atMs: -Infinity };

  constructor(options: SimulatedLocustOptions) {
    const { errors = 0, workers = 0, seed = 1, scenario = 'cycle', endpoints } = options;
    this.#now = options.now ?? Date.now;
    this.#host = options.host ?? 'http://shop.example';
    this.#run = new SimulatedRun({
      plan: endpoints === undefined ? planShop() : planSynthetic(endpoints, errors),
      ...{ workers, seed, startMs: this.#now() },
      ...(scenario === 'cycle' && { conduct: conductCycle }),
    });
  }

  /** @param form the body of a POST. */
  handle(method: string, path: string, form: string): SimulatedResponse {
    this.#run.advanceTo(this.#now());
    const route = this.#routes[path];
    if (route === undefined) return errorPage(404, 'Not Found');
    if (!route.methods.includes(method)) {
      const refusal = errorPage(405, 'Method Not Allowed');
      return { ...refusal, headers: { ...refusal.headers, Allow: route.methods.join(', ') } };
    }
    const response = route.respond(new URLSearchParams(form));
    if (method === 'GET' && path === '/stats/requests') this.reads++;
    if (method === 'GET' && path === '/') this.indexReads++;
    return { ...response, headers: { ...response.headers, 'Access-Control-Allow-Origin': '*' } };
  }

  readonly #routes: Readonly<Record<string, Route>> = {
    '/': { methods: ['GET', 'HEAD'], respond: () => html(indexPage(this.#run, this.#host)) },
    '/stats/requests': { methods: ['GET', 'HEAD'], respond: () => this.#stats() },
    '/stats/reset': {
      methods: ['POST'],
      respond: () => {
        this.#run.reset();
        return html('ok');
      },
    },
    '/stop': {
      methods: ['POST'],
      respond: () => {
        this.#run.stop();
        return json({ message: 'Test stopped', success: true });
      },
    },
    '/swarm': { methods: ['POST'], respond: (form) => this.#swarm(form) },
  };

  #stats(): SimulatedResponse {
    const nowMs = this.#now();
    if (nowMs - this.#cached.atMs >= STATS_CACHE_MS) {
      this.#cached = { body: renderReport(this.#run), atMs: nowMs };
    }
    return response(this.#cached.body, 'application/json');
  }

  #swarm(form: URLSearchParams): SimulatedResponse {
    this.#host = form.get('host') ?? this.#host;
    const refuse = (message: string) => json({ success: false, message, host: this.#host });
    const users = form.get('user_count');
    const rate = form.get('spawn_rate');
    if (users !== null && !/^[+-]?\d+$/.test(users)) {
      return refuse(`Invalid user_count value: '${users}' (must be an integer)`);
    }
    if (rate !== null && (rate === '' || Number.isNaN(Number(rate)))) {
      return refuse(`Invalid spawn_rate value: '${rate}' (must be a number)`);
    }
    const runTime = form.get('run_time') ?? '';
    const runSeconds = parseRunSeconds(runTime);
    if (runSeconds === null) {
      const examples = '20, 20s, 3m, 2h, 1h20m, 3h30m10s, etc.';
      return refuse(`Valid run_time formats are : ${examples}`);
    }
    const isValid =
      users !== null && Number(users) >= 0 && Number(rate) > 0 && Number.isFinite(Number(rate));
    if (!isValid) return refuse('Missing or invalid user_count or spawn_rate from /swarm request');
    this.#run.swarm(Number(users), Number(rate), runSeconds);
    return json({
      success: true,
      message: 'Swarming started',
      host: this.#host,
      ...(runTime === '' ? {} : { run_time: runSeconds }),
    });
  }
}

/** @returns Infinity for an empty text, null for one that is no time. */
function parseRunSeconds(text: string): number | null {
  if (text === '') return Infinity;
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text);
  if (match === null) return null;
  const [hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part || 0));
  return hours * 3600 + minutes * 60 + seconds;
}

/** The page of `/`, reduced to the parts that contain values. */
export function indexPage(run: SimulatedRun, host: string): string {
  const templateArgs = {
    history: [],
    host,
    is_distributed: run.workers.length > 0,
    locustfile: 'locustfile.py',
    num_users: null,
    percentiles_to_chart: [0.5, 0.95],
    percentiles_to_statistics: [0.95, 0.99],
    run_time: null,
    spawn_rate: null,
    state: shownState(run),
    user_count: run.users,
    version: SIMULATED_VERSION,
    worker_count: countWorkers(run),
  };
  const text = escapeNonAscii(JSON.stringify(templateArgs)).replace(
    /[<>&']/g,
    (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
  );
  const script = `<script>\n  window.templateArgs = ${text}\n</script>`;
  return `<!DOCTYPE html>\n<title>Locust</title>\n<div id="root"></div>\n${script}\n`;
}

function errorPage(status: number, reason: string): SimulatedResponse {
  return html(`<!doctype html>\n<title>${status} ${reason}</title>\n`, status);
}

function html(body: string, status = 200): SimulatedResponse {
  return response(body, 'text/html; charset=utf-8', status);
}

function json(value: object): SimulatedResponse {
  return response(pythonJson(value), 'application/json');
}

function response(body: string, type: string, status = 200): SimulatedResponse {
  return { status, headers: { 'Content-Type': type }, body };
}
