import { chmodSync, lstatSync, lutimesSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Makes a tree readable for every user, and the same whenever it is made: a layer that did not
 * change need not be fetched again.
 */
export function settle(path: string): void {
  const stat = lstatSync(path);
  if (stat.isDirectory()) {
    for (const name of readdirSync(path)) settle(join(path, name));
  }
  if (!stat.isSymbolicLink()) {
    chmodSync(path, stat.isDirectory() || (stat.mode & 0o111) !== 0 ? 0o755 : 0o644);
  }
  lutimesSync(path, 0, 0);
}
