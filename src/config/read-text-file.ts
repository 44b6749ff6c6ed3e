import { readFileSync } from 'node:fs';

/** What is wrong in a file, as opposed to the setting that names it. */
export class FileContentError extends Error {
  override readonly name = 'FileContentError';
  /** Each a sentence that shows nothing secret. */
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.problems = problems;
  }
}

const READ_PROBLEMS: Readonly<Record<string, string>> = {
  ENOENT: 'there is none',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
  ENAMETOOLONG: 'its name is too long',
};

/** @throws Error that says why the file cannot be read. */
export function readTextFile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code = 'unknown' } = error as NodeJS.ErrnoException;
    const reason = READ_PROBLEMS[code] ?? code;
    throw new Error(`expected a file that can be read (${reason})`, { cause: error });
  }
}
