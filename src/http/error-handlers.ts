import type { ErrorRequestHandler, Response } from 'express';
import type { Logger } from 'pino';

/**
 * What answers a request that went wrong. Express must not do it: outside of production it shows
 * the stack to the client, and it writes to standard error past the log.
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
