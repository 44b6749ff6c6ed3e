import { chmod, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { printOutput, printProblem } from './print-output.ts';

/** The files, below the given folder. */
const FILES = ['locust_exporter_companion.py', 'auto/sitecustomize.py'];

/** Where they are: beside the bundle, or in the repository. */
const SOURCES = ['./companion/', '../../deploy/locust/'];

/** Each of our files contains this in its first lines, in any version. */
const MARK = 'locust-exporter';

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'it is a file',
  EISDIR: 'a file of ours would have the name of a folder in it',
};

/**
 * Writes the files of the companion, which Locust loads.
 *
 * @returns the exit code.
 */
export async function writeCompanion(folder: string): Promise<number> {
  const files = await Promise.all(FILES.map(readOwn));
  try {
    // All checks come first, so that a folder never gets only one of the files.
    for (const name of FILES) await refuseForeign(path.join(folder, name));
    for (const [index, name] of FILES.entries()) {
      await writeReadable(path.join(folder, name), files[index] ?? '');
    }
  } catch (error) {
    printProblem(error instanceof ForeignFileError ? error.message : describe(folder, error));
    return 1;
  }
  const [script = '', loader = ''] = FILES.map((name) => path.join(folder, name));
  await printOutput(
    [
      `wrote ${script} and ${loader}; one of them loads the companion:`,
      `  locust -f ${shellWord(`locustfile.py,${script}`)}`,
      `  PYTHONPATH=${shellWord(path.dirname(loader))} locust -f locustfile.py`,
    ].join('\n'),
  );
  return 0;
}

/** Text as one word of a shell's command line. */
function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

async function readOwn(name: string): Promise<string> {
  let missing: unknown;
  for (const source of SOURCES) {
    try {
      return await readFile(new URL(source + name, import.meta.url), 'utf8');
    } catch (error) {
      missing = error;
    }
  }
  throw missing;
}

class ForeignFileError extends Error {
  override readonly name = 'ForeignFileError';
}

async function refuseForeign(file: string): Promise<void> {
  const isFile = await stat(file).then(
    (found) => found.isFile(),
    (error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    },
  );
  if (isFile === null) return;
  // Reading a pipe would never end.
  if (isFile && (await readFile(file, 'utf8')).slice(0, 500).includes(MARK)) return;
  throw new ForeignFileError(
    `${file} is there and is not the exporter's: choose another folder, or move it away`,
  );
}

/** Replaces the file in one step. Every user can read it, since Locust may run as another one. */
async function writeReadable(file: string, text: string): Promise<void> {
  const parent = path.dirname(file);
  await makeFolder(parent);
  const unfinished = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(unfinished, text);
    await chmod(unfinished, 0o644);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Not by `recursive`, with which Node.js loops without end where no folder can be made, such as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  const make = async () => {
    await mkdir(folder);
    await chmod(folder, 0o755);
  };
  try {
    await make();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isThere = code === 'EEXIST' && (await stat(folder)).isDirectory();
    if (isThere) return;
    if (code !== 'ENOENT' || path.dirname(folder) === folder) throw error;
    await makeFolder(path.dirname(folder));
    await make();
  }
}

function describe(folder: string, error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return `cannot write to ${folder}: ${REASONS[code] ?? message}; name a folder that can be written to`;
}
