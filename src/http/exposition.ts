import type { Request, Response } from 'express';
import { CONTENT_TYPES, type ExpositionFormat } from '../metrics/exposition/formats.ts';
import { negotiateFormat, scrapeTimeoutMs } from './negotiate.ts';

/** What a scraper requests. */
export interface ScrapeRequest {
  readonly format: ExpositionFormat;
  readonly gzip: boolean;
  /** How long the scraper will wait. */
  readonly timeoutMs: number;
  /** Its connection. */
  readonly scraper: object;
}

export interface Exposition {
  readonly body: Buffer;
  /** Is called when all of it was sent. */
  readonly onSent: () => void;
}

export function readScrape(request: Request): ScrapeRequest {
  return {
    format: negotiateFormat(request.get('accept')),
    gzip: request.acceptsEncodings('gzip', 'identity') === 'gzip',
    timeoutMs: scrapeTimeoutMs(request.get('x-prometheus-scrape-timeout-seconds')),
    scraper: request.socket,
  };
}

export function sendExposition(
  request: Request,
  response: Response,
  { format, gzip }: ScrapeRequest,
  { body, onSent }: Exposition,
): void {
  response.set('Content-Type', CONTENT_TYPES[format]);
  response.set('Vary', 'Accept, Accept-Encoding');
  if (gzip) response.set('Content-Encoding', 'gzip');
  // A response to HEAD has no body, so nothing was delivered.
  if (request.method === 'GET') response.on('finish', onSent);
  response.set('Content-Length', String(body.length)).end(body);
}
