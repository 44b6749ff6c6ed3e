import { endRates } from '../locust/history.ts';
import type { Reader } from './reader.ts';
import type { Clock, Outcome } from './outcome.ts';

export interface FinalScrapeOptions {
  readonly reader: Pick<Reader, 'lastGood' | 'goneSinceMs'>;
  readonly clock: Clock;
  /** How long the final numbers wait for a scrape; 0 for not at all. */
  readonly lingerMs: number;
  /** How long Locust has to be out of reach to be gone for good: a restart takes a while. */
  readonly staleAfterMs: number;
}

/** Keeps the final numbers of a run for one more scrape when Locust or this program ends. */
export interface FinalScrape {
  /** The outcome that a scraper gets, given the current one. */
  present(outcome: Outcome): Outcome;
  /** The final numbers; null where Locust was never read. */
  final(): Outcome | null;
  /** Must be called with each outcome that a scraper received. */
  sent(outcome: Outcome): void;
  /** Waits for a last scrape. @returns whether the final numbers were scraped before their time was over */
  linger(): Promise<boolean>;
}

export function createFinalScrape({
  reader,
  clock,
  lingerMs,
  staleAfterMs,
}: FinalScrapeOptions): FinalScrape {
  let kept: { readonly of: Outcome; readonly final: Outcome } | null = null;
  let scraped: Outcome | null = null;
  let onScraped: (() => void) | undefined;

  function final(): Outcome | null {
    const good = reader.lastGood();
    if (good === null) return null;
    if (kept?.of !== good) kept = { of: good, final: finalOf(good, clock.unixMs()) };
    return kept.final;
  }

  function isWaiting(last: Outcome): boolean {
    const sinceMs = reader.goneSinceMs();
    if (sinceMs === null || scraped === last) return false;
    const goneForMs = clock.monotonicMs() - sinceMs - staleAfterMs;
    return goneForMs >= 0 && goneForMs <= lingerMs;
  }

  return {
    final,
    present(outcome) {
      if (outcome.problem === null || lingerMs === 0) return outcome;
      const last = final();
      return last !== null && isWaiting(last) ? { ...last, problem: outcome.problem } : outcome;
    },
    sent(outcome) {
      if (kept?.final.report !== outcome.report) return;
      scraped = kept.final;
      onScraped?.();
    },
    async linger() {
      const last = final();
      if (lingerMs === 0 || last === null || scraped === last) return true;
      return new Promise((resolve) => {
        // A second signal must not find this still waiting.
        const timer = setTimeout(resolve, lingerMs, false).unref();
        onScraped = () => {
          clearTimeout(timer);
          resolve(true);
        };
      });
    },
  };
}

/** Keeps counters and quantiles. Users and workers are gone, and rates are 0. */
function finalOf(good: Outcome, sinceMs: number): Outcome {
  const { report } = good;
  const snapshot = report.snapshot && {
    ...endRates(report.snapshot),
    users: null,
    workers: null,
    companion: report.snapshot.companion && {
      ...report.snapshot.companion,
      ...{ targetUsers: null, spawnRate: null, userClassUsers: new Map<string, number>() },
    },
  };
  const message = 'Locust is read no more; these are the last numbers';
  return {
    ...good,
    report: { ...report, snapshot, isFinal: true },
    problem: { code: 'connect', message, sinceMs },
  };
}
