import type { Logger } from 'pino';
import type { LocustClient } from '../locust/client/client.ts';
import { readInfo } from '../locust/report/read-report.ts';
import type { LocustInfo } from '../locust/snapshot.ts';
import { cutInfo } from '../locust/text.ts';

/** What the index page of one Locust contains. The page costs Locust a lot, so it is read seldom. */
export interface IndexInfo {
  /** null before the first success. */
  current(): LocustInfo | null;
  /**
   * Reads the page if it is due.
   *
   * @param isDue whether something happened that may have changed it; it stays due until it is read.
   * @param atOnce whether a failure a moment ago is no reason to wait.
   * @returns whether the page was tried.
   */
  refresh(due: {
    readonly isDue: boolean;
    readonly atOnce: boolean;
    readonly nowMs: number;
    readonly signal: AbortSignal;
  }): Promise<boolean>;
}

/** How long a page that could not be read is left alone. */
const RETRY_MS = 10_000;

/** The page must not take the time of the scrape that it is read in. */
const TIMEOUT_MS = 1000;

export function createIndexInfo(
  client: LocustClient,
  logger: Logger,
  maxLabelLength: number,
): IndexInfo {
  let info: LocustInfo | null = null;
  let isStale = true;
  let triedMs = -Infinity;

  async function read(signal: AbortSignal): Promise<LocustInfo | null> {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
      return cutInfo(await readInfo(client, limit), maxLabelLength);
    } catch (error) {
      logger.debug({ err: error }, 'could not read the index page of Locust');
      return null;
    }
  }

  return {
    current: () => info,
    async refresh({ isDue, atOnce, nowMs, signal }) {
      isStale ||= isDue;
      if (atOnce) triedMs = -Infinity;
      if (!isStale || nowMs - triedMs < RETRY_MS) return false;
      triedMs = nowMs;
      const fresh = await read(signal);
      isStale = fresh === null;
      info = fresh ?? info;
      return true;
    },
  };
}
