import { readdirSync } from 'node:fs';
import path from 'node:path';

import { isExecutable } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const INSTALLED = path.join(ROOT, '.cache/locust');

/** Every release that test/e2e/install-servers.sh knows, oldest first; the last is `newest`. */
export const LOCUST_VERSIONS: readonly string[] = readdirSync(
  path.join(ROOT, 'test/e2e/requirements'),
)
  .flatMap((file) => /^locust-(.+)\.txt$/.exec(file)?.[1] ?? [])
  .sort((a, b) => (isSince(a, b) ? 1 : -1));

/** One release per era of the response's shape, for tests that take long. */
export const MAIN_LOCUST_VERSIONS: readonly string[] = [
  '0.8.1',
  '2.12.1',
  '2.20.1',
  '2.31.8',
  'newest',
];

export function whyLocustIsMissing(version: string): Missing {
  return isExecutable(locustPath(version))
    ? undefined
    : `Locust ${version} is not installed (npm run e2e:install)`;
}

/** The release behind a name of LOCUST_VERSIONS, which only `newest` does not tell by itself. */
export function installedRelease(version: string): string {
  demand(whyLocustIsMissing(version));
  const lib = path.join(INSTALLED, version, 'lib');
  const release = readdirSync(lib)
    .flatMap((python) => readdirSync(path.join(lib, python, 'site-packages')))
    .flatMap((entry) => /^locust(?:io)?-(.+)\.dist-info$/.exec(entry)?.[1] ?? [])[0];
  if (release === undefined) throw new Error(`no Locust under ${lib}`);
  return release;
}

export function locustPath(version: string): string {
  return path.join(INSTALLED, version, 'bin/locust');
}

/** Whether a release is another one or a later one; `newest` is later than all. */
export function isSince(version: string, other: string): boolean {
  if (version === 'newest' || other === 'newest') return version === 'newest';
  return version.localeCompare(other, 'en', { numeric: true }) >= 0;
}
