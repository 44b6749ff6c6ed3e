import { readTextFile } from './read-text-file.ts';

export interface WebConfigFile {
  readonly path: string;
}

export function readWebConfig(path: string): WebConfigFile {
  void readTextFile(path);
  return { path };
}
