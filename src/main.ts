import { readBuildInfo } from './build-info.ts';
import { helpText } from './cli/help-text.ts';
import { parseCommandLine } from './cli/parse-command-line.ts';
import { checkedConfig } from './cli/show-config.ts';
import { ConfigError, loadConfig, type Environment } from './config/load-config.ts';
import { endProcess } from './end-process.ts';
import type { Signals } from './signals.ts';

/**
 * Runs the program to its end.
 *
 * @returns the exit code: 0 done, 1 failed, 2 called wrongly.
 */
export async function main(
  argv: readonly string[],
  env: Environment,
  signals: Signals,
): Promise<number> {
  try {
    const { command, flags, help, version, checkConfig, problems } = parseCommandLine(argv);
    const isServing = command === 'serve' || command === 'demo';
    if (!isServing || help || version || checkConfig) {
      signals.release();
      if (command !== 'healthcheck') endOnLostOutput();
    }
    if (help) return print(helpText());
    const build = readBuildInfo();
    if (version) {
      return print(
        `locust-exporter ${build.version} (revision ${build.revision}, Node.js ${process.version})`,
      );
    }
    if (command === 'healthcheck') {
      // The exit code is the answer, whoever reads the rest.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
      const { healthcheck } = await import('./cli/healthcheck.ts');
      return await healthcheck(env, flags, problems);
    }
    const config = await loadConfig(env, flags, problems);
    const { settings } = config;
    if (checkConfig) return print(checkedConfig(config));
    switch (command) {
      case 'serve': {
        const { serve } = await import('./serve.ts');
        return endProcess(await serve(config, build, signals));
      }
      case 'demo': {
        const { demo } = await import('./cli/demo.ts');
        return endProcess(await demo({ settings, build, signals }, env, flags));
      }
      case 'swarm':
      case 'stop':
      case 'reset-stats':
      case 'stats': {
        const { drive } = await import('./cli/drive.ts');
        return await drive(command, flags, settings, build);
      }
      default:
        return command satisfies never;
    }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    // Nobody can be told that nobody can be told.
    process.stderr.on('error', () => undefined);
    for (const problem of error.problems) process.stderr.write(`locust-exporter: ${problem}\n`);
    process.stderr.write("locust-exporter: see 'locust-exporter --help'\n");
    return 2;
  }
}

function print(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}

/** A command whose reader has left has done its work; one whose disk is full has failed. */
function endOnLostOutput(): void {
  process.stderr.on('error', () => undefined);
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`locust-exporter: cannot write to standard output: ${error.message}\n`);
    process.exit(1);
  });
}
