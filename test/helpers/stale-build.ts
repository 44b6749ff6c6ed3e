import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

/** What the built program is made of. */
const SOURCES = ['src', 'build.js', 'package-lock.json'];

/** The source that was changed last, if that was after the program was built. */
export function newerSource(root: string, program: string): string | undefined {
  const builtMs = statSync(program).mtimeMs;
  const [newest] = SOURCES.flatMap((source) => filesOf(path.join(root, source)))
    .map((file) => ({ file, ms: statSync(file).mtimeMs }))
    .sort((a, b) => b.ms - a.ms);
  return newest !== undefined && newest.ms > builtMs ? path.relative(root, newest.file) : undefined;
}

function filesOf(source: string): string[] {
  const found = statSync(source, { throwIfNoEntry: false });
  if (found === undefined) return [];
  if (!found.isDirectory()) return [source];
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name));
}
