import type { RequestHandler } from 'express';
import { readScrape, sendExposition, type Exposition, type ScrapeRequest } from './exposition.ts';

/** Reads one of many Locusts. The parameters are as they came, and may be anything. */
export type Probe = (
  request: ScrapeRequest & { readonly target: unknown; readonly module: unknown },
) => Promise<Exposition | { readonly refusal: string; readonly status: number }>;

/** @param probe null where nothing may be probed. */
export function probeHandler(probe: Probe | null): RequestHandler {
  return async (request, response) => {
    const refuse = (status: number, reason: string) => {
      // The sentence contains parts of the request, which a browser must not read as HTML.
      response.set('X-Content-Type-Options', 'nosniff');
      response.status(status).type('text/plain').send(`${reason}\n`);
    };
    if (probe === null) {
      refuse(404, 'PROBE_TARGETS is not set');
      return;
    }
    const scrape = readScrape(request);
    const { target, module } = request.query;
    const result = await probe({ ...scrape, target, module });
    if ('refusal' in result) refuse(result.status, result.refusal);
    else sendExposition(request, response, scrape, result);
  };
}
