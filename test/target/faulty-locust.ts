import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

export interface FaultyLocust {
  readonly url: URL;
  /** What answers from now on. */
  answer: RequestListener;
  /** The paths asked for so far. */
  readonly paths: string[];
  /** How many connections are open. */
  connections(): Promise<number>;
  close(): Promise<void>;
}

/** A server that answers as a test says. */
export async function startFaultyLocust(answer: RequestListener, port = 0): Promise<FaultyLocust> {
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    locust.answer(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const locust: FaultyLocust = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    answer,
    paths,
    connections: promisify(server.getConnections.bind(server)),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return locust;
}
