import { basename } from 'node:path';

const NAMES = ['locust-exporter', 'locust_exporter', 'bin.js'];

/** What follows the name of this program in the command line of a process; [] without it. */
export function programArguments(commandLine: readonly string[]): string[] {
  const index = commandLine.findIndex((word) => NAMES.includes(basename(word)));
  return index === -1 ? [] : commandLine.slice(index + 1);
}
