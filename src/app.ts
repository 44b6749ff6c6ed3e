import type { Logger } from 'pino';
import type { Collector } from './target/collector.ts';
import { createFinalScrape } from './target/final-scrape.ts';
import { createLoopCollector } from './target/loop.ts';
import { createOnDemandCollector } from './target/on-demand.ts';
import { createReader, type Clock, type Outcome } from './target/reader.ts';
import { createRenderer } from './target/render.ts';
import { watchForGone } from './target/gone.ts';
import { HEALTH_PATHS, QUIT_PATH } from './config/settings.ts';
import type { WebConfigFile } from './config/web-config/read.ts';
import type { Settings } from './config/settings.ts';
import type { connectPushgateway } from './connect-pushgateway.ts';
import { connect } from './connect.ts';
import { addressOf, closeServer, listen } from './http/listen.ts';
import { loadApp } from './http/load-app.ts';
import type { StatusView } from './http/status-page/page.ts';
import { chooseCatalog } from './metrics/legacy-catalog.ts';
import { createSelfMetrics, type BuildInfo } from './metrics/self.ts';
import { rowRules } from './connect.ts';

export interface Exporter {
  /** Where it listens, like `127.0.0.1:9646`. */
  readonly address: string;
  /** The URL of the Locust that it reads, without credentials. */
  readonly locustUrl: string;
  /** Settles when a client asks for the end by QUIT_PATH. */
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
  const self = createSelfMetrics(build, {
    legacy: legacy !== 'off',
    pushes: settings.PUSHGATEWAY_URL !== null,
  });
  const reader = createReader({ client, self, logger, clock, rowRules: rowRules(settings) });
  const render = createRenderer(chooseCatalog(legacy), settings.METRIC_PREFIX, self);
  const collector = createCollector();
  const ending = createFinalScrape({
    reader,
    clock,
    lingerMs: settings.LINGER,
    staleAfterMs: settings.STALE_AFTER,
  });
  let stopping = false;

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
    metrics: async ({ format, gzip, timeoutMs, scraper }) => {
      const outcome = await known(timeoutMs, scraper);
      const onSent = () => {
        ending.sent(outcome);
      };
      return { body: await render(outcome, { format, gzip }), onSent };
    },
    status: async () => statusView(await known(Infinity)),
    logger,
  });

  /** What is known of Locust now, or was at the end. */
  async function read(timeoutMs: number, scraper?: object): Promise<Outcome> {
    const final = stopping ? ending.final() : null;
    return final ?? collector.current(timeoutMs, scraper);
  }

  async function known(timeoutMs: number, scraper?: object): Promise<Outcome> {
    return ending.present(await read(timeoutMs, scraper));
  }

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

  const exposition = async () => {
    const now = await read(settings.LOCUST_TIMEOUT);
    const outcome = reader.goneSinceMs() === null ? now : (ending.final() ?? now);
    const body = await render(outcome, { format: 'text', gzip: false });
    return { text: body.toString(), isWhole: outcome.report.snapshot !== null };
  };
  const gateway = settings.PUSHGATEWAY_URL;
  const pusher = gateway && (await pushTo(gateway, settings, self, logger, exposition));

  const gone = Promise.withResolvers<null>();
  const server = await listen(app, settings.LISTEN_ADDRESS, {
    headersTimeoutMs: settings.WEB_HEADERS_TIMEOUT,
    requestTimeoutMs: settings.WEB_REQUEST_TIMEOUT,
    tls: web && (() => web.current().tls),
  });
  collector.start();
  pusher?.start();
  const watch =
    settings.EXIT_AFTER_LOCUST_GONE === null
      ? null
      : watchForGone({ collector, reader, clock, afterMs: settings.EXIT_AFTER_LOCUST_GONE }, () => {
          gone.resolve(null);
        });
  return {
    address: addressOf(server),
    locustUrl: client.displayUrl,
    quitRequested: quit.promise,
    locustGone: gone.promise,
    async linger() {
      watch?.stop();
      // That Locust may be gone by now is no news.
      reader.retire();
      if (settings.LINGER > 0 || pusher !== null) await collector.current(LAST_READ_MS);
      stopping = true;
      collector.stop();
      // Meanwhile, since both may take long.
      const [nothingLost] = await Promise.all([ending.linger(), pusher?.end()]);
      return nothingLost;
    },
    async stop() {
      stopping = true;
      watch?.stop();
      collector.stop();
      reader.retire();
      await Promise.all([closeServer(server, DRAIN_MS), pusher?.end()]);
      await client.close();
    },
  };
}

/* What few want is loaded for them alone. */

async function pushTo(...args: Parameters<typeof connectPushgateway>) {
  return (await import('./connect-pushgateway.ts')).connectPushgateway(...args);
}

async function protect(started: WebConfigFile, logger: Logger) {
  const { followWebConfig } = await import('./config/web-config/follow.ts');
  const { basicAuth } = await import('./http/basic-auth.ts');
  const current = followWebConfig(started, logger);
  return { current, guards: [basicAuth({ users: () => current().users })] };
}
