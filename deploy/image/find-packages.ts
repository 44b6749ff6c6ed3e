import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const INFO = 'var/lib/dpkg/info';

export interface DebianPackage {
  readonly name: string;
  /** Its paragraph in the status of dpkg. */
  readonly status: string;
}

/**
 * @returns the Debian packages that brought the files, and those that hold their licences; none
 * on other systems.
 */
export function findPackages(root: string, files: readonly string[]): DebianPackage[] {
  const status = join(root, 'var/lib/dpkg/status');
  if (!existsSync(status)) return [];
  const paragraphs = new Map(
    readFileSync(status, 'utf8')
      .split(/\n\n+/)
      .map((text) => [/^Package: (.+)$/m.exec(text)?.[1] ?? '', `${text.trim()}\n`]),
  );
  const owners = new Set<string>();
  for (const list of readdirSync(join(root, INFO)).filter((name) => name.endsWith('.list'))) {
    const owned = new Set(
      readFileSync(join(root, INFO, list), 'utf8')
        .split('\n')
        .map(merged),
    );
    if (files.some((file) => owned.has(merged(file))))
      owners.add(list.replace(/(:.+)?\.list$/, ''));
  }
  for (const owner of [...owners]) {
    // The licence of a library of GCC is in a package of its own.
    const base = /\bgcc-\d+-base\b/.exec(paragraphs.get(owner) ?? '')?.[0];
    if (base !== undefined) owners.add(base);
  }
  return [...owners].sort().map((name) => {
    const paragraph = paragraphs.get(name);
    if (paragraph === undefined) throw new Error(`dpkg knows nothing of ${name}`);
    return { name, status: paragraph };
  });
}

/** One name for a file, with and without the merger of /lib into /usr/lib. */
function merged(path: string): string {
  return path.replace(/^\/(lib\w*)\//, '/usr/$1/');
}
