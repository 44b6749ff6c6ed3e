import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SimulatedWebApi, type SimulatedLocustOptions } from './web-api.ts';

export interface SimulatedLocust {
  readonly url: string;
  readonly port: number;
  /** GETs of `/stats/requests` so far. */
  readonly reads: number;
  /** GETs of `/` so far. */
  readonly indexReads: number;
  close(): Promise<void>;
}

/** Serves a simulated Locust; resolves when it listens. Port 0 is any free one. */
export async function startSimulatedLocust(
  options: SimulatedLocustOptions = {},
  { host = '127.0.0.1', port = 0 }: { host?: string; port?: number } = {},
): Promise<SimulatedLocust> {
  const api = new SimulatedWebApi(options);
  const server = createServer((request, response) => {
    handle(api, request, response).catch((error: unknown) => response.destroy(error as Error));
  });
  server.listen(port, host);
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`,
    port: address.port,
    get reads() {
      return api.reads;
    },
    get indexReads() {
      return api.indexReads;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function handle(
  api: SimulatedWebApi,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = await text(request);
  const [path = '/'] = (request.url ?? '/').split('?');
  const { status, headers, body } = api.handle(request.method ?? 'GET', path, form);
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(body) });
  response.end(body);
}
