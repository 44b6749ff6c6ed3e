import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ListenAddress {
  /** undefined for all interfaces, in both address families. */
  readonly host: string | undefined;
  readonly port: number;
}

/** @throws the error of node:net, such as EADDRINUSE. */
export async function listen(app: RequestListener, address: ListenAddress): Promise<Server> {
  const server = createServer(
    {
      // A client that is slower than this holds a connection for nothing.
      headersTimeout: 10_000,
      requestTimeout: 10_000,
      keepAliveTimeout: 75_000,
      connectionsCheckingInterval: 5_000,
    },
    app,
  );
  // A scraper that does not read its answer is let go.
  server.timeout = 120_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const listening = () => {
      server.off('error', reject);
      resolve();
    };
    if (address.host === undefined) server.listen(address.port, listening);
    else server.listen(address.port, address.host, listening);
  });
  return server;
}

/** Like `127.0.0.1:9646` or `[::]:9646`. */
export function addressOf(server: Server): string {
  const { address, family, port } = server.address() as AddressInfo;
  return family === 'IPv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Stops accepting, lets requests under way end, and cuts them off after `graceMs`. */
export async function closeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const timer = setTimeout(() => {
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
