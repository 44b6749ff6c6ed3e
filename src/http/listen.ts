import type { RequestListener, Server, ServerOptions } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ListenAddress } from '../config/parse-values.ts';
import type { ServerTls } from '../config/web-config/tls.ts';

// An `import` of node:http also reads its WebSocket, which loads the whole HTTP client of Node.js.
const { createServer } = process.getBuiltinModule('node:http');

export interface ListenOptions {
  readonly headersTimeoutMs?: number;
  /** For receiving a request, and for a response that the client has stopped reading. */
  readonly requestTimeoutMs?: number;
  /** Called for each connection. Only a new `context` takes effect. */
  readonly tls?: (() => ServerTls | null) | null;
}

/** @throws the error of node:net, such as EADDRINUSE. */
export async function listen(
  app: RequestListener,
  address: ListenAddress,
  { headersTimeoutMs = 10_000, requestTimeoutMs = 30_000, tls = null }: ListenOptions = {},
): Promise<Server> {
  // Node.js requires the timeout of headers to be within that of requests.
  const headersTimeout = Math.min(headersTimeoutMs, requestTimeoutMs);
  const timeouts = {
    headersTimeout,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: 75_000,
    connectionsCheckingInterval: Math.min(1000, headersTimeout / 4),
  };
  const server = await createAnyServer(timeouts, tls);
  keepSockets(server);
  // For a connection without traffic; it takes effect after this time, or twice this time at most.
  server.timeout = requestTimeoutMs;
  server.on('request', (_request, response) => {
    // Without this, the connection would also end while its response is being made.
    response.on('timeout', (socket: Socket) => {
      if (response.headersSent) socket.destroy();
    });
  });
  server.on('request', app);
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

async function createAnyServer(
  timeouts: ServerOptions & { headersTimeout: number },
  tls: ListenOptions['tls'],
): Promise<Server> {
  let current = tls?.();
  if (!tls || !current) return createServer(timeouts);
  const { asked, required, verified } = current.clientCertificate;
  // Rarely needed, and slow to load.
  const { createServer: createTlsServer } = await import('node:https');
  const server = createTlsServer({
    ...timeouts,
    ...current.context,
    handshakeTimeout: timeouts.headersTimeout,
    requestCert: asked,
    rejectUnauthorized: required && verified,
  });
  server.prependListener('connection', () => {
    const latest = tls();
    if (latest === current || !latest) return;
    current = latest;
    server.setSecureContext(latest.context);
  });
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const isGiven = socket.getPeerX509Certificate() !== undefined;
    const isRefused = isGiven ? verified && !socket.authorized : required;
    if (isRefused) socket.destroy();
  });
  return server;
}

const SOCKETS = new WeakMap<Server, Set<Socket>>();

/** The server itself does not keep sockets whose TLS handshake is not complete. */
function keepSockets(server: Server): void {
  const sockets = new Set<Socket>();
  SOCKETS.set(server, sockets);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
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
    for (const socket of SOCKETS.get(server) ?? []) socket.destroy();
  }, graceMs);
  await closed;
  clearTimeout(timer);
}
