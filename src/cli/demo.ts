import { startExporter } from '../app.ts';
import { ConfigError, type Environment } from '../config/load-config.ts';
import { flagOf, type Settings } from '../config/settings.ts';
import { SIMULATED_VERSIONS } from '../demo/locust-features.ts';
import { startSimulatedLocust } from '../demo/simulated-locust.ts';
import { createLogger } from '../logger.ts';
import type { BuildInfo } from '../metrics/self.ts';
import { catchSignals } from '../serve.ts';

type Flags = Readonly<Record<string, string | undefined>>;

const LOOPBACK = '127.0.0.1';

/** Serves the exporter on a simulated Locust until a signal ends it. @returns the exit code */
export async function demo(
  settings: Settings,
  build: BuildInfo,
  env: Environment,
  flags: Flags,
): Promise<number> {
  const options = parseDemoFlags(flags);
  const { first: ended } = catchSignals();
  const locust = await startSimulatedLocust({ workers: 4, ...options });
  const logger = await createLogger({ LOG_LEVEL: settings.LOG_LEVEL, LOG_FORMAT: 'pretty' });
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
    await Promise.race([ended, exporter.quitAsked, exporter.locustGone]);
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
  }
}

/** @throws ConfigError */
function parseDemoFlags(flags: Flags): { version?: string; endpoints?: number } {
  const problems: string[] = [];
  const version = flags['demo-version'];
  if (version !== undefined && !SIMULATED_VERSIONS.includes(version)) {
    problems.push(
      `--demo-version: expected one of ${SIMULATED_VERSIONS.join(', ')}, got "${version}"`,
    );
  }
  const text = flags['demo-endpoints'];
  const endpoints = Number(text);
  if (text !== undefined && !(Number.isInteger(endpoints) && endpoints >= 1 && endpoints <= 1e5)) {
    problems.push(`--demo-endpoints: expected a whole number from 1 to 100000, got "${text}"`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return {
    ...(version === undefined ? {} : { version }),
    ...(text === undefined ? {} : { endpoints }),
  };
}
