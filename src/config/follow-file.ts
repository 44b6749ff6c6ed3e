import type { Logger } from 'pino';
import { stampOf } from './files.ts';

/** The content of a file, and of the files that it names. */
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
  /** Whether the new content can be used without a restart. */
  readonly canReplace?: (latest: File, current: File) => boolean;
  readonly logger: Logger;
}

/**
 * @returns what the files contain at the moment of the call. A broken file, or a change that needs
 * a restart, is logged once, and the earlier configuration stays in use.
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
        logger.warn(
          { file },
          `${setting} has a change that needs a restart; the old configuration stays in use`,
        );
      }
    } catch (error) {
      const { message: reason } = error as Error;
      logger.warn({ file, reason }, `${setting} changed and is broken; the old one holds`);
    }
    return current;
  };
}
