import { answerSwarm } from './answer-swarm.ts';
import { htmlAnswer, jsonAnswer, type Answer } from './answer.ts';
import { conductCycle } from './conduct-cycle.ts';
import { featuresOf, SIMULATED_VERSIONS } from './locust-features.ts';
import { renderIndexPage } from './render-index-page.ts';
import { statsRenderer } from './render-stats.ts';
import { SimulatedRun } from './simulated-run.ts';
import { planShop, planSynthetic, sortPlan } from './traffic-plan.ts';

export interface SimulatedLocustOptions {
  /** One of `SIMULATED_VERSIONS`; the newest unless told. */
  readonly version?: string;
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

/** How long Locust hands out the same statistics again. */
const STATS_MEMO_MS = 2000;

/** Locust's web API without the network. */
export class LocustWebApi {
  reads = 0;
  indexReads = 0;
  readonly #run: SimulatedRun;
  readonly #version: string;
  readonly #now: () => number;
  readonly #renderStats: (run: SimulatedRun) => string;
  #host: string;
  #memo = { body: '', atMs: -Infinity };

  constructor(options: SimulatedLocustOptions) {
    const { version = SIMULATED_VERSIONS.at(-1) ?? '', errors = 0, workers = 0 } = options;
    const { now = Date.now, seed = 1, scenario = 'cycle', endpoints } = options;
    if (!SIMULATED_VERSIONS.includes(version)) {
      throw new RangeError(`no simulation of ${version}, only of ${SIMULATED_VERSIONS.join(', ')}`);
    }
    const features = featuresOf(version);
    const plan = endpoints === undefined ? planShop() : planSynthetic(endpoints, errors);
    this.#version = version;
    this.#now = now;
    this.#host = options.host ?? 'http://shop.example';
    this.#renderStats = statsRenderer(version);
    this.#run = new SimulatedRun({
      plan: sortPlan(plan, features.sortsByMethodFirst),
      ...{ features, workers, seed, startMs: now() },
      ...(scenario === 'cycle' && { conduct: conductCycle }),
    });
  }

  /** `form` is what a POST brought along. */
  answer(method: string, path: string, form: string): Answer {
    this.#run.advanceTo(this.#now());
    const allowed = path === '/swarm' ? ['POST'] : ['GET', 'HEAD'];
    const answer = this.#routes[path];
    if (!answer) return this.#refuse(404, 'Not Found');
    if (!allowed.includes(method)) {
      const refusal = this.#refuse(405, 'Method Not Allowed');
      return { ...refusal, headers: { ...refusal.headers, Allow: allowed.join(', ') } };
    }
    if (method === 'GET' && path === '/stats/requests') this.reads++;
    if (method === 'GET' && path === '/') this.indexReads++;
    const { status, headers, body } = answer(new URLSearchParams(form));
    const anyOrigin = this.#run.features.allowsAnyOrigin && status < 500;
    const cors = anyOrigin ? { 'Access-Control-Allow-Origin': '*' } : {};
    return { status, headers: { ...headers, ...cors }, body };
  }

  readonly #routes: Readonly<Record<string, (form: URLSearchParams) => Answer>> = {
    '/': () =>
      htmlAnswer(renderIndexPage({ version: this.#version, host: this.#host, run: this.#run })),
    '/stats/requests': () => this.#answerStats(),
    '/stats/reset': () => {
      this.#run.reset();
      return htmlAnswer('ok');
    },
    '/stop': () => {
      this.#run.stop();
      const told = { message: 'Test stopped', success: true };
      return jsonAnswer(told, this.#run.features.sortsKeys);
    },
    '/swarm': (form) => {
      if (this.#run.features.tellsHostOnSwarm) this.#host = form.get('host') ?? this.#host;
      return answerSwarm(this.#run, form, this.#host);
    },
  };

  #answerStats(): Answer {
    const { features } = this.#run;
    const nowMs = this.#now();
    if (!features.memoizesStats || nowMs - this.#memo.atMs >= STATS_MEMO_MS) {
      this.#memo = { body: this.#renderStats(this.#run), atMs: nowMs };
    }
    const contentType = features.labelsJsonAsHtml ? 'text/html; charset=utf-8' : 'application/json';
    return { status: 200, headers: { 'Content-Type': contentType }, body: this.#memo.body };
  }

  #refuse(status: number, reason: string): Answer {
    if (this.#run.features.answersNotFoundWith500) return htmlAnswer(`${status} ${reason}`, 500);
    return htmlAnswer(`<!doctype html>\n<title>${status} ${reason}</title>\n`, status);
  }
}
