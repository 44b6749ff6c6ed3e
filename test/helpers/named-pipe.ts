import { execFileSync } from 'node:child_process';
import path from 'node:path';
import type { TestContext } from 'node:test';

import { temporaryFolder } from './temporary-folder.ts';

/** @returns the path of a new FIFO, which goes with the test. */
export async function namedPipe(t: TestContext): Promise<string> {
  const folder = await temporaryFolder('pipe');
  t.after(() => folder.remove());
  const name = path.join(folder.path, 'pipe');
  execFileSync('mkfifo', [name]);
  return name;
}
