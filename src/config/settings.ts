import { readHeaders, readSecret } from './files.ts';
import {
  durationFrom,
  integerFrom,
  offOr,
  oneOf,
  onOffOr,
  optional,
  parseBuckets,
  parseByteSize,
  parseGrouping,
  parseHttpUrl,
  parseListenAddress,
  parseLoginPath,
  parseMetricPrefix,
  parseMetricsPath,
  parseNonEmpty,
  parseSwitch,
  parseText,
} from './parse-values.ts';
import {
  fromGoListenAddress,
  fromGoTimeout,
  fromLogFormat,
  fromLogLevel,
  fromTelemetryPath,
} from './predecessor-values.ts';

/** What ContainerSolutions/locust_exporter calls a setting. */
export interface Alias {
  readonly variable?: string;
  /** Without dashes. */
  readonly flag: string;
  /** Converts a value into our notation. A value that cannot be converted is left to `parse`. */
  readonly convert?: (text: string) => string;
}

export interface Setting<T> {
  /**
   * @returns a promise if the parser is large and rarely needed; it is loaded by the first use.
   * @throws Error whose message says what was expected.
   */
  readonly parse: (text: string) => T | Promise<T>;
  /** As a user would write it. */
  readonly default: string;
  readonly description: string;
  /** Of the parsed value, if that is a number; a user may also write it. */
  readonly unit?: 'ms' | 'B';
  /** Whether its flag without a value means `true`. */
  readonly isSwitch?: true;
  /** Whether its value is never shown. */
  readonly isSecret?: true;
  /** Whether its value is the path of a file, whose content is never shown. */
  readonly isFile?: true;
  /** Whether its value is a URL, whose user, password and query are never shown. */
  readonly isUrl?: true;
  /** Whether its flag may be given several times, for several lines. */
  readonly isList?: true;
  /** Whether `auto` means on or off by whether names of the predecessor are in use. */
  readonly isDecided?: true;
  readonly alias?: Alias;
}

const parsePattern = async (text: string) => (await import('./rewrites.ts')).parsePattern(text);

const parseRewrites = async (text: string) => (await import('./rewrites.ts')).parseRewrites(text);

const readCertificates = async (path: string) =>
  (await import('./certificates.ts')).readCertificates(path);

const readWebConfig = async (path: string) =>
  (await import('./web-config/read.ts')).readWebConfig(path);

const parseAllowList = async (text: string) =>
  (await import('./probe-config/allow-list.ts')).parseAllowList(text);

const readProbeConfig = async (path: string) =>
  (await import('./probe-config/read.ts')).readProbeConfig(path);

/** `auto` means `on` for users of ContainerSolutions/locust_exporter. */
const AUTO = 'auto: on when a variable or flag of ContainerSolutions/locust_exporter is in use';

/** Every setting, by the name of its environment variable. */
export const SETTINGS = {
  LOCUST_URL: {
    parse: parseHttpUrl,
    default: 'http://localhost:8089',
    description: "Locust's web UI; a base path is kept, user:password@ is sent as basic auth",
    isUrl: true,
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
    description:
      'on-demand mode: a report younger than this is served again; a scraper that has not had it yet also gets one up to four times as old, 4s at most',
  },
  STALE_AFTER: {
    parse: durationFrom(1, '1ms'),
    default: '10s',
    unit: 'ms',
    description:
      'loop mode: Locust counts as down when its last report is older than this; LINGER: Locust counts as gone when it has been unreachable for this long',
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
  COMPANION: {
    parse: onOffOr('auto'),
    default: 'auto',
    description:
      "whether the exporter reads the companion, which reports more than Locust's web API; auto: if Locust has loaded it; on: always, and Locust counts as down without it; off: never",
  },
  UNCUT_ROWS: {
    parse: offOr('auto'),
    default: 'off',
    description:
      "what to do when Locust lists only 500 of its endpoints and has no companion; auto: read the others from Locust's CSV, every 10s at most, which takes Locust up to half a second each time; off: leave them out",
  },
  LOCUST_USERNAME: {
    parse: parseText,
    default: '',
    description: 'user for basic auth, or for the login form',
  },
  LOCUST_PASSWORD: {
    parse: parseText,
    default: '',
    description: 'password of LOCUST_USERNAME',
    isSecret: true,
  },
  LOCUST_PASSWORD_FILE: {
    parse: optional(readSecret),
    default: '',
    description: 'file with the password of LOCUST_USERNAME',
    isFile: true,
  },
  LOCUST_LOGIN_PATH: {
    parse: parseLoginPath,
    default: '',
    description:
      'path to which the login form of a Locust with --web-login is posted, such as /login_submit; turns basic auth off',
    isUrl: true,
  },
  LOCUST_LOGIN_USERNAME_FIELD: {
    parse: parseText,
    default: 'username',
    description: 'field of the login form for LOCUST_USERNAME',
  },
  LOCUST_LOGIN_PASSWORD_FIELD: {
    parse: parseText,
    default: 'password',
    description: 'field of the login form for LOCUST_PASSWORD',
  },
  LOCUST_HEADERS_FILE: {
    parse: optional(readHeaders),
    default: '',
    description: 'file of HTTP headers to send to Locust, one "Name: value" a line',
    isFile: true,
  },
  LOCUST_CA_FILE: {
    parse: optional(readCertificates),
    default: '',
    description:
      'file of certificates in PEM that verify the one of Locust, instead of the public authorities',
    isFile: true,
  },
  LOCUST_TLS_INSECURE: {
    parse: parseSwitch,
    default: 'false',
    description: 'true: accept any certificate of Locust without verification',
    isSwitch: true,
  },
  LOCUST_CLIENT_CERT_FILE: {
    parse: optional(readCertificates),
    default: '',
    description: 'client certificate in PEM for Locust, with LOCUST_CLIENT_KEY_FILE',
    isFile: true,
  },
  LOCUST_CLIENT_KEY_FILE: {
    parse: optional(readSecret),
    default: '',
    description: 'key in PEM of LOCUST_CLIENT_CERT_FILE',
    isFile: true,
  },
  LINGER: {
    parse: durationFrom(0, '0s', 25_000, '25s'),
    default: '0s',
    unit: 'ms',
    description: 'at the end, how long the final numbers wait for one more scrape',
  },
  EXIT_AFTER_LOCUST_GONE: {
    parse: optional(durationFrom(1000, '1s')),
    default: '',
    unit: 'ms',
    description: 'exit when Locust was reachable and then was not for this long',
  },
  PUSHGATEWAY_URL: {
    parse: optional(parseHttpUrl),
    default: '',
    description: 'Pushgateway to push the metrics to, for runs that are not scraped',
    isUrl: true,
    alias: { variable: 'LOCUST_EXPORTER_PUSHGATEWAY_URL', flag: 'pushgateway.url' },
  },
  PUSHGATEWAY_JOB: {
    parse: parseNonEmpty,
    default: 'locust',
    description: 'label job of the pushed metrics',
    alias: { variable: 'LOCUST_EXPORTER_PUSHGATEWAY_JOB', flag: 'pushgateway.job' },
  },
  PUSHGATEWAY_GROUPING: {
    parse: parseGrouping,
    default: '',
    description: 'further labels of the pushed metrics, such as instance=a,run=7',
  },
  PUSHGATEWAY_INTERVAL: {
    parse: durationFrom(1000, '1s'),
    default: '10s',
    unit: 'ms',
    description: 'time from one push to the next',
    alias: { variable: 'LOCUST_EXPORTER_PUSHGATEWAY_INTERVAL', flag: 'pushgateway.interval' },
  },
  PUSHGATEWAY_USERNAME: {
    parse: parseText,
    default: '',
    description: 'user for basic auth at the Pushgateway',
  },
  PUSHGATEWAY_PASSWORD: {
    parse: parseText,
    default: '',
    description: 'password of PUSHGATEWAY_USERNAME',
    isSecret: true,
  },
  PUSHGATEWAY_PASSWORD_FILE: {
    parse: optional(readSecret),
    default: '',
    description: 'file with the password of PUSHGATEWAY_USERNAME',
    isFile: true,
  },
  PUSHGATEWAY_DELETE_AT_EXIT: {
    parse: parseSwitch,
    default: 'false',
    description: 'true: delete the pushed metrics at exit',
    isSwitch: true,
  },
  PROBE_TARGETS: {
    parse: optional(parseAllowList),
    default: '',
    description:
      'which Locusts /probe may read: host names, also with *, or ranges of addresses, such as *.load-tests.svc:8089,10.0.0.0/8:8000-8099; without a port, any port is allowed; if LOCUST_URL is not set, the exporter reads no other Locust',
    isList: true,
  },
  PROBE_CONFIG_FILE: {
    parse: optional(readProbeConfig),
    default: '',
    description: 'file of modules in YAML: passwords, certificates and the like for /probe',
    isFile: true,
  },
  PROBE_MAX_TARGETS: {
    parse: integerFrom(1),
    default: '100',
    description: 'targets of /probe that the exporter keeps in memory',
  },
  WEB_CONFIG_FILE: {
    parse: optional(readWebConfig),
    default: '',
    description:
      "TLS and basic auth of the exporter itself, in the format of Prometheus' exporters",
    isFile: true,
  },
  WEB_MAX_REQUESTS: {
    parse: integerFrom(1),
    default: '100',
    description:
      'requests that are handled at the same time; further ones get 503, except health checks',
  },
  WEB_HEADERS_TIMEOUT: {
    parse: durationFrom(100, '100ms'),
    default: '10s',
    unit: 'ms',
    description:
      'how long a client may take to send the headers of a request; WEB_REQUEST_TIMEOUT at most',
  },
  WEB_REQUEST_TIMEOUT: {
    parse: durationFrom(100, '100ms'),
    default: '30s',
    unit: 'ms',
    description: 'how long a client may take to send a request, or pause in reading its response',
  },
  NAME_REWRITE: {
    parse: optional(parseRewrites),
    default: '',
    description:
      'rules "regex => replacement", one a line, each applied in turn to the names of endpoints; rows of the same name are added up',
    isList: true,
  },
  INCLUDE_NAMES: {
    parse: optional(parsePattern),
    default: '',
    description: 'regex: only endpoints whose name in Locust contains a match are shown',
  },
  EXCLUDE_NAMES: {
    parse: optional(parsePattern),
    default: '',
    description: 'regex: endpoints whose name in Locust contains a match are not shown',
  },
  ERROR_REWRITE: {
    parse: optional(parseRewrites),
    default: '',
    description: 'rules like those of NAME_REWRITE, for the texts of errors',
    isList: true,
  },
  MAX_ENDPOINTS: {
    parse: integerFrom(1),
    default: '10000',
    description: 'endpoints with their own metrics in a run; later ones are added up as (other)',
  },
  MAX_ERRORS: {
    parse: integerFrom(1),
    default: '1000',
    description: 'errors with their own metrics in a run; later ones are added up as (other)',
  },
  MAX_WORKERS: {
    parse: integerFrom(1),
    default: '1000',
    description: 'workers with their own metrics; the others are added up as (other)',
  },
  MAX_LABEL_LENGTH: {
    parse: integerFrom(16),
    default: '1024',
    description:
      'characters of a text from Locust, such as a name, an error or a worker; a longer text is cut and ends in …',
  },
  MAX_RESPONSE_BYTES: {
    parse: parseByteSize,
    default: '16MiB',
    unit: 'B',
    description: 'largest response of Locust that is read',
  },
  METRIC_PREFIX: {
    parse: parseMetricPrefix,
    default: 'locust',
    description: 'prefix of the names of the metrics about Locust',
    alias: { variable: 'LOCUST_METRIC_NAMESPACE', flag: 'locust.namespace' },
  },
  HISTOGRAM_SCHEMA: {
    parse: integerFrom(0, 7),
    default: '4',
    description:
      'resolution of native histograms, from 0 to 7; each step doubles the number of buckets, and with 4 a bucket is 4.4 % wide',
  },
  HISTOGRAM_CLASSIC: {
    parse: oneOf('all', 'aggregated', 'off'),
    default: 'all',
    description:
      'which histograms have classic buckets: all, aggregated (only the one of all endpoints together) or off; a histogram without them is served only in protobuf',
  },
  HISTOGRAM_BUCKETS: {
    parse: parseBuckets,
    default:
      '0.005,0.01,0.015,0.02,0.03,0.04,0.05,0.075,0.1,0.15,0.2,0.25,0.3,0.4,0.5,0.75,1,1.5,2,3,5,10,30,60',
    description: 'upper bounds of the classic buckets, in seconds',
  },
  LEGACY_METRICS: {
    parse: onOffOr('auto', 'only'),
    default: 'auto',
    description: `the metrics of ContainerSolutions/locust_exporter: on, off, or only these; ${AUTO}`,
    isDecided: true,
  },
  QUIT_ENDPOINT: {
    parse: onOffOr('auto'),
    default: 'auto',
    description: `whether a request to /quitquitquit ends the exporter: on or off; ${AUTO}`,
    isDecided: true,
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

/** The values that apply. */
export type Settings = {
  readonly [Name in SettingName]: Exclude<
    Awaited<ReturnType<(typeof SETTINGS)[Name]['parse']>>,
    (typeof SETTINGS)[Name] extends { isDecided: true } ? 'auto' : never
  >;
};

/** As a user would write them. */
export function aliasNames({ variable, flag }: Alias): string[] {
  return [...(variable === undefined ? [] : [variable]), `--${flag}`];
}

/** `LOCUST_URL` is `locust-url` on the command line. */
export function flagOf(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Health checks of the process alone: a busy Locust must not cause a restart of the exporter. */
export const HEALTH_PATHS: readonly string[] = [
  '/healthz',
  '/livez',
  '/-/healthy',
  '/health',
  '/readyz',
  '/-/ready',
  '/ready',
];

/** Serves one of many Locusts. Exporters of many targets commonly use this path. */
export const PROBE_PATH = '/probe';

/** Ends the exporter. Sidecars commonly use this path. */
export const QUIT_PATH = '/quitquitquit';
