import { readBuildInfo } from './build-info.ts';
import { helpText } from './cli/help-text.ts';
import { parseCommandLine } from './cli/parse-command-line.ts';
import { checkedConfig } from './cli/show-config.ts';
import { ConfigError, loadConfig, type Environment } from './config/load-config.ts';

/**
 * Runs the program to its end.
 *
 * @returns the exit code: 0 done, 1 failed, 2 called wrongly.
 */
export async function main(argv: readonly string[], env: Environment): Promise<number> {
  try {
    const { command, flags, help, version, checkConfig, problems } = parseCommandLine(argv);
    if (help) return print(helpText());
    const build = readBuildInfo();
    if (version) {
      return print(
        `locust-exporter ${build.version} (revision ${build.revision}, Node.js ${process.version})`,
      );
    }
    if (command === 'healthcheck') {
      const { healthcheck } = await import('./cli/healthcheck.ts');
      return await healthcheck(env, flags, problems);
    }
    const config = await loadConfig(env, flags, problems);
    const { settings } = config;
    if (checkConfig) return print(checkedConfig(config));
    switch (command) {
      case 'serve': {
        const { serve } = await import('./serve.ts');
        return await serve(config, build);
      }
      case 'demo': {
        const { demo } = await import('./cli/demo.ts');
        return await demo(settings, build, env, flags);
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
    for (const problem of error.problems) process.stderr.write(`locust-exporter: ${problem}\n`);
    process.stderr.write("locust-exporter: see 'locust-exporter --help'\n");
    return 2;
  }
}

function print(text: string): 0 {
  process.stdout.write(`${text}\n`);
  return 0;
}
