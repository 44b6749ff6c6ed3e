import { readFileSync } from 'node:fs';
import path from 'node:path';

const PROGRAM = path.resolve(import.meta.dirname, '../../src/bin.ts');

/** What the first line of the program gives to node, here and in the image. */
export const NODE_FLAGS: readonly string[] = readFlags();

function readFlags(): string[] {
  const [line = ''] = readFileSync(PROGRAM, 'utf8').split('\n', 1);
  const flags = /^#!\/usr\/bin\/env -S node (.+)$/.exec(line)?.[1];
  if (flags === undefined) throw new Error(`unexpected first line of the program: ${line}`);
  return flags.split(' ');
}
