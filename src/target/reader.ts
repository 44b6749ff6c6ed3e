import type { Logger } from 'pino';
import { runYielding } from '../async/run-yielding.ts';
import type { LocustClient } from '../locust/client/client.ts';
import { toLocustError, type LocustError } from '../locust/errors.ts';
import { createReportParser, versionOf } from '../locust/report/read-report.ts';
import type { RowRules } from '../locust/rows/rewrite.ts';
import type { LocustInfo, Snapshot } from '../locust/snapshot.ts';
import { cutInfo } from '../locust/text.ts';
import type { Report } from '../metrics/samples.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import { createAvailability } from './availability.ts';
import { createIndexInfo } from './index-info.ts';
import type { Clock, Outcome, Problem } from './outcome.ts';
import { createReportSource, type CompanionMode } from './report-source.ts';
import { createRunHistory } from './run-history.ts';
import { createUncutRows } from './uncut-rows.ts';

export interface ReaderOptions {
  readonly client: LocustClient;
  readonly self: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly rowRules: RowRules;
  readonly companion: CompanionMode;
  /** Whether rows that Locust cuts off are read as CSV. */
  readonly uncutRows: 'auto' | 'off';
}

/**
 * Reads Locust: response, snapshot, history, outcome. The one place that catches what goes wrong
 * with a read.
 *
 * Reads must not overlap.
 */
export interface Reader {
  /** @param timeoutMs for all of it. Never rejects. */
  read(timeoutMs: number): Promise<Outcome>;
  /** The outcome when there was no time for a read. */
  down(error: LocustError): Outcome;
  /** The last one without a problem; null before the first. */
  lastGood(): Outcome | null;
  /** As of Availability. */
  goneSinceMs(): number | null;
  /** From now on failures are neither logged nor counted. */
  retire(): void;
}

const NOTHING: Report = { snapshot: null, info: null, runStartSeconds: null };

export function createReader(options: ReaderOptions): Reader {
  const { client, self, logger, clock, rowRules } = options;
  const parse = createReportParser();
  const history = createRunHistory(rowRules);
  const indexInfo = createIndexInfo(client, logger, rowRules.maxLabelLength);
  const availability = createAvailability(client.displayUrl, { self, logger, clock });
  const source = createReportSource({
    client,
    mode: options.companion,
    logger,
    onFallback: ({ code }) => {
      self.readFailed(code);
    },
  });
  const uncutRows = options.uncutRows === 'auto' ? createUncutRows(client, clock, logger) : null;
  let lastGood: Outcome | null = null;
  let lastSnapshot: Snapshot | null = null;
  /** From the companion, which makes the index page superfluous. */
  let companionInfo: LocustInfo | null = null;
  /** Whether a run has begun since the last request to the companion. */
  let hasBegun = false;

  async function readOnce(signal: AbortSignal): Promise<Report> {
    const report = await source.read(signal, hasBegun || availability.problem() !== null);
    hasBegun = false;
    const nowMs = clock.monotonicMs();
    if (!source.hasCompanion()) companionInfo = null;
    let snapshot: Snapshot;
    if (report.from === 'companion') {
      ({ snapshot } = report.read);
      companionInfo = sameInfoOr(companionInfo, cutInfo(report.read.info, rowRules.maxLabelLength));
      hasBegun = history.track(snapshot, clock.unixMs() / 1000);
    } else {
      snapshot = await trackResponse(report.response, nowMs, signal);
    }
    if (snapshot !== lastSnapshot) logIgnoredValues(snapshot);
    lastSnapshot = snapshot;
    // Without the signal: what is known of the run must not end half changed.
    const settled = await runYielding(history.settle(nowMs));
    return sameOr(lastGood?.report, { ...settled, info: companionInfo ?? indexInfo.current() });
  }

  async function trackResponse(
    response: Buffer,
    nowMs: number,
    signal: AbortSignal,
  ): Promise<Snapshot> {
    const snapshot = await parseResponse(response, signal);
    hasBegun = history.track(snapshot, clock.unixMs() / 1000);
    if (companionInfo !== null) return snapshot;
    const isDue = hasBegun || availability.problem() !== null;
    if (!(await indexInfo.refresh({ isDue, atOnce: hasBegun, nowMs, signal }))) return snapshot;
    // The snapshot is the same if the page has nothing new.
    const again = await parseResponse(response, signal);
    history.replace(again);
    return again;
  }

  async function parseResponse(response: Buffer, signal: AbortSignal): Promise<Snapshot> {
    const info = companionInfo ?? indexInfo.current();
    const version = versionOf(info);
    const snapshot = await parse(response, version, info?.currentPercentiles, signal);
    // The companion, which has all rows, failed only for this read.
    const isCut = uncutRows === null || companionInfo !== null;
    return isCut ? snapshot : uncutRows.complete(snapshot, version, signal);
  }

  function logIgnoredValues({ ignored: { counts, first } }: Snapshot): void {
    if (first === null) return;
    const fields = { url: client.displayUrl, first, ignored: counts };
    logger.debug(fields, 'left values out of the report of Locust');
  }

  function outcome(report: Report, problem: Problem | null): Outcome {
    return { report, problem, atMs: clock.monotonicMs() };
  }

  return {
    async read(timeoutMs) {
      const startMs = clock.monotonicMs();
      try {
        const report = await readOnce(AbortSignal.timeout(Math.ceil(timeoutMs)));
        availability.markUp(report.info?.version ?? undefined);
        if (report.snapshot !== null) self.readSucceeded(clock.unixMs() / 1000, report.snapshot);
        lastGood = outcome(report, null);
        return lastGood;
      } catch (error) {
        return outcome(NOTHING, availability.markDown(toLocustError(error)));
      } finally {
        self.readDone((clock.monotonicMs() - startMs) / 1000);
      }
    },
    down(error) {
      self.readFailed(error.code);
      const { code, message } = error;
      const sinceMs = availability.problem()?.sinceMs ?? clock.unixMs();
      return outcome(NOTHING, { code, message, sinceMs });
    },
    lastGood: () => lastGood,
    goneSinceMs: () => availability.goneSinceMs(),
    retire() {
      availability.retire();
    },
  };
}

/** The earlier report, which may have been rendered already, if the current one contains the same. */
function sameOr(earlier: Report | undefined, current: Report): Report {
  const isSame =
    earlier?.snapshot === current.snapshot &&
    earlier.info === current.info &&
    earlier.runStartSeconds === current.runStartSeconds;
  return isSame ? earlier : current;
}

function sameInfoOr(earlier: LocustInfo | null, current: LocustInfo): LocustInfo {
  const isSame = earlier?.version === current.version && earlier.host === current.host;
  return isSame ? earlier : current;
}
