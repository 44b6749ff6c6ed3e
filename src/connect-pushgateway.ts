import type { Logger } from 'pino';
import type { Settings } from './config/settings.ts';
import type { SelfMetrics } from './metrics/self.ts';
import { createPusher, type Exposition, type Pusher } from './push/pusher.ts';

/** A pusher to a Pushgateway, by the settings. */
export function connectPushgateway(
  url: URL,
  settings: Settings,
  self: SelfMetrics,
  logger: Logger,
  exposition: () => Promise<Exposition>,
): Pusher {
  return createPusher({
    url,
    job: settings.PUSHGATEWAY_JOB,
    groupings: settings.PUSHGATEWAY_GROUPING,
    intervalMs: settings.PUSHGATEWAY_INTERVAL,
    auth: {
      username: settings.PUSHGATEWAY_USERNAME,
      password: settings.PUSHGATEWAY_PASSWORD_FILE?.secret ?? settings.PUSHGATEWAY_PASSWORD,
    },
    deleteAtEnd: settings.PUSHGATEWAY_DELETE_AT_EXIT,
    exposition,
    onResult: (result) => {
      self.pushDone(result);
    },
    logger,
  });
}
