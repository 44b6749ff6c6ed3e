import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocustWebApi } from '../../src/demo/locust-web-api.ts';

/** Simulated seconds in one. */
export const SPEED = 20;

const TURN_MS = 5000;
const GONE_MS = 1000;

/** What comes one after the other, each with its own number of endpoints, errors and workers. */
const TURNS = [
  { begins: 'restart', version: '2.46.3', endpoints: 60, errors: 120, workers: 4 },
  { begins: 'restart', version: '2.46.3', endpoints: 150, errors: 300, workers: 12 },
  { begins: 'reset' },
  { begins: 'restart', version: '0.14.6', endpoints: 20, errors: 40, workers: 0 },
  { begins: 'run' },
] as const;

/**
 * A simulated Locust whose hours are minutes, and that is never left alone: it is restarted
 * with other endpoints and workers, stopped, started and reset. No two runs have names of
 * endpoints, texts of errors or workers in common.
 */
export class RestlessLocust {
  restarts = 0;
  resets = 0;
  runs = 0;
  /** When the counts last began again, or Locust went away or came back. */
  changedMs = performance.now();
  #api = createApi(0, TURNS[0]);
  #server: Server | null = null;
  #port = 0;

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get simulatedSeconds(): number {
    return simulatedMs() / 1000;
  }

  /** Begins the next turn for as long as the signal lasts, and then goes. */
  async live(signal: AbortSignal): Promise<void> {
    for (let turn = 0; !signal.aborted; turn += 1) {
      const next = TURNS[turn % TURNS.length]!;
      switch (next.begins) {
        case 'restart':
          await this.close();
          await sleep(turn === 0 ? 0 : GONE_MS, undefined, { signal }).catch(() => undefined);
          this.#api = createApi(turn, next);
          this.restarts += 1;
          await this.listen();
          this.#swarm(turn);
          break;
        case 'reset':
          this.#get('/stats/reset');
          this.resets += 1;
          break;
        case 'run':
          this.#get('/stop');
          await sleep(GONE_MS, undefined, { signal }).catch(() => undefined);
          this.#swarm(turn);
          break;
        default:
          next satisfies never;
      }
      this.changedMs = performance.now();
      await sleep(TURN_MS, undefined, { signal }).catch(() => undefined);
    }
    await this.close();
  }

  async listen(): Promise<void> {
    this.#server = createServer((request, response) => {
      const [path = '/'] = (request.url ?? '/').split('?');
      text(request)
        .then((form) => {
          const { status, headers, body } = this.#api.answer(request.method ?? 'GET', path, form);
          response.writeHead(status, { ...headers }).end(this.#renew(body));
        })
        .catch((error: unknown) => response.destroy(error as Error));
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === null) return;
    this.changedMs = performance.now();
    this.#server = null;
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  }

  #get(path: string): void {
    this.changedMs = performance.now();
    this.#api.answer('GET', path, '');
  }

  #swarm(turn: number): void {
    this.changedMs = performance.now();
    this.runs += 1;
    const [users, rate] = [String(20 + (turn % 3) * 15), '10'];
    const form = { user_count: users, spawn_rate: rate, locust_count: users, hatch_rate: rate };
    this.#api.answer('POST', '/swarm', new URLSearchParams(form).toString());
  }

  /** Gives the made-up names of this run to nobody else. */
  #renew(body: string): string {
    return body
      .replaceAll('/m/', `/run-${this.runs}/`)
      .replaceAll('made-up error', `error of run ${this.runs}, number`);
  }
}

const startedMs = performance.now();

function simulatedMs(): number {
  return (performance.now() - startedMs) * SPEED;
}

function createApi(seed: number, turn: (typeof TURNS)[0 | 1 | 3]): LocustWebApi {
  const { version, endpoints, errors, workers } = turn;
  return new LocustWebApi({
    ...{ version, endpoints, errors, workers, seed, scenario: 'manual' },
    now: () => 1_700_000_000_000 + simulatedMs(),
  });
}
