import { readBuildInfo } from './build-info.ts';
import { helpText, checkedConfig } from './cli/commands.ts';
import { parseCommandLine } from './cli/parse-command-line.ts';
import { endOutput, OutputError, printOutput, printProblem } from './cli/print-output.ts';
import { ConfigError, loadConfig, type Environment } from './config/load-config.ts';
import { exitProcess } from './exit-process.ts';
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
    const { command, argument, flags, help, version, checkConfig, problems } =
      parseCommandLine(argv);
    const isServing = command === 'serve' || command === 'demo';
    if (!isServing || help || version || checkConfig) signals.release();
    if (help) return await print(helpText());
    const build = readBuildInfo();
    if (version) {
      return await print(
        `locust-exporter ${build.version} (revision ${build.revision}, Node.js ${process.version})`,
      );
    }
    if (command === 'healthcheck') {
      // The exit code is the result, even if the output cannot be written.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
      const { healthcheck } = await import('./cli/healthcheck.ts');
      return await healthcheck(env, flags, problems);
    }
    if (command === 'companion') {
      if (problems.length > 0) throw new ConfigError(problems);
      const { writeCompanion } = await import('./cli/companion.ts');
      return await writeCompanion(argument ?? '.');
    }
    const config = await loadConfig(env, flags, problems);
    const { settings } = config;
    if (checkConfig) return await print(checkedConfig(config));
    switch (command) {
      case 'serve': {
        const { serve } = await import('./serve.ts');
        return exitProcess(await serve(config, build, signals));
      }
      case 'demo': {
        const { demo } = await import('./cli/demo.ts');
        return exitProcess(await demo({ settings, build, signals }, env, flags));
      }
      case 'swarm':
      case 'stop':
      case 'reset-stats':
      case 'stats': {
        const { runControlCommand } = await import('./cli/control.ts');
        return await runControlCommand(command, flags, settings, build);
      }
      default:
        return command satisfies never;
    }
  } catch (error) {
    if (error instanceof OutputError) return endOutput(error);
    if (!(error instanceof ConfigError)) throw error;
    for (const problem of error.problems) printProblem(problem);
    printProblem("see 'locust-exporter --help'");
    return 2;
  }
}

async function print(text: string): Promise<0> {
  await printOutput(text);
  return 0;
}
