import {
  durationFrom,
  oneOf,
  parseByteSize,
  parseHttpUrl,
  parseListenAddress,
  parseMetricPrefix,
  parseMetricsPath,
} from './parse-values.ts';

export interface Setting<T> {
  /** @throws Error whose message says what was expected. */
  readonly parse: (text: string) => T;
  /** As a user would write it. */
  readonly default: string;
  readonly description: string;
  /** Of the parsed value, where that is a number; a user may write it so, too. */
  readonly unit?: 'ms' | 'B';
}

/** Every setting, by the name of its environment variable. */
export const SETTINGS = {
  LOCUST_URL: {
    parse: parseHttpUrl,
    default: 'http://localhost:8089',
    description: "Locust's web UI; a base path is kept, user:password@ is sent as basic auth",
  },
  LISTEN_ADDRESS: {
    parse: parseListenAddress,
    default: ':9646',
    description: 'address to serve on; without a host: all interfaces, IPv4 and IPv6',
  },
  METRICS_PATH: {
    parse: parseMetricsPath,
    default: '/metrics',
    description: 'path of the metrics',
  },
  SCRAPE_MODE: {
    parse: oneOf('on-demand', 'loop'),
    default: 'on-demand',
    description: 'on-demand: each scrape reads Locust; loop: Locust is read every POLL_INTERVAL',
  },
  POLL_INTERVAL: {
    parse: durationFrom(100, '100ms'),
    default: '2s',
    unit: 'ms',
    description: 'loop mode: time from one read of Locust to the next',
  },
  CACHE_TTL: {
    parse: durationFrom(0, '0s'),
    default: '1s',
    unit: 'ms',
    description: 'on-demand mode: a report younger than this is served again',
  },
  STALE_AFTER: {
    parse: durationFrom(1, '1ms'),
    default: '10s',
    unit: 'ms',
    description: 'loop mode: a report older than this counts as Locust being down',
  },
  LOCUST_TIMEOUT: {
    parse: durationFrom(1, '1ms'),
    default: '5s',
    unit: 'ms',
    description: 'how long a read of Locust may take, unless the scrape timeout is shorter',
  },
  MAX_RESPONSE_BYTES: {
    parse: parseByteSize,
    default: '64MiB',
    unit: 'B',
    description: 'largest answer that is taken from Locust',
  },
  METRIC_PREFIX: {
    parse: parseMetricPrefix,
    default: 'locust',
    description: 'what the names of the metrics about Locust begin with',
  },
  LOG_LEVEL: {
    parse: oneOf('debug', 'info', 'warn', 'error', 'fatal'),
    default: 'info',
    description: 'least important lines to log: debug, info, warn, error or fatal',
  },
  LOG_FORMAT: {
    parse: oneOf('json', 'pretty'),
    default: 'json',
    description: 'json, or pretty for people',
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

export type Settings = {
  readonly [Name in SettingName]: ReturnType<(typeof SETTINGS)[Name]['parse']>;
};

/** `LOCUST_URL` is `locust-url` on the command line. */
export function flagOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
