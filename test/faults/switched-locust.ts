import type { RequestListener } from 'node:http';
import { GOOD } from '../target/faults.ts';
import { startFaultyLocust, type FaultyLocust } from '../target/faulty-locust.ts';
import { freePort } from '../helpers/free-port.ts';

export const REPORT_PATH = '/stats/requests';

/** Answers the report with this body, and nothing else. */
export function reporting(body: string): RequestListener {
  return (request, response) => {
    const found = request.url === REPORT_PATH;
    response.writeHead(found ? 200 : 404, { 'content-type': 'application/json' });
    response.end(found ? body : '');
  };
}

export const healthy = reporting(GOOD);

/** A Locust on a port of its own that can be well, ill and away. */
export class SwitchedLocust {
  /** What answers from now on. */
  answer: RequestListener = healthy;
  /** How often the report was asked for. */
  reads = 0;
  readonly port: number;
  #server: FaultyLocust | undefined;

  private constructor(port: number) {
    this.port = port;
  }

  static async start(): Promise<SwitchedLocust> {
    const locust = new SwitchedLocust(await freePort());
    await locust.arrive();
    return locust;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Listens, where it does not yet. */
  async arrive(): Promise<void> {
    this.#server ??= await startFaultyLocust((request, response) => {
      if (request.url === REPORT_PATH) this.reads++;
      this.answer(request, response);
    }, this.port);
  }

  /** Listens no more, and closes what is open. */
  async leave(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }
}
