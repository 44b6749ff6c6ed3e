import type { IncomingHttpHeaders } from 'node:http';
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from 'express';
import type { Logger } from 'pino';
import { readScrape, sendExposition, type Exposition, type ScrapeRequest } from './exposition.ts';
import { probeHandler, type Probe } from './probe.ts';
import type { StatusView } from './status-page/page.ts';

export interface AppOptions {
  /** Headers of every response. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** Middleware for all requests but health checks. */
  readonly guards?: readonly RequestHandler[];
  /** Requests that are handled at a time; further ones get 503. */
  readonly maxRequests?: number;
  readonly healthPaths: readonly string[];
  readonly quitPath: string;
  /** Ends the exporter; null if that is not allowed. */
  readonly quit: (() => void) | null;
  readonly metricsPath: string;
  readonly metrics: (request: ScrapeRequest) => Promise<Exposition>;
  readonly probePath?: string;
  /** null where PROBE_TARGETS allows nothing. */
  readonly probe?: Probe | null;
  readonly status: () => Promise<StatusView>;
  readonly logger: Logger;
}

export function createServerApp({
  headers = () => ({}),
  guards = [],
  maxRequests = Infinity,
  healthPaths,
  quitPath,
  quit,
  metricsPath,
  metrics,
  probePath = '/probe',
  probe = null,
  status,
  logger,
}: AppOptions): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  // Otherwise NODE_ENV would decide how much of an error a client sees.
  app.set('env', 'production');
  app.set('case sensitive routing', true);

  app.use((_request, response, next) => {
    response.set(headers());
    next();
  });

  app.get([...healthPaths], (_request, response) => {
    response.type('text/plain').send('ok\n');
  });

  for (const guard of [...guards, limitRequests(maxRequests)]) app.use(guard);

  const quitOnRequest: RequestHandler = (request, response) => {
    if (quit === null) {
      response.status(404).type('text/plain').send('QUIT_ENDPOINT is off\n');
      return;
    }
    if (isFromAnotherSite(request.headers)) {
      response.status(403).type('text/plain').send('a page of another site must not end this\n');
      return;
    }
    // Express handles HEAD like GET, but HEAD must not change anything.
    if (request.method !== 'HEAD') response.on('close', quit);
    response.set('Connection', 'close').type('text/plain').send('stopping\n');
  };
  app.route(quitPath).get(quitOnRequest).post(quitOnRequest);

  app.get(metricsPath, async (request, response) => {
    const scrape = readScrape(request);
    sendExposition(request, response, scrape, await metrics(scrape));
  });

  app.get(probePath, probeHandler(probe));

  app.get('/', async (request, response) => {
    // The page reads Locust, which may take longer than the kubelet waits.
    if (request.get('user-agent')?.startsWith('kube-probe/')) {
      response.type('text/plain').send('ok\n');
      return;
    }
    // Loaded on demand, because scrapers never need the page.
    const { renderStatusPage, STATUS_PAGE_CSP } = await import('./status-page/page.ts');
    response
      .set('Content-Security-Policy', headers()['Content-Security-Policy'] ?? STATUS_PAGE_CSP)
      .set('X-Content-Type-Options', 'nosniff')
      .set('Referrer-Policy', 'no-referrer')
      .set('Cache-Control', 'no-store')
      .type('text/html')
      .send(renderStatusPage(await status()));
  });

  app.use((_request: Request, response: Response) => {
    response.status(404).type('text/plain').send(`nothing here; metrics are at ${metricsPath}\n`);
  });

  for (const handler of errorHandlers(logger)) app.use(handler);
  return app;
}

/**
 * Send the response of a request that failed. The default handler of Express shows the stack to the
 * client outside of production, and writes to standard error past the log.
 */
export function errorHandlers(logger: Logger): readonly ErrorRequestHandler[] {
  return [
    (error: unknown, _request, response: Response, next) => {
      const { status } = error as { status?: unknown };
      const isClients = typeof status === 'number' && status >= 400 && status < 500;
      if (response.headersSent) {
        response.destroy();
      } else {
        response
          .status(isClients ? status : 500)
          .type('text/plain')
          .send(isClients ? 'bad request\n' : 'internal error, see the log\n');
      }
      if (!isClients) logger.error({ err: error }, 'could not answer a request');
      next();
    },
    // For an error that even the handler above cannot look at or log.
    (_error: unknown, _request, response: Response, next) => {
      if (!response.headersSent) response.writeHead(500).end();
      next();
    },
  ];
}

/**
 * Whether a browser sends the request for a page that is not ours. Programs send none of these
 * headers. `Sec-Fetch-Site` is certain, but browsers omit it on untrusted connections: over HTTP, to
 * any host but localhost.
 */
export function isFromAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const host = headers.host?.toLowerCase();
  return [headers.origin, headers.referer].some(
    (page) => page !== undefined && (URL.parse(page)?.host ?? null) !== host,
  );
}

/** Handles at most `max` requests at the same time; the others get 503. */
export function limitRequests(max: number): RequestHandler {
  let current = 0;
  return (_request, response, next) => {
    if (current >= max) {
      response.status(503).set('Retry-After', '1').type('text/plain').send('too many requests\n');
      return;
    }
    current += 1;
    response.once('close', () => {
      current -= 1;
    });
    next();
  };
}
