import { startExporter } from '../app.ts';
import { ConfigError, type Environment } from '../config/load-config.ts';
import { flagOf, type Settings } from '../config/settings.ts';
import { startSimulatedLocust } from '../demo/simulated-locust.ts';
import { logProcessEvents } from '../exit-process.ts';
import { createLogger } from '../logger.ts';
import type { BuildInfo } from '../metrics/self.ts';
import { flushLog } from '../serve.ts';
import type { Signals } from '../signals.ts';

type Flags = Readonly<Record<string, string | undefined>>;

export interface DemoOptions {
  readonly settings: Settings;
  readonly build: BuildInfo;
  readonly signals: Signals;
}

const LOOPBACK = '127.0.0.1';

const MAX_ENDPOINTS = 100_000;

/** Serves the exporter on a simulated Locust until a signal ends it. @returns the exit code */
export async function demo(
  { settings, build, signals }: DemoOptions,
  env: Environment,
  flags: Flags,
): Promise<number> {
  const options = parseDemoFlags(flags);
  const locust = await startSimulatedLocust({ workers: 4, ...options });
  const logger = await createLogger({ LOG_LEVEL: settings.LOG_LEVEL, LOG_FORMAT: 'pretty' });
  logProcessEvents(logger);
  // A closed standard output does not end the demo.
  process.stdout.on('error', () => undefined);
  const isSet = (name: string) => (flags[flagOf(name)] ?? env[name] ?? '') !== '';
  try {
    const exporter = await startExporter(
      {
        ...settings,
        LOCUST_URL: new URL(locust.url),
        LISTEN_ADDRESS: isSet('LISTEN_ADDRESS')
          ? settings.LISTEN_ADDRESS
          : { ...settings.LISTEN_ADDRESS, host: LOOPBACK },
      },
      build,
      logger,
    );
    const scheme = settings.WEB_CONFIG_FILE?.tls ? 'https' : 'http';
    const base = `${scheme}://${exporter.address.replace(/^\[::\]|^0\.0\.0\.0/, 'localhost')}`;
    process.stdout.write(
      [
        'A simulated load test is running. Look at:',
        `  ${base}/          status page`,
        `  ${base}${settings.METRICS_PATH}   metrics, for Prometheus`,
        `  ${locust.url}   the web API of the simulated Locust`,
        'Ctrl+C ends it.',
        '',
      ].join('\n'),
    );
    await Promise.race([signals.first, exporter.quitRequested, exporter.locustGone]);
    await exporter.stop();
    return 0;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const { port } = settings.LISTEN_ADDRESS;
    process.stderr.write(
      `locust-exporter: port ${port} is in use; choose another with --listen-address 127.0.0.1:0\n`,
    );
    return 1;
  } finally {
    await locust.close();
    await flushLog(logger);
  }
}

/** @throws ConfigError */
function parseDemoFlags(flags: Flags): { endpoints?: number } {
  const text = flags['demo-endpoints'];
  if (text === undefined) return {};
  const endpoints = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(endpoints >= 1 && endpoints <= MAX_ENDPOINTS)) {
    throw new ConfigError([
      `--demo-endpoints: expected a whole number from 1 to ${MAX_ENDPOINTS}, got "${text}"`,
    ]);
  }
  return { endpoints };
}
