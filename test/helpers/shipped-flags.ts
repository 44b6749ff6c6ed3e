import { readFileSync } from 'node:fs';
import path from 'node:path';

const BIN = path.resolve(import.meta.dirname, '../../src/bin.ts');

/** The flags for Node.js that the program's own first line has. */
export const SHIPPED_FLAGS: readonly string[] = readFileSync(BIN, 'utf8')
  .split('\n', 1)[0]!
  .split(' ')
  .filter((word) => word.startsWith('--'));
