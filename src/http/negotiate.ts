import type { ExpositionFormat } from '../metrics/exposition/formats.ts';

/** The formats on offer. Among equal weights, the first one wins. */
const OFFERS: readonly Offer[] = [
  {
    format: 'protobuf',
    type: 'application/vnd.google.protobuf',
    parameters: { proto: 'io.prometheus.client.metricfamily', encoding: 'delimited' },
    mustName: true,
  },
  {
    format: 'openmetrics',
    type: 'application/openmetrics-text',
    parameters: { version: '1.0.0' },
  },
  { format: 'text', type: 'text/plain', parameters: { version: '0.0.4' } },
];

interface Offer {
  readonly format: ExpositionFormat;
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the parameters are required, because other formats have the same type. */
  readonly mustName?: boolean;
}

/**
 * Chooses the format by an Accept header. Parameters other than q and those of OFFERS do not
 * matter: our names are the same in every escaping scheme.
 *
 * @returns text when the header accepts none of our formats.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  const weights = new Map<ExpositionFormat, number>();
  for (const range of (accept ?? '').split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const values = new Map(parameters.map((parameter) => splitParameter(parameter)));
    const weight = parseWeight(values.get('q'));
    for (const offer of OFFERS) {
      if (offer.type !== type || !isMet(offer, values)) continue;
      weights.set(offer.format, Math.max(weights.get(offer.format) ?? 0, weight));
    }
  }
  let best: ExpositionFormat = 'text';
  let bestWeight = 0;
  for (const { format } of OFFERS) {
    const weight = weights.get(format) ?? 0;
    if (weight > bestWeight) [best, bestWeight] = [format, weight];
  }
  return best;
}

function isMet({ parameters, mustName = false }: Offer, values: ReadonlyMap<string, string>) {
  return Object.entries(parameters).every(([name, expected]) => {
    const value = values.get(name);
    return value === undefined ? !mustName : value === expected;
  });
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
