import type { Logger } from 'pino';
import type { Collector } from './collect/collector.ts';
import { createLoopCollector } from './collect/loop.ts';
import { createOnDemandCollector } from './collect/on-demand.ts';
import { createReader, type Clock, type Outcome } from './collect/reader.ts';
import { createRenderer } from './collect/render-outcome.ts';
import { followWebConfig } from './config/follow-web-config.ts';
import { HEALTH_PATHS, QUIT_PATH } from './config/paths.ts';
import type { Settings } from './config/settings.ts';
import { connect } from './connect.ts';
import { basicAuth } from './http/basic-auth.ts';
import { createApp } from './http/create-app.ts';
import { limitRequests } from './http/limit-requests.ts';
import { addressOf, closeServer, listen } from './http/listen.ts';
import type { StatusView } from './http/status-page.ts';
import { chooseCatalog } from './metrics/legacy-catalog.ts';
import { createSelfMetrics, type BuildInfo } from './metrics/self.ts';

export interface Exporter {
  /** Where it listens, like `127.0.0.1:9646`. */
  readonly address: string;
  /** Settles when a client asks for the end by QUIT_PATH. */
  readonly quitAsked: Promise<unknown>;
  /** Lets requests under way end, and frees everything. */
  stop(): Promise<void>;
}

/** Requests under way at the end get this long. */
const DRAIN_MS = 5000;

const DOCS_URL = 'https://github.com/locust-exporter/locust-exporter#readme';

const SYSTEM_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  unixMs: () => Date.now(),
};

/**
 * Wires everything and listens; Locust need not be there.
 *
 * @throws the error of node:net when the address cannot be had.
 */
export async function startExporter(
  settings: Settings,
  build: BuildInfo,
  logger: Logger,
  clock: Clock = SYSTEM_CLOCK,
): Promise<Exporter> {
  const client = connect(settings, build);
  const legacy = settings.LEGACY_METRICS;
  const self = createSelfMetrics(build, { legacy: legacy !== 'off' });
  const reader = createReader({ client, self, logger, clock });
  const render = createRenderer(chooseCatalog(legacy), settings.METRIC_PREFIX, self);
  const collector = createCollector();

  function createCollector(): Collector {
    const common = { reader, clock, locustTimeoutMs: settings.LOCUST_TIMEOUT };
    switch (settings.SCRAPE_MODE) {
      case 'on-demand':
        return createOnDemandCollector({ ...common, cacheTtlMs: settings.CACHE_TTL });
      case 'loop':
        return createLoopCollector({
          ...common,
          pollIntervalMs: settings.POLL_INTERVAL,
          staleAfterMs: settings.STALE_AFTER,
        });
      default:
        return settings.SCRAPE_MODE satisfies never;
    }
  }

  const quit = Promise.withResolvers<null>();
  const web =
    settings.WEB_CONFIG_FILE === null ? null : followWebConfig(settings.WEB_CONFIG_FILE, logger);
  const app = createApp({
    headers: () => web?.().headers ?? {},
    guards: [
      ...(web === null ? [] : [basicAuth({ users: () => web().users })]),
      limitRequests(settings.WEB_MAX_REQUESTS),
    ],
    healthPaths: HEALTH_PATHS,
    quitPath: QUIT_PATH,
    quit:
      settings.QUIT_ENDPOINT === 'on'
        ? () => {
            quit.resolve(null);
          }
        : null,
    metricsPath: settings.METRICS_PATH,
    metrics: async ({ format, gzip, timeoutMs }) =>
      render(await collector.current(timeoutMs), { format, gzip }),
    status: async () => statusView(await collector.current(Infinity)),
    logger,
  });

  function statusView({ report, problem }: Outcome): StatusView {
    return {
      snapshot: report.snapshot,
      problem,
      info: report.info,
      runStartTimeSeconds: report.runStartSeconds,
      locustUrl: client.displayUrl,
      metricsPath: settings.METRICS_PATH,
      exporterVersion: build.version,
      docsUrl: DOCS_URL,
      nowMs: clock.unixMs(),
    };
  }

  const server = await listen(app, settings.LISTEN_ADDRESS, {
    headersTimeoutMs: settings.WEB_HEADERS_TIMEOUT,
    requestTimeoutMs: settings.WEB_REQUEST_TIMEOUT,
    tls: web && (() => web().tls),
  });
  collector.start();
  return {
    address: addressOf(server),
    quitAsked: quit.promise,
    async stop() {
      collector.stop();
      await closeServer(server, DRAIN_MS);
      await client.close();
    },
  };
}
