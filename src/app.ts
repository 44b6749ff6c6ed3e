import type { Logger } from 'pino';
import { HEALTH_PATHS, PROBE_PATH, QUIT_PATH, type Settings } from './config/settings.ts';
import type { WebConfigFile } from './config/web-config/read.ts';
import { connect, pushgatewaySettings, targetSettings } from './connect.ts';
import { addressOf, closeServer, listen } from './http/listen.ts';
import { loadApp } from './http/load-app.ts';
import type { StatusView } from './http/status-page/page.ts';
import { loadSelfMetrics } from './metrics/load-self.ts';
import type { BuildInfo, SelfMetrics } from './metrics/self.ts';
import type { Prober } from './probe/prober.ts';
import type { Pusher, PusherOptions } from './push/pushgateway.ts';
import type { ProbeOptions } from './start-prober.ts';
import { createNoTarget } from './target/no-target.ts';
import type { Clock, Outcome } from './target/outcome.ts';
import { createTarget } from './target/target.ts';

export interface Exporter {
  /** Where it listens, like `127.0.0.1:9646`. */
  readonly address: string;
  /** The URL of the Locust that it reads, without credentials; null if only /probe reads. */
  readonly locustUrl: string | null;
  /** Settles when a client requests QUIT_PATH. */
  readonly quitRequested: Promise<unknown>;
  /** Settles when EXIT_AFTER_LOCUST_GONE is over. */
  readonly locustGone: Promise<unknown>;
  /**
   * Reads Locust for the last time, and waits until these numbers are scraped or LINGER is over.
   *
   * @returns whether nothing is lost.
   */
  linger(): Promise<boolean>;
  /** Lets requests under way end, and frees everything. */
  stop(): Promise<void>;
}

/** Requests under way at the end get this long. */
const DRAIN_MS = 3000;

/** Locust gets this long for the last read. */
const LAST_READ_MS = 1000;

const REPOSITORY_URL = 'https://github.com/locust-exporter/locust-exporter';

const SYSTEM_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  unixMs: () => Date.now(),
};

export interface StartOptions {
  readonly clock?: Clock;
  /** Whether LOCUST_URL is read, and not only the targets of /probe. */
  readonly readsLocustUrl?: boolean;
}

/**
 * Wires everything and listens; Locust need not be there.
 *
 * @throws the error of node:net when it cannot listen on the address.
 */
export async function startExporter(
  settings: Settings,
  build: BuildInfo,
  logger: Logger,
  { clock = SYSTEM_CLOCK, readsLocustUrl = true }: StartOptions = {},
): Promise<Exporter> {
  const self: SelfMetrics = loadSelfMetrics(build, {
    about: readsLocustUrl ? 'all' : 'process',
    legacy: settings.LEGACY_METRICS !== 'off',
    pushes: settings.PUSHGATEWAY_URL !== null,
    targets: settings.PROBE_TARGETS && (() => prober?.count() ?? 0),
  });
  const prober =
    settings.PROBE_TARGETS &&
    (await loadProber({ allowList: settings.PROBE_TARGETS, settings, build, self, logger, clock }));
  const target = readsLocustUrl
    ? createTarget(targetSettings(settings), {
        ...{ client: connect(settings, build), self, logger, clock },
      })
    : createNoTarget({ self, clock, prefix: settings.METRIC_PREFIX });

  const quit = Promise.withResolvers<null>();
  const web = settings.WEB_CONFIG_FILE && (await protect(settings.WEB_CONFIG_FILE, logger));
  const app = loadApp({
    headers: () => web?.current().headers ?? {},
    guards: web?.guards ?? [],
    maxRequests: settings.WEB_MAX_REQUESTS,
    healthPaths: HEALTH_PATHS,
    quitPath: QUIT_PATH,
    quit:
      settings.QUIT_ENDPOINT === 'on'
        ? () => {
            quit.resolve(null);
          }
        : null,
    metricsPath: settings.METRICS_PATH,
    metrics: (request) => target.scrape(request),
    probePath: PROBE_PATH,
    probe: prober && ((request) => prober.probe(request)),
    status: async () => statusView(await target.outcome()),
    logger,
  });

  function statusView({ report, problem }: Outcome): StatusView {
    return {
      snapshot: report.snapshot,
      problem,
      info: report.info,
      runStartTimeSeconds: report.runStartSeconds,
      recent: target.recentPercentiles(),
      locustUrl: target.displayUrl,
      targets: prober?.targets() ?? null,
      metricsPath: settings.METRICS_PATH,
      exporterVersion: build.version,
      docsUrl: `${REPOSITORY_URL}#readme`,
      companionUrl: `${REPOSITORY_URL}/blob/main/docs/companion.md`,
      nowMs: clock.unixMs(),
    };
  }

  const server = await listen(app, settings.LISTEN_ADDRESS, {
    headersTimeoutMs: settings.WEB_HEADERS_TIMEOUT,
    requestTimeoutMs: settings.WEB_REQUEST_TIMEOUT,
    tls: web && (() => web.current().tls),
  });
  target.start();
  const gateway = settings.PUSHGATEWAY_URL;
  const pusher =
    gateway &&
    (await loadPusher({
      ...pushgatewaySettings(settings, gateway),
      exposition: () => target.exposition(),
      onResult: (result) => {
        self.pushDone(result);
      },
      logger,
    }));
  pusher?.start();
  return {
    address: addressOf(server),
    locustUrl: target.displayUrl,
    quitRequested: quit.promise,
    locustGone: target.gone,
    async linger() {
      await target.retire(settings.LINGER > 0 || pusher !== null ? LAST_READ_MS : 0);
      // At the same time, since both may take long.
      const [nothingLost] = await Promise.all([target.linger(), pusher?.end()]);
      return nothingLost;
    },
    async stop() {
      await target.retire(0);
      await Promise.all([closeServer(server, DRAIN_MS), pusher?.end()]);
      await Promise.all([target.close(), prober?.close()]);
    },
  };
}

/* The modules below are loaded only when they are used. */

async function loadPusher(options: PusherOptions): Promise<Pusher> {
  const { createPusher } = await import('./push/pushgateway.ts');
  return createPusher(options);
}

async function loadProber(options: ProbeOptions): Promise<Prober> {
  const { startProber } = await import('./start-prober.ts');
  return startProber(options);
}

async function protect(started: WebConfigFile, logger: Logger) {
  const { followWebConfig } = await import('./config/web-config/follow.ts');
  const { basicAuth } = await import('./http/basic-auth.ts');
  const current = followWebConfig(started, logger);
  return { current, guards: [basicAuth({ users: () => current().users })] };
}
