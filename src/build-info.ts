import { readFileSync } from 'node:fs';
import type { BuildInfo } from './metrics/self.ts';

/** Version of the package, and the revision that the build noted in `revision`, beside the code. */
export function readBuildInfo(): BuildInfo {
  const { version } = JSON.parse(read('../package.json') ?? '{}') as { version?: string };
  return { version: version ?? 'unknown', revision: read('revision')?.trim() ?? 'unknown' };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(new URL(path, import.meta.url), 'utf8');
  } catch {
    return undefined;
  }
}
