// Puts Node.js where the image has it, with all that it needs of the system that it comes from:
// lay-out-system.ts SYSTEM TARGET [ARCHITECTURE]. Nothing of that system is run.
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findLibraries } from './find-libraries.ts';
import { findPackages } from './find-packages.ts';
import { readElf } from './read-elf.ts';
import { settle } from './settle.ts';

const NODE = '/usr/local/bin/node';

/** Of the ELF header, by the names that container images have for them. */
const MACHINES: Readonly<Record<string, number>> = { amd64: 62, arm64: 183 };

const [system = '', target = '', architecture = ''] = process.argv.slice(2);

function place(path: string): string {
  mkdirSync(dirname(join(target, path)), { recursive: true });
  return join(target, path);
}

function copy(path: string, as = path): void {
  copyFileSync(join(system, path), place(as));
}

function copyIfThere(path: string, as = path): void {
  if (existsSync(join(system, path))) copy(path, as);
}

const node = [NODE, '/usr/bin/node'].find((path) => existsSync(join(system, path)));
if (node === undefined) throw new Error(`no node in ${system}`);
const expected = MACHINES[architecture];
if (expected !== undefined && readElf(readFileSync(join(system, node))).machine !== expected) {
  throw new Error(`node in ${system} is not for ${architecture}`);
}
const libraries = findLibraries(system, node);
copy(node, NODE);
for (const library of libraries) copy(library);
copyIfThere('/usr/local/LICENSE', '/usr/share/doc/nodejs/copyright');

// Where scanners look for the packages of an image without dpkg.
copyIfThere('/etc/os-release');
copyIfThere('/etc/debian_version');
for (const { name, status } of findPackages(system, libraries)) {
  writeFileSync(place(`/var/lib/dpkg/status.d/${name}`), status);
  copyIfThere(`/usr/share/doc/${name}/copyright`);
}

// Without it, some releases of glibc ask DNS for localhost before they read /etc/hosts.
writeFileSync(place('/etc/nsswitch.conf'), 'hosts: files dns\n');

settle(target);
