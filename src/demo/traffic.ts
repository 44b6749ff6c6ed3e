/** Draws numbers from 0 up to, not including, 1. */
export type Random = () => number;

/** Marsaglia's 32-bit xorshift: the same seed gives the same numbers. */
export function seededRandom(seed: number): Random {
  // The multiplication spreads neighbouring seeds. A state of 0 would stay 0 for ever.
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** An error as the load test raises it; without a type it is a plain string. */
export interface PlannedError {
  readonly type?: string;
  readonly message: string;
}

export interface PlannedEndpoint {
  readonly method: string;
  readonly name: string;
  readonly requestsPerUserSecond: number;
  /** Requests in each second that has users, whatever their number. */
  readonly minPerSecond: number;
  readonly medianMs: number;
  /** Standard deviation of the logarithm of the response times. */
  readonly spread: number;
  readonly bytes: number;
  /** `steady`: the first request of every second fails, with the errors in turn. */
  readonly failures: number | 'steady';
  readonly errors: readonly PlannedError[];
  /** The error that requests of this endpoint get during the incident of a cycle. */
  readonly incident?: PlannedError;
}

type ShopRow = [method: string, name: string, rate: number, medianMs: number, bytes: number];

const SHOP: readonly ShopRow[] = [
  ['GET', '/', 0.5, 18, 14_200],
  ['GET', '/cart', 0.3, 31, 2_100],
  ['POST', '/cart/items', 0.22, 47, 640],
  ['DELETE', '/cart/items/[id]', 0.05, 39, 0],
  ['POST', '/checkout', 0.08, 320, 1_850],
  ['WSS', '/live/stock', 0.15, 9, 120],
  ['POST', '/login', 0.1, 140, 410],
  ['GET', '/orders/[id]', 0.09, 85, 3_300],
  ['GET', '/products', 0.6, 64, 28_700],
  ['GET', '/products/[id]', 0.8, 26, 9_400],
  ['GET', '/search?q=[term]', 0.35, 190, 17_900],
  ['GET', '/static/app.js', 0.4, 4, 88_000],
];

const SHOP_ERRORS: Readonly<Record<string, readonly PlannedError[]>> = {
  '/cart/items': [
    { type: 'CatchResponseError', message: 'Expected status 201 but got "409" & a retry hint' },
    { message: 'item went out of stock' },
  ],
  '/checkout': [
    { type: 'HTTPError', message: '502 Server Error: Bad Gateway for url: /checkout' },
    { type: 'CatchResponseError', message: "payment says 'declined'" },
    { type: 'ReadTimeout', message: 'no response from <payment> within 5 s' },
  ],
  '/orders/[id]': [{ type: 'HTTPError', message: '404 Client Error: Not Found for url: /orders' }],
  '/search?q=[term]': [{ type: 'JSONDecodeError', message: 'Expecting value:\nline 1 column 1' }],
};

const INCIDENT: PlannedError = {
  type: 'HTTPError',
  message: '503 Server Error: Service Unavailable for url: /inventory',
};
const HIT_BY_INCIDENT = new Set(['/cart/items', '/checkout', '/products/[id]']);

/** The endpoints of a small shop, in the order of Locust: by name. */
export function planShop(): PlannedEndpoint[] {
  return SHOP.map(([method, name, requestsPerUserSecond, medianMs, bytes]) => {
    const errors = SHOP_ERRORS[name] ?? [];
    return {
      ...{ method, name, requestsPerUserSecond, minPerSecond: 0, medianMs, spread: 0.45, bytes },
      ...{ failures: errors.length * 0.012, errors },
      ...(HIT_BY_INCIDENT.has(name) && { incident: INCIDENT }),
    };
  });
}

/** Any number of endpoints, each with a request in every second that has users. */
export function planSynthetic(endpoints: number, errors: number): PlannedEndpoint[] {
  return Array.from({ length: endpoints }, (_, index) => ({
    method: 'GET',
    name: `/m/${String(index).padStart(5, '0')}`,
    requestsPerUserSecond: 0.01,
    minPerSecond: index < errors ? 2 : 1,
    medianMs: 10 + (index % 90) * 4,
    spread: 0.35,
    bytes: 200 + (index % 50) * 10,
    failures: 'steady',
    errors: Array.from({ length: Math.ceil((errors - index) / endpoints) }, (_unused, turn) => ({
      type: 'ValueError',
      message: `made-up error ${index + turn * endpoints}`,
    })),
  }));
}

export interface SimulatedRequest {
  readonly responseTimeMs: number;
  readonly bytes: number;
  /** undefined for a request that succeeded. */
  readonly error: PlannedError | undefined;
}

export interface Conditions {
  readonly second: number;
  readonly users: number;
  readonly hasIncident: boolean;
  /** Failures of the endpoint so far. */
  readonly failures: number;
}

/** The bound keeps a second cheap, however many users there are. */
const MAX_PER_SECOND = 500;
const INCIDENT_FAILURES = 0.3;
const INCIDENT_SLOWDOWN = 3.5;

/** Draws what the users request from one endpoint in one second. */
export function drawRequests(
  planned: PlannedEndpoint,
  { second, users, hasIncident, failures }: Conditions,
  random: Random,
): SimulatedRequest[] {
  const wanted = users * planned.requestsPerUserSecond * (0.7 + 0.6 * random());
  const bounded = Math.min(MAX_PER_SECOND, Math.max(planned.minPerSecond, wanted));
  const count = Math.floor(bounded + random());
  const incident = hasIncident ? planned.incident : undefined;
  // Response times drift by the minute, each endpoint in its own phase, and grow with the load.
  const drift = 1 + 0.2 * Math.sin(second / 9 + planned.medianMs);
  const slowdown = drift * (1 + Math.min(users, 400) / 200) * (incident ? INCIDENT_SLOWDOWN : 1);
  return Array.from({ length: count }, (_, index) => ({
    error:
      incident && random() < INCIDENT_FAILURES
        ? incident
        : drawError(planned, index, failures, random),
    responseTimeMs: drawResponseTimeMs(random, planned.medianMs * slowdown, planned.spread),
    bytes: Math.round(planned.bytes * (0.8 + 0.4 * random())),
  }));
}

function drawError(
  { failures, errors }: PlannedEndpoint,
  index: number,
  failedBefore: number,
  random: Random,
): PlannedError | undefined {
  if (failures === 'steady') {
    return index === 0 ? errors[failedBefore % errors.length] : undefined;
  }
  // The square makes the first errors of the list the common ones.
  return random() < failures ? errors[Math.floor(errors.length * random() ** 2)] : undefined;
}

/** A response time around `medianMs`, skewed to the right; in eighths, so that sums are exact. */
function drawResponseTimeMs(random: Random, medianMs: number, spread: number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.min(60_000, Math.ceil(medianMs * Math.exp(spread * normal) * 8) / 8);
}
