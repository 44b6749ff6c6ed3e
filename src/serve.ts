import type { Logger } from 'pino';
import { startExporter, type Exporter } from './app.ts';
import type { Config } from './config/load-config.ts';
import { QUIT_PATH } from './config/paths.ts';
import type { Settings } from './config/settings.ts';
import { createLogger } from './logger.ts';
import type { BuildInfo } from './metrics/self.ts';

/** Serves until a signal or a request ends it. @returns the exit code */
export async function serve({ settings, warnings }: Config, build: BuildInfo): Promise<number> {
  // Caught from the start: a signal may come while this is still starting.
  const signals = catchSignals();
  const logger = await createLogger(settings);
  for (const warning of warnings) logger.warn(warning);
  if (settings.LOCUST_TLS_INSECURE) logger.warn("Locust's certificate is not verified");
  const exporter = await start(settings, build, logger);
  if (exporter === null) return 1;
  const reason = await Promise.race([
    signals.first.then((signal) => ({ signal })),
    exporter.quitAsked.then(() => ({ request: QUIT_PATH })),
    exporter.locustGone.then(() => ({ locust: 'gone' })),
  ]);
  logger.info(reason, 'stopping');
  const nothingLost = await Promise.race([exporter.linger(), signals.next().then(() => false)]);
  if (!nothingLost) logger.warn('nobody scraped the final numbers');
  await exporter.stop();
  return 0;
}

async function start(
  settings: Settings,
  build: BuildInfo,
  logger: Logger,
): Promise<Exporter | null> {
  try {
    const exporter = await startExporter(settings, build, logger);
    logger.info(
      {
        address: exporter.address,
        path: settings.METRICS_PATH,
        mode: settings.SCRAPE_MODE,
        version: build.version,
      },
      'listening',
    );
    return exporter;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reason = (code === undefined ? undefined : LISTEN_PROBLEMS[code]) ?? String(error);
    logger.fatal({ reason, code }, 'cannot listen on LISTEN_ADDRESS');
    return null;
  }
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program listens there',
  EACCES: 'no permission; ports below 1024 need it',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'host name not found',
};

export interface Signals {
  /** The first one ever. */
  readonly first: Promise<NodeJS.Signals>;
  /** The next one after now. */
  next(): Promise<NodeJS.Signals>;
}

/** From now on SIGTERM and SIGINT end nothing by themselves. */
export function catchSignals(): Signals {
  let notify: ((signal: NodeJS.Signals) => void) | undefined;
  const next = () =>
    new Promise<NodeJS.Signals>((resolve) => {
      notify = resolve;
    });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => notify?.(signal));
  return { first: next(), next };
}
