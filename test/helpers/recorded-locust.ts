import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface RecordedLocust {
  readonly url: string;
  /** What was posted to `/swarm`, the oldest first. */
  readonly forms: readonly Readonly<Record<string, string>>[];
  close(): Promise<void>;
}

/** An old Locust with two workers, which responds as a real one did: before, during and after a run. */
export async function startRecordedLocust(version: string): Promise<RecordedLocust> {
  const recorded = (file: string): string =>
    readFileSync(new URL(`../fixtures/locust-${version}/${file}`, import.meta.url), 'utf8');
  const forms: Record<string, string>[] = [];
  let situation: 'ready' | 'running' = 'ready';

  const routes: Readonly<Record<string, (form: string) => string>> = {
    'GET /': () => recorded('standalone-ready.index-excerpt.html'),
    'GET /stats/requests': () => recorded(`distributed-${situation}.stats-requests.json`),
    'GET /stats/reset': () => 'ok',
    'GET /stop': () => {
      situation = 'ready';
      return recorded('standalone-stop.json');
    },
    'POST /swarm': (form) => {
      forms.push(Object.fromEntries(new URLSearchParams(form)));
      situation = 'running';
      return recorded('distributed-swarm.json');
    },
  };
  const server = createServer((request, response) => {
    const respond = routes[`${request.method ?? ''} ${request.url ?? ''}`];
    text(request)
      .then((form) => {
        if (respond === undefined) response.writeHead(404).end();
        else response.end(respond(form));
      })
      .catch((error: unknown) => response.destroy(error as Error));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    forms,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
