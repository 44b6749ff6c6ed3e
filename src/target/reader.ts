import { withLastKnown } from '../locust/rows/known-rows.ts';
import type { Logger } from 'pino';
import type { LocustClient } from '../locust/client/client.ts';
import { cutInfo } from '../locust/text.ts';
import { toLocustError, type LocustError } from '../locust/errors.ts';
import { settleRates, trackStandstill, type Standstill } from '../locust/history.ts';
import {
  createReportParser,
  readInfo,
  readReport,
  versionOf,
} from '../locust/report/read-report.ts';
import type { LocustInfo, Snapshot } from '../locust/snapshot.ts';
import { replaceSnapshot, trackRun, type RunTrack } from '../locust/history.ts';
import { keepMonotonic } from '../locust/history.ts';
import { createRowShaper, type RowRules } from '../locust/rows/rewrite.ts';
import type { Report } from '../metrics/samples.ts';
import type { SelfMetrics } from '../metrics/self.ts';

/** What one read of Locust came to. */
export interface Outcome {
  readonly report: Report;
  /** null when all is well. */
  readonly problem: Problem | null;
  /** Of the clock that never jumps, at the end of the read. */
  readonly atMs: number;
}

export interface Problem {
  readonly code: LocustError['code'];
  readonly message: string;
  /** Unix time in ms at which Locust went down. */
  readonly sinceMs: number;
}

export interface Clock {
  /** Milliseconds of a clock that never jumps. */
  monotonicMs(): number;
  unixMs(): number;
}

export interface ReaderOptions {
  readonly client: LocustClient;
  readonly self: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly rowRules: RowRules;
}

/**
 * Reads Locust, remembers what a report alone does not tell, and judges whether Locust is
 * up. The one place that catches what goes wrong with a read.
 *
 * Reads must not overlap.
 */
export interface Reader {
  /** @param timeoutMs for all of it. Never rejects. */
  read(timeoutMs: number): Promise<Outcome>;
  /** What to answer when there was no time for a read. */
  down(error: LocustError): Outcome;
  /** The last one without a problem; null before the first. */
  lastGood(): Outcome | null;
  /**
   * Of the clock that never jumps: when Locust, once seen, began to be out of reach
   * altogether; null while it is not.
   */
  goneSinceMs(): number | null;
  /** From now on nothing that happens to a read is news. */
  retire(): void;
}

/** How long a missing index page is left alone before it is asked for again. */
const INFO_RETRY_MS = 10_000;

/** The index page must not take the time of the scrape that it is read in. */
const INFO_TIMEOUT_MS = 1000;

export function createReader({ client, self, logger, clock, rowRules }: ReaderOptions): Reader {
  const parse = createReportParser();
  const shapeRows = createRowShaper(rowRules);
  let run: RunTrack | null = null;
  let current: Snapshot | null = null;
  /** What is known of the sums that `current` has or lacks. */
  let knownSums: Snapshot | null = null;
  let standstill: Standstill | null = null;
  let info: LocustInfo | null = null;
  let infoWanted = true;
  let infoTriedMs = -Infinity;
  let problem: Problem | null = null;
  let lastGood: Outcome | null = null;
  let goneSinceMs: number | null = null;
  let retired = false;

  async function attempt(signal: AbortSignal): Promise<Report> {
    const response = await readReport(client, signal);
    let snapshot = await parse(response, versionOf(info), info?.currentPercentiles, signal);
    const nowMs = clock.monotonicMs();
    const earlier = run;
    run = trackRun(earlier, snapshot, clock.unixMs() / 1000);
    if (run.began) infoTriedMs = -Infinity;
    infoWanted ||= run.began || problem !== null;
    if (infoWanted && nowMs - infoTriedMs >= INFO_RETRY_MS) {
      infoTriedMs = nowMs;
      const fresh = await tryInfo(signal);
      infoWanted = fresh === null;
      info = fresh ?? info;
      // The same snapshot comes back where the page told nothing new.
      snapshot = await parse(response, versionOf(info), info?.currentPercentiles, signal);
      run = replaceSnapshot(run, snapshot, earlier);
    }
    standstill = trackStandstill(standstill, run.known, nowMs);
    if (current === null || snapshot !== earlier?.snapshot) {
      const knownBefore = run.began ? null : knownSums;
      current = keepMonotonic(knownBefore, shapeRows(snapshot, run.began));
      knownSums = withLastKnown(knownBefore, current);
      logIgnoredValues(snapshot);
    }
    return sameOr(lastGood?.report, {
      snapshot: settleRates(current, standstill, nowMs),
      info,
      runStartSeconds: run.startSeconds,
    });
  }

  async function tryInfo(signal: AbortSignal): Promise<LocustInfo | null> {
    try {
      const limit = AbortSignal.any([signal, AbortSignal.timeout(INFO_TIMEOUT_MS)]);
      return cutInfo(await readInfo(client, limit), rowRules.maxLabelLength);
    } catch (error) {
      logger.debug({ err: error }, 'could not read the index page of Locust');
      return null;
    }
  }

  function logIgnoredValues({ ignored: { counts, first } }: Snapshot): void {
    if (first === null) return;
    const fields = { url: client.displayUrl, first, ignored: counts };
    logger.debug(fields, 'left values out of the report of Locust');
  }

  function markUp(): void {
    goneSinceMs = null;
    const isNews = problem !== null || lastGood === null;
    const version = info?.version ?? undefined;
    if (isNews && !retired) {
      logger.info({ url: client.displayUrl, version, was: problem?.code }, 'Locust is up');
    }
    problem = null;
  }

  function markDown(error: LocustError): Problem {
    const { code, message } = error;
    if (retired) return { code, message, sinceMs: clock.unixMs() };
    self.readFailed(code);
    // A Locust that answers late or badly is there.
    if (code !== 'connect' || lastGood === null) goneSinceMs = null;
    else goneSinceMs ??= clock.monotonicMs();
    const fields = { url: client.displayUrl, code, reason: message };
    if (problem?.code === code) {
      logger.debug(fields, 'Locust is still down');
    } else {
      // What is unforeseen is a fault of ours, and wants its stack.
      logger.warn(code === 'internal' ? { ...fields, err: error } : fields, 'Locust is down');
    }
    problem = { code, message, sinceMs: problem?.sinceMs ?? clock.unixMs() };
    return problem;
  }

  function outcome(report: Report, reason: Problem | null): Outcome {
    return { report, problem: reason, atMs: clock.monotonicMs() };
  }

  const nothing: Report = { snapshot: null, info: null, runStartSeconds: null };

  return {
    async read(timeoutMs) {
      const startMs = clock.monotonicMs();
      try {
        const report = await attempt(AbortSignal.timeout(Math.ceil(timeoutMs)));
        markUp();
        if (report.snapshot !== null) self.readSucceeded(clock.unixMs() / 1000, report.snapshot);
        lastGood = outcome(report, null);
        return lastGood;
      } catch (error) {
        return outcome(nothing, markDown(toLocustError(error)));
      } finally {
        self.readDone((clock.monotonicMs() - startMs) / 1000);
      }
    },
    down(error) {
      self.readFailed(error.code);
      const { code, message } = error;
      return outcome(nothing, { code, message, sinceMs: problem?.sinceMs ?? clock.unixMs() });
    },
    lastGood: () => lastGood,
    goneSinceMs: () => goneSinceMs,
    retire() {
      retired = true;
    },
  };
}

/** The earlier report, which may have been rendered already, if the current one tells nothing else. */
function sameOr(earlier: Report | undefined, current: Report): Report {
  const isSame =
    earlier?.snapshot === current.snapshot &&
    earlier.info === current.info &&
    earlier.runStartSeconds === current.runStartSeconds;
  return isSame ? earlier : current;
}
