import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readElf, type Elf } from './read-elf.ts';

/** Loaded by name when a host name is looked up; part of libc itself since glibc 2.34. */
const LOADED_BY_NAME = ['libnss_dns.so.2', 'libnss_files.so.2'];

/**
 * @param root of a Linux system of any architecture.
 * @returns paths within it: the loader of the program, and all libraries that it needs.
 */
export function findLibraries(root: string, program: string): string[] {
  const { interpreter, machine, needed } = readElf(readFileSync(join(root, program)));
  if (interpreter === null) return [];
  const folders = libraryFolders(root);
  const find = (name: string) =>
    folders.map((folder) => join(folder, name)).find((path) => isOf(machine, join(root, path)));

  const found = new Map([[basename(interpreter), interpreter]]);
  const waiting = [...needed, ...LOADED_BY_NAME.filter((name) => find(name) !== undefined)];
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (found.has(name)) continue;
    const path = find(name);
    if (path === undefined) throw new Error(`${program} needs ${name}, which is not there`);
    found.set(name, path);
    waiting.push(...readElf(readFileSync(join(root, path))).needed);
  }
  return [...found.values()].sort();
}

/** Where loaders look without being told, with the folders of Debian for one architecture each. */
function libraryFolders(root: string): string[] {
  const multiarch = readdirSync(join(root, 'usr/lib')).filter((name) => name.includes('-linux-'));
  return [
    ...multiarch.flatMap((name) => [`/lib/${name}`, `/usr/lib/${name}`]),
    ...['/lib64', '/usr/lib64', '/lib', '/usr/lib', '/usr/local/lib'],
  ];
}

function isOf(machine: Elf['machine'], path: string): boolean {
  if (!existsSync(path)) return false;
  try {
    return readElf(readFileSync(path)).machine === machine;
  } catch {
    return false;
  }
}
