import { setTimeout as sleep } from 'node:timers/promises';

import { temporaryFolder } from '../../test/helpers/temporary-folder.ts';
import { Children } from './children.ts';
import { describeAddresses, describePrograms } from './describe.ts';
import { findPrograms, type Programs } from './find-programs.ts';
import { HELP, parseArguments, type Options } from './parse-arguments.ts';
import { startStack, type Stack } from './run-stack.ts';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** @returns the exit code: 0 done, 1 something failed, 2 called wrongly */
async function main(argv: readonly string[]): Promise<number> {
  let options: Options;
  try {
    options = parseArguments(argv);
  } catch (error) {
    process.stderr.write(`demo:stack: ${(error as Error).message}\n${HELP}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const ending = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      ending.abort();
    });
  }
  const programs = await findPrograms();
  say(describePrograms(programs));
  return options.check ? 0 : run(programs, options.forMs, ending.signal);
}

async function run(
  programs: Programs,
  forMs: number | undefined,
  ending: AbortSignal,
): Promise<number> {
  const folder = await temporaryFolder('demo');
  const children = new Children(ending);
  let stack: Stack | undefined;
  let failed = false;
  try {
    stack = await startStack({ children, folder: folder.path, say }, programs);
    say(describeAddresses(stack.addresses));
    say(forMs === undefined ? 'Ctrl+C ends it all.' : 'It ends by itself; Ctrl+C ends it earlier.');
    children.onEnd((end) => {
      failed = true;
      say(end);
    });
    await sleep(forMs ?? 2 ** 31 - 1, undefined, { signal: ending });
  } catch (error) {
    if (!ending.aborted) {
      failed = true;
      say((error as Error).message);
    }
  } finally {
    say('Ending …');
    await children.stopAll();
    await stack?.close();
    await folder.remove();
  }
  return failed ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
