import { isDeepStrictEqual } from 'node:util';
import type { Logger } from 'pino';
import { followFile } from '../follow-file.ts';
import { readWebConfig, type WebConfigFile } from './read.ts';

/** As of followFile, for WEB_CONFIG_FILE. */
export function followWebConfig(started: WebConfigFile, logger: Logger): () => WebConfigFile {
  return followFile(started, {
    setting: 'WEB_CONFIG_FILE',
    read: readWebConfig,
    canReplace: (latest, current) =>
      isDeepStrictEqual(meaningAtStart(latest), meaningAtStart(current)),
    logger,
  });
}

/**
 * The parts that cannot change while the server runs: whether it speaks TLS, what it requires,
 * and whether there are users, so that a file that is just being written does not open the port.
 */
function meaningAtStart({ tls, users }: WebConfigFile): unknown {
  return [tls?.clientCertificate, users.size > 0];
}
