import { readTextFile } from './read-text-file.ts';

/** A file whose content is shown to nobody. */
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
