import {
  durationFrom,
  oneOf,
  optional,
  parseByteSize,
  parseHttpUrl,
  parseListenAddress,
  parseMetricPrefix,
  parseMetricsPath,
  parseSwitch,
} from './parse-values.ts';
import {
  fromGoListenAddress,
  fromGoTimeout,
  fromLogFormat,
  fromLogLevel,
  fromTelemetryPath,
} from './predecessor-values.ts';
import { readCertificates } from './read-certificates.ts';

/** What ContainerSolutions/locust_exporter calls a setting. */
export interface Alias {
  readonly variable?: string;
  /** Without dashes. */
  readonly flag: string;
  /** Turns a value of its notation into one of ours; what it cannot turn it leaves to `parse`. */
  readonly convert?: (text: string) => string;
}

export interface Setting<T> {
  /** @throws Error whose message says what was expected. */
  readonly parse: (text: string) => T;
  /** As a user would write it. */
  readonly default: string;
  readonly description: string;
  /** Of the parsed value, where that is a number; a user may write it so, too. */
  readonly unit?: 'ms' | 'B';
  /** Whether its flag may stand without a value, for `true`. */
  readonly isSwitch?: true;
  readonly alias?: Alias;
}

/** `auto` reads as `on` for those who come from ContainerSolutions/locust_exporter. */
const AUTO = 'auto: on when a variable or flag of ContainerSolutions/locust_exporter is in use';

/** Every setting, by the name of its environment variable. */
export const SETTINGS = {
  LOCUST_URL: {
    parse: parseHttpUrl,
    default: 'http://localhost:8089',
    description: "Locust's web UI; a base path is kept, user:password@ is sent as basic auth",
    alias: { variable: 'LOCUST_EXPORTER_URI', flag: 'locust.uri' },
  },
  LISTEN_ADDRESS: {
    parse: parseListenAddress,
    default: ':9646',
    description: 'address to serve on; without a host: all interfaces, IPv4 and IPv6',
    alias: {
      variable: 'LOCUST_EXPORTER_WEB_LISTEN_ADDRESS',
      flag: 'web.listen-address',
      convert: fromGoListenAddress,
    },
  },
  METRICS_PATH: {
    parse: parseMetricsPath,
    default: '/metrics',
    description: 'path of the metrics',
    alias: {
      variable: 'LOCUST_EXPORTER_WEB_TELEMETRY_PATH',
      flag: 'web.telemetry-path',
      convert: fromTelemetryPath,
    },
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
    alias: {
      variable: 'LOCUST_EXPORTER_TIMEOUT',
      flag: 'locust.timeout',
      convert: fromGoTimeout,
    },
  },
  LOCUST_CA_FILE: {
    parse: optional(readCertificates),
    default: '',
    description:
      "file of certificates in PEM to verify Locust's by, instead of the public authorities",
  },
  LOCUST_TLS_INSECURE: {
    parse: parseSwitch,
    default: 'false',
    description: "true: take any certificate of Locust's, unverified",
    isSwitch: true,
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
    alias: { variable: 'LOCUST_METRIC_NAMESPACE', flag: 'locust.namespace' },
  },
  LEGACY_METRICS: {
    parse: oneOf('auto', 'on', 'off', 'only'),
    default: 'auto',
    description: `the metrics of ContainerSolutions/locust_exporter: on, off, or only these; ${AUTO}`,
  },
  QUIT_ENDPOINT: {
    parse: oneOf('auto', 'on', 'off'),
    default: 'auto',
    description: `whether a request to /quitquitquit ends the exporter: on or off; ${AUTO}`,
  },
  LOG_LEVEL: {
    parse: oneOf('debug', 'info', 'warn', 'error', 'fatal'),
    default: 'info',
    description: 'least important lines to log: debug, info, warn, error or fatal',
    alias: { flag: 'log.level', convert: fromLogLevel },
  },
  LOG_FORMAT: {
    parse: oneOf('json', 'pretty'),
    default: 'json',
    description: 'json, or pretty for people',
    alias: { flag: 'log.format', convert: fromLogFormat },
  },
} as const satisfies Record<string, Setting<unknown>>;

export type SettingName = keyof typeof SETTINGS;

/** What is in force: `auto` is decided. */
export type Settings = {
  readonly [Name in SettingName]: Exclude<ReturnType<(typeof SETTINGS)[Name]['parse']>, 'auto'>;
};

/** As a user would write them. */
export function aliasNames({ variable, flag }: Alias): string[] {
  return [...(variable === undefined ? [] : [variable]), `--${flag}`];
}

/** `LOCUST_URL` is `locust-url` on the command line. */
export function flagOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}
