import type { PushgatewaySettings } from './push/pushgateway.ts';
import type { TargetSettings } from './target/target.ts';
import { locustCredentials } from './config/credentials.ts';
import type { ProbeModule } from './config/probe-config/read.ts';
import type { Settings } from './config/settings.ts';
import {
  createLocustClient,
  type ClientOptions,
  type LocustClient,
} from './locust/client/client.ts';
import type { LoginForm } from './locust/client/login.ts';
import type { RowRules } from './locust/rows/rewrite.ts';
import { chooseCatalog } from './metrics/legacy-catalog.ts';
import type { BuildInfo } from './metrics/self.ts';

/** What holds for every Locust. */
function clientLimits(settings: Settings, build: BuildInfo) {
  return {
    maxResponseBytes: settings.MAX_RESPONSE_BYTES,
    userAgent: `locust-exporter/${build.version}`,
  };
}

/** The client for the Locust that the settings name; it connects with its first request. */
export function connect(settings: Settings, build: BuildInfo): LocustClient {
  const credentials = locustCredentials(settings) ?? undefined;
  const cert = settings.LOCUST_CLIENT_CERT_FILE?.pem;
  const key = settings.LOCUST_CLIENT_KEY_FILE?.secret;
  const access =
    settings.LOCUST_LOGIN_PATH === '' ? { credentials } : { login: loginForm(settings) };
  return createLocustClient({
    ...clientLimits(settings, build),
    url: settings.LOCUST_URL,
    ...access,
    headers: settings.LOCUST_HEADERS_FILE?.headers,
    tls: {
      ca: settings.LOCUST_CA_FILE?.pem,
      insecure: settings.LOCUST_TLS_INSECURE,
      client: cert === undefined || key === undefined ? undefined : { cert, key },
    },
  });
}

/**
 * The client for a Locust of /probe. Nothing of LOCUST_USERNAME and the like, which are for
 * LOCUST_URL, is shown to it.
 *
 * @param lookup finds the addresses of its host.
 */
export function connectProbed(
  url: URL,
  module: ProbeModule | null,
  lookup: ClientOptions['lookup'],
  settings: Settings,
  build: BuildInfo,
): LocustClient {
  return createLocustClient({ ...clientLimits(settings, build), url, ...module?.access, lookup });
}

function loginForm(settings: Settings): LoginForm {
  const credentials = locustCredentials(settings);
  return {
    path: settings.LOCUST_LOGIN_PATH,
    fields: {
      [settings.LOCUST_LOGIN_USERNAME_FIELD]: credentials?.username ?? '',
      [settings.LOCUST_LOGIN_PASSWORD_FIELD]: credentials?.password ?? '',
    },
  };
}

export function rowRules(settings: Settings): RowRules {
  return {
    includeNames: settings.INCLUDE_NAMES,
    excludeNames: settings.EXCLUDE_NAMES,
    nameRewrites: settings.NAME_REWRITE ?? [],
    errorRewrites: settings.ERROR_REWRITE ?? [],
    maxEndpoints: settings.MAX_ENDPOINTS,
    maxErrors: settings.MAX_ERRORS,
    maxWorkers: settings.MAX_WORKERS,
    maxLabelLength: settings.MAX_LABEL_LENGTH,
  };
}

/** How the Locust of the settings is read. */
export function targetSettings(settings: Settings): TargetSettings {
  return {
    rowRules: rowRules(settings),
    companion: settings.COMPANION,
    uncutRows: settings.UNCUT_ROWS,
    catalog: chooseCatalog(settings.LEGACY_METRICS),
    prefix: settings.METRIC_PREFIX,
    histograms: {
      schema: settings.HISTOGRAM_SCHEMA,
      classic: settings.HISTOGRAM_CLASSIC,
      bounds: settings.HISTOGRAM_BUCKETS,
    },
    scrapeMode: settings.SCRAPE_MODE,
    cacheTtlMs: settings.CACHE_TTL,
    pollIntervalMs: settings.POLL_INTERVAL,
    staleAfterMs: settings.STALE_AFTER,
    locustTimeoutMs: settings.LOCUST_TIMEOUT,
    lingerMs: settings.LINGER,
    exitAfterGoneMs: settings.EXIT_AFTER_LOCUST_GONE,
  };
}

/** How a Locust of /probe is read: only when it is scraped, and without a final scrape. */
export function probedSettings(settings: Settings, module: ProbeModule | null): TargetSettings {
  return {
    ...targetSettings(settings),
    scrapeMode: 'on-demand',
    locustTimeoutMs: module?.timeoutMs ?? settings.LOCUST_TIMEOUT,
    lingerMs: 0,
    exitAfterGoneMs: null,
  };
}

/** The group of a Pushgateway that the settings name, and how it is pushed to. */
export function pushgatewaySettings(settings: Settings, url: URL): PushgatewaySettings {
  return {
    url,
    job: settings.PUSHGATEWAY_JOB,
    groupings: settings.PUSHGATEWAY_GROUPING,
    intervalMs: settings.PUSHGATEWAY_INTERVAL,
    auth: {
      username: settings.PUSHGATEWAY_USERNAME,
      password: settings.PUSHGATEWAY_PASSWORD_FILE?.secret ?? settings.PUSHGATEWAY_PASSWORD,
    },
    deleteAtEnd: settings.PUSHGATEWAY_DELETE_AT_EXIT,
  };
}
