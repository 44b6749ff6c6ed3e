import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { SimulatedWebApi } from '../../src/demo/web-api.ts';

/** Simulated seconds in one. */
export const SPEED = 20;

const TURN_MS = 5000;
const GONE_MS = 1000;

/** What comes one after the other, each with its own number of endpoints, errors and workers. */
const TURNS = [
  { begins: 'restart', endpoints: 60, errors: 120, workers: 4 },
  { begins: 'restart', endpoints: 150, errors: 300, workers: 12 },
  { begins: 'reset' },
  { begins: 'restart', endpoints: 20, errors: 40, workers: 0 },
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
          this.#post('/stats/reset');
          this.resets += 1;
          break;
        case 'run':
          this.#post('/stop');
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
          const { status, headers, body } = this.#api.handle(request.method ?? 'GET', path, form);
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

  #post(path: string, form: Readonly<Record<string, string>> = {}): void {
    this.changedMs = performance.now();
    this.#api.handle('POST', path, new URLSearchParams(form).toString());
  }

  #swarm(turn: number): void {
    this.runs += 1;
    this.#post('/swarm', { user_count: String(20 + (turn % 3) * 15), spawn_rate: '10' });
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

function createApi(seed: number, turn: (typeof TURNS)[0 | 1 | 3]): SimulatedWebApi {
  const { endpoints, errors, workers } = turn;
  return new SimulatedWebApi({
    ...{ endpoints, errors, workers, seed, scenario: 'manual' },
    now: () => 1_700_000_000_000 + simulatedMs(),
  });
}
