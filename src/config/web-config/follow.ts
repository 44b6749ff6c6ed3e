import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { readWebConfig, stampOf, type WebConfigFile } from './read.ts';

/**
 * @returns what the files say at the moment of the call. What is broken in them, or needs a
 * new start, is logged once, and what they said before goes on to hold.
 */
export function followWebConfig(started: WebConfigFile, logger: Logger): () => WebConfigFile {
  const file = started.path;
  let current = started;
  let { stamps } = started;

  return () => {
    if ([...stamps].every(([path, stamp]) => stampOf(path) === stamp)) return current;
    const seen = new Map<string, string>();
    stamps = seen;
    try {
      const latest = readWebConfig(file, seen);
      if (isDeepStrictEqual(meaningAtStart(latest), meaningAtStart(current))) {
        current = latest;
        logger.info({ file }, 'WEB_CONFIG_FILE changed and was read again');
      } else {
        logger.warn(
          { file },
          'WEB_CONFIG_FILE changed in what needs a new start; the old one holds',
        );
      }
    } catch (error) {
      const { message: reason } = error as Error;
      logger.warn({ file, reason }, 'WEB_CONFIG_FILE changed and is broken; the old one holds');
    }
    return current;
  };
}

/**
 * What does not change while the server runs: whether it speaks TLS and whom it asks for what,
 * and whether there are users, so that a file that is just being written does not open the port.
 */
function meaningAtStart({ tls, users }: WebConfigFile): unknown {
  return [tls?.clientCertificate, users.size > 0];
}
