import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { readWebConfig, stampOf, type WebConfigFile } from './read.ts';

/**
 * @returns what the files contain at the moment of the call. A broken file, or a change that needs
 * a restart, is logged once, and the earlier configuration stays in use.
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
          'WEB_CONFIG_FILE has a change that needs a restart; the old configuration stays in use',
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
 * The parts that cannot change while the server runs: whether it speaks TLS, what it requires,
 * and whether there are users, so that a file that is just being written does not open the port.
 */
function meaningAtStart({ tls, users }: WebConfigFile): unknown {
  return [tls?.clientCertificate, users.size > 0];
}
