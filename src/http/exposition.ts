import type { Request, Response } from 'express';
import { CONTENT_TYPES, type ExpositionFormat } from '../metrics/exposition/encode-text.ts';
import { negotiateFormat, scrapeTimeoutMs } from './negotiate.ts';

/** What a scraper asks for. */
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
  /** Is called when all was sent. */
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
  // HEAD gets no numbers.
  if (request.method === 'GET') response.on('finish', onSent);
  response.set('Content-Length', String(body.length)).end(body);
}
