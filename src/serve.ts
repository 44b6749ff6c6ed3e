import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Logger } from 'pino';
import { startExporter, type Exporter } from './app.ts';
import type { Config } from './config/load-config.ts';
import { QUIT_PATH } from './config/settings.ts';
import { logProcessEvents } from './exit-process.ts';
import { createLogger } from './logger.ts';
import type { BuildInfo } from './metrics/self.ts';
import type { Signals } from './signals.ts';

/** A name server that does not respond must not delay the end of a start. */
const START_AFTER_SIGNAL_MS = 1000;

/** Serves until a signal or a request ends it. @returns the exit code */
export async function serve(
  { settings, readsLocustUrl, warnings }: Config,
  build: BuildInfo,
  signals: Signals,
): Promise<number> {
  const logger = await createLogger(settings);
  logProcessEvents(logger);
  for (const warning of warnings) logger.warn(warning);
  if (settings.LOCUST_TLS_INSECURE) logger.warn("Locust's certificate is not verified");
  const exporter = await Promise.race([
    start({ settings, readsLocustUrl }, build, logger),
    endOfStart(signals),
  ]);
  if (exporter === 'ended') logger.info('stopping before the start is complete');
  else if (exporter !== null) await run(exporter, signals, logger);
  await flushLog(logger);
  return exporter === null ? 1 : 0;
}

/** Waits a short while until a slow reader has taken the remaining log lines. */
export async function flushLog(logger: Logger): Promise<void> {
  await promisify(logger.flush.bind(logger))();
}

async function endOfStart({ first }: Signals): Promise<'ended'> {
  await first;
  return sleep(START_AFTER_SIGNAL_MS, 'ended', { ref: false });
}

async function run(exporter: Exporter, signals: Signals, logger: Logger): Promise<void> {
  const reason = await Promise.race([
    signals.first.then((signal) => ({ signal })),
    exporter.quitRequested.then(() => ({ request: QUIT_PATH })),
    exporter.locustGone.then(() => ({ locust: 'gone' })),
  ]);
  logger.info(reason, 'stopping');
  const nothingLost = await Promise.race([exporter.linger(), signals.next().then(() => false)]);
  if (!nothingLost) logger.warn('the final numbers were not scraped');
  await exporter.stop();
}

/** @returns null if it cannot listen, which is logged */
async function start(
  { settings, readsLocustUrl }: Pick<Config, 'settings' | 'readsLocustUrl'>,
  build: BuildInfo,
  logger: Logger,
): Promise<Exporter | null> {
  try {
    const exporter = await startExporter(settings, build, logger, { readsLocustUrl });
    logger.info(
      {
        address: exporter.address,
        path: settings.METRICS_PATH,
        locustUrl: exporter.locustUrl,
        mode: settings.SCRAPE_MODE,
        version: build.version,
      },
      'listening',
    );
    return exporter;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = (code === undefined ? undefined : LISTEN_PROBLEMS[code]) ?? String(error);
    const { host = '', port } = settings.LISTEN_ADDRESS;
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    logger.fatal({ address, reason, code }, 'cannot listen on LISTEN_ADDRESS');
    return null;
  }
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another program listens there; end it, or choose another port, such as --listen-address :9647',
  EACCES: 'no permission, which ports below 1024 need; choose one above, such as :9646',
  EADDRNOTAVAIL: 'this machine has no such address; choose one of its own, or :9646 for all',
  ENOTFOUND: 'host name not found; choose an address, or :9646 for all',
};
