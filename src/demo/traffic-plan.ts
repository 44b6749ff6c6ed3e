/** An error as the load test raises it; without a type it is a plain string. */
export interface PlannedError {
  readonly type?: string;
  readonly message: string;
}

export interface PlannedEndpoint {
  readonly method: string;
  readonly name: string;
  readonly requestsPerUserSecond: number;
  /** Requests in every second with users, however few they are. */
  readonly leastPerSecond: number;
  readonly medianMs: number;
  /** Standard deviation of the times' logarithm. */
  readonly spread: number;
  readonly bytes: number;
  /** `steady`: the first request of every second, the errors taken in turn. */
  readonly failures: number | 'steady';
  readonly errors: readonly PlannedError[];
  /** What goes wrong here while the cycle has its incident. */
  readonly incident?: PlannedError;
}

type ShopRow = [method: string, name: string, rate: number, medianMs: number, bytes: number];

const SHOP: readonly ShopRow[] = [
  ['GET', '/', 0.5, 18, 14_200],
  ['GET', '/cart', 0.3, 31, 2_100],
  ['POST', '/cart/items', 0.22, 47, 640],
  ['DELETE', '/cart/items/[id]', 0.05, 39, 0],
  ['POST', '/checkout', 0.08, 320, 1_850],
  ['POST', '/login', 0.1, 140, 410],
  ['GET', '/orders/[id]', 0.09, 85, 3_300],
  ['GET', '/products', 0.6, 64, 28_700],
  ['GET', '/products/[id]', 0.8, 26, 9_400],
  ['GET', '/search?q=[term]', 0.35, 190, 17_900],
  ['GET', '/static/app.js', 0.4, 4, 88_000],
  ['WSS', '/live/stock', 0.15, 9, 120],
];

const SHOP_ERRORS: Readonly<Record<string, readonly PlannedError[]>> = {
  '/cart/items': [
    { type: 'CatchResponseError', message: 'Expected status 201 but got "409" & a retry hint' },
    { message: 'item went out of stock' },
  ],
  '/checkout': [
    { type: 'HTTPError', message: '502 Server Error: Bad Gateway for url: /checkout' },
    { type: 'CatchResponseError', message: "payment says 'declined'" },
    { type: 'ReadTimeout', message: 'no answer from <payment> within 5 s' },
  ],
  '/orders/[id]': [{ type: 'HTTPError', message: '404 Client Error: Not Found for url: /orders' }],
  '/search?q=[term]': [{ type: 'JSONDecodeError', message: 'Expecting value:\nline 1 column 1' }],
};

const INCIDENT: PlannedError = {
  type: 'HTTPError',
  message: '503 Server Error: Service Unavailable for url: /inventory',
};
const HIT_BY_INCIDENT = new Set(['/cart/items', '/checkout', '/products/[id]']);

/** A small shop, believable enough to look at. */
export function planShop(): PlannedEndpoint[] {
  return SHOP.map(([method, name, requestsPerUserSecond, medianMs, bytes]) => {
    const errors = SHOP_ERRORS[name] ?? [];
    return {
      ...{ method, name, requestsPerUserSecond, leastPerSecond: 0, medianMs, spread: 0.45, bytes },
      ...{ failures: errors.length * 0.012, errors },
      ...(HIT_BY_INCIDENT.has(name) && { incident: INCIDENT }),
    };
  });
}

/** Any number of endpoints, all of them present from the first second with users on. */
export function planSynthetic(endpoints: number, errors: number): PlannedEndpoint[] {
  return Array.from({ length: endpoints }, (_, index) => ({
    method: 'GET',
    name: `/m/${String(index).padStart(5, '0')}`,
    requestsPerUserSecond: 0.01,
    leastPerSecond: index < errors ? 2 : 1,
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

/** Locust lists endpoints by name, then method; the oldest the other way round. */
export function sortPlan(plan: PlannedEndpoint[], byMethodFirst: boolean): PlannedEndpoint[] {
  const key = ({ method, name }: PlannedEndpoint): string =>
    byMethodFirst ? `${method}\0${name}` : `${name}\0${method}`;
  return plan.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
