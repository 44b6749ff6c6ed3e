import type { Logger } from 'pino';
import type { LocustClient } from '../locust/client/client.ts';
import { LocustError, toLocustError } from '../locust/errors.ts';
import { CompanionFormatError, type CompanionRead } from '../locust/report/parse-companion.ts';
import { createCompanionReader } from '../locust/report/read-companion.ts';
import { readReport } from '../locust/report/read-report.ts';

/** Whether reports come from the companion: where it is there, always or never. */
export type CompanionMode = 'auto' | 'on' | 'off';

/** The report of the companion, or the response of `/stats/requests`. */
export type ReadReport =
  | { readonly from: 'companion'; readonly read: CompanionRead }
  | { readonly from: 'web-api'; readonly response: Buffer };

/** Where the reports of one Locust come from. Reads must not overlap. */
export interface ReportSource {
  /**
   * @param isDue whether something happened after which a companion may be there. It is requested at the first
   *   read and then, not at each read.
   * @throws LocustError
   */
  read(signal: AbortSignal, isDue: boolean): Promise<ReadReport>;
  /** Whether the companion was there at its last request, even if it has failed since. */
  hasCompanion(): boolean;
}

export interface ReportSourceOptions {
  readonly client: LocustClient;
  readonly mode: CompanionMode;
  readonly logger?: Logger;
  /** Called when the companion failed and the report came from `/stats/requests`. */
  readonly onFallback?: (error: LocustError) => void;
}

/** After so many failures in a row the companion counts as absent. */
const MAX_FAILURES = 3;

/** Failures of Locust itself, which `/stats/requests` would have too. */
const OF_LOCUST: ReadonlySet<LocustError['code']> = new Set([
  'connect',
  'timeout',
  'auth_required',
  'internal',
]);

export function createReportSource({
  client,
  mode,
  logger,
  onFallback,
}: ReportSourceOptions): ReportSource {
  const companion = createCompanionReader(client);
  const url = client.displayUrl;
  let presence: 'unknown' | 'there' | 'absent' = 'unknown';
  let failures = 0;

  async function readWebApi(signal: AbortSignal): Promise<ReadReport> {
    return { from: 'web-api', response: await readReport(client, signal) };
  }

  function found(read: CompanionRead): ReadReport {
    if (presence !== 'there') logger?.info({ url }, 'reports come from the companion');
    presence = 'there';
    failures = 0;
    return { from: 'companion', read };
  }

  function missed(): void {
    if (presence === 'there') logger?.info({ url }, 'the companion is gone');
    presence = 'absent';
  }

  /** Reads `/stats/requests` instead. A headless Locust has none: then the first error is the news. */
  async function fallBack(error: LocustError, signal: AbortSignal): Promise<ReadReport> {
    const { code, message } = error;
    const wasThere = presence === 'there';
    failures += 1;
    if (wasThere && failures === 1) {
      logger?.warn({ url, code, reason: message }, 'the companion fails, reading /stats/requests');
    }
    const report = await readWebApi(signal).catch((other: unknown) => {
      throw wasThere ? error : other;
    });
    if (wasThere) onFallback?.(error);
    else if (error instanceof CompanionFormatError)
      logger?.warn({ url, reason: message }, 'cannot use the companion');
    else logger?.debug({ url, code, reason: message }, 'found no companion');
    if (!wasThere || failures >= MAX_FAILURES) presence = 'absent';
    return report;
  }

  return {
    hasCompanion: () => presence === 'there',
    async read(signal, isDue) {
      const isAsked = mode === 'on' || presence !== 'absent' || isDue;
      if (mode === 'off' || !isAsked) return readWebApi(signal);
      let read: CompanionRead | null;
      try {
        read = await companion.read(signal);
      } catch (thrown) {
        const error = toLocustError(thrown);
        if (mode === 'on' || OF_LOCUST.has(error.code) || signal.aborted) throw error;
        return fallBack(error, signal);
      }
      if (read !== null) return found(read);
      missed();
      if (mode === 'on') throw isMissing(url);
      return readWebApi(signal);
    },
  };
}

function isMissing(url: string): LocustError {
  return new LocustError(
    'http_status',
    `Locust at ${url} has no companion, and COMPANION=on demands it: start Locust with ` +
      '-f locustfile.py,locust_exporter_companion.py (locust-exporter companion DIR writes the ' +
      'file), or set COMPANION=auto',
    { status: 404 },
  );
}
