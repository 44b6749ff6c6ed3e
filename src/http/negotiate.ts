import type { ExpositionFormat } from '../metrics/exposition/encode-text.ts';

/**
 * Chooses the format by an Accept header. Parameters other than version and q do not
 * matter: our names are the same in every escaping scheme.
 *
 * @returns text when the header accepts none of our formats.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  let text = 0;
  let openmetrics = 0;
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const values = new Map(parameters.map((parameter) => splitParameter(parameter)));
    const weight = parseWeight(values.get('q'));
    const version = values.get('version');
    if (type === 'application/openmetrics-text' && (version ?? '1.0.0') === '1.0.0') {
      openmetrics = Math.max(openmetrics, weight);
    } else if (type === 'text/plain' && (version ?? '0.0.4') === '0.0.4') {
      text = Math.max(text, weight);
    }
  }
  return openmetrics > 0 && openmetrics >= text ? 'openmetrics' : 'text';
}

function splitParameter(parameter: string): [string, string] {
  const [name = '', value = ''] = parameter.split('=');
  return [name.trim(), value.trim().replace(/^"(.*)"$/, '$1')];
}

function parseWeight(q: string | undefined): number {
  const weight = Number(q ?? 1);
  return weight >= 0 && weight <= 1 ? weight : 0;
}

/**
 * How long a scrape may take by what Prometheus announces in
 * `X-Prometheus-Scrape-Timeout-Seconds`, less a margin to render and send the response.
 *
 * @returns ms; Infinity when nothing (or nonsense) is announced.
 */
export function scrapeTimeoutMs(header: string | undefined): number {
  const seconds = Number(header ?? NaN);
  if (!(seconds > 0)) return Infinity;
  const announcedMs = seconds * 1000;
  return announcedMs - Math.min(500, announcedMs / 5);
}
