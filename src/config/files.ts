import { readFileSync, statSync } from 'node:fs';

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

/** Changes when the file does, or where a link leads. */
export function stampOf(path: string): string {
  try {
    const { dev, ino, size, ctimeNs } = statSync(path, { bigint: true });
    return [dev, ino, size, ctimeNs].join(' ');
  } catch {
    return '';
  }
}

/** A file whose content is never shown. */
export interface SecretFile {
  readonly path: string;
  /** Without the line break at its end. */
  readonly secret: string;
}

/** @throws Error when the file cannot be read or is empty. */
export function readSecret(path: string): SecretFile {
  const secret = readTextFile(path).replace(/\r?\n$/, '');
  if (secret === '') throw new Error('expected a file that is not empty');
  return { path, secret };
}

export interface HeadersFile {
  readonly path: string;
  /** Values by name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** Headers that the HTTP client sets itself, or that would change the form of a response. */
const OWNED: readonly string[] = [
  'accept-encoding',
  'connection',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
];

/**
 * Reads a file with one `Name: value` a line, and comments that begin with #.
 *
 * @throws Error when the file cannot be read or has a line that is no header. It names the
 * line, and nothing that stands there.
 */
export function readHeaders(path: string): HeadersFile {
  const lineByName = new Map<string, number>();
  const headers = readTextFile(path)
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((text, index) => {
      if (/^[ \t]*(?:#|$)/.test(text)) return [];
      const line = index + 1;
      const [name, value] = parseLine(text, line);
      const first = lineByName.get(name);
      if (first !== undefined) {
        throw new FileContentError([
          `expected each header once, but line ${line} repeats that of line ${first}`,
        ]);
      }
      lineByName.set(name, line);
      return [[name, value] as const];
    });
  return { path, headers: Object.fromEntries(headers) };
}

function parseLine(text: string, line: number): readonly [name: string, value: string] {
  const [, written, value] = /^([!#$%&'*+.^`|~\w-]+):[ \t]*(.*?)[ \t]*$/s.exec(text) ?? [];
  if (written === undefined || value === undefined) {
    throw new FileContentError([`expected "Name: value" in line ${line}`]);
  }
  if (!/^[\t\x20-\x7e]*$/.test(value)) {
    throw new FileContentError([`expected a value of printable ASCII in line ${line}`]);
  }
  const name = written.toLowerCase();
  if (OWNED.includes(name)) {
    throw new FileContentError([
      `expected no header ${name}, which the exporter sets itself, in line ${line}`,
    ]);
  }
  return [name, value];
}
