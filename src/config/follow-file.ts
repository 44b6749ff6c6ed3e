import type { Logger } from 'pino';
import { stampOf } from './files.ts';

/** What stood in a file, and in those that it names. */
export interface FollowedFile {
  readonly path: string;
  /** As of stampOf, by path, from before the files were read. */
  readonly stamps: ReadonlyMap<string, string>;
}

export interface FollowOptions<File extends FollowedFile> {
  /** The setting that names the file. */
  readonly setting: string;
  /** @param stamps filled even where this throws. */
  readonly read: (path: string, stamps: Map<string, string>) => File;
  /** Whether what was read can take the place of what holds now, without a new start. */
  readonly canReplace?: (latest: File, current: File) => boolean;
  readonly logger: Logger;
}

/**
 * @returns what the files say at the moment of the call. What is broken in them, or needs a
 * new start, is logged once, and what they said before goes on to hold.
 */
export function followFile<File extends FollowedFile>(
  started: File,
  { setting, read, canReplace = () => true, logger }: FollowOptions<File>,
): () => File {
  const file = started.path;
  let current = started;
  let { stamps } = started;

  return () => {
    if ([...stamps].every(([path, stamp]) => stampOf(path) === stamp)) return current;
    const seen = new Map<string, string>();
    stamps = seen;
    try {
      const latest = read(file, seen);
      if (canReplace(latest, current)) {
        current = latest;
        logger.info({ file }, `${setting} changed and was read again`);
      } else {
        logger.warn({ file }, `${setting} changed in what needs a new start; the old one holds`);
      }
    } catch (error) {
      const { message: reason } = error as Error;
      logger.warn({ file, reason }, `${setting} changed and is broken; the old one holds`);
    }
    return current;
  };
}
