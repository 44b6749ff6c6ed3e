import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface Pushed {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
}

export interface FakeGateway {
  readonly url: URL;
  /** What came so far. */
  readonly pushes: readonly Pushed[];
  /** How many requests were under way at once, at most. */
  readonly mostAtOnce: number;
  /** What answers from now on. */
  answer: (response: ServerResponse) => void;
  close(): Promise<void>;
}

/** A server that keeps what is pushed, and answers as a test says. */
export async function startFakeGateway(port = 0): Promise<FakeGateway> {
  const pushes: Pushed[] = [];
  let atOnce = 0;
  let mostAtOnce = 0;
  const server = createServer((request, response) => {
    mostAtOnce = Math.max(mostAtOnce, ++atOnce);
    response.once('close', () => atOnce--);
    const { method = '', url: path = '', headers } = request;
    text(request).then(
      (body) => {
        pushes.push({ method, path, headers, body, atMs: performance.now() });
        gateway.answer(response);
      },
      () => undefined,
    );
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const gateway: FakeGateway = {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`),
    pushes,
    get mostAtOnce() {
      return mostAtOnce;
    },
    answer: always(200),
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return gateway;
}

export function always(status: number, body = ''): (response: ServerResponse) => void {
  return (response) => {
    response.writeHead(status).end(body);
  };
}
