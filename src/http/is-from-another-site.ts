import type { IncomingHttpHeaders } from 'node:http';

/**
 * Whether a browser sends the request for a page that is not ours. Programs send none of these
 * headers. `Sec-Fetch-Site` tells for sure, but browsers leave it out where the connection is not
 * to be trusted: over HTTP, to any host but localhost.
 */
export function isFromAnotherSite(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined) return site !== 'same-origin' && site !== 'none';
  const host = headers.host?.toLowerCase();
  return [headers.origin, headers.referer].some(
    (page) => page !== undefined && (URL.parse(page)?.host ?? null) !== host,
  );
}
