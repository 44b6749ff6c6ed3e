import type { Logger } from 'pino';
import type { LocustClient } from '../locust/client/client.ts';
import type { RowRules } from '../locust/rows/rewrite.ts';
import type { HistogramSettings } from '../metrics/histograms.ts';
import type { MetricSpec } from '../metrics/samples.ts';
import type { SelfMetrics } from '../metrics/self.ts';
import type { Collector } from './collector.ts';
import { createFinalScrape } from './final-scrape.ts';
import { watchForGone } from './gone.ts';
import { createLoopCollector } from './loop.ts';
import { createOnDemandCollector } from './on-demand.ts';
import { createReader } from './reader.ts';
import { createRecentRequests, type RecentPercentiles } from './recent-requests.ts';
import type { CompanionMode } from './report-source.ts';
import { type Clock, type Outcome } from './outcome.ts';
import { createRenderer, type Encoding } from './render.ts';

/** How one Locust is read, and what is said about it. Times are in milliseconds. */
export interface TargetSettings {
  readonly rowRules: RowRules;
  readonly companion: CompanionMode;
  readonly uncutRows: 'auto' | 'off';
  readonly catalog: readonly MetricSpec[];
  /** Of the names of the metrics, without the underscore after it. */
  readonly prefix: string;
  readonly histograms: HistogramSettings;
  readonly scrapeMode: 'on-demand' | 'loop';
  readonly cacheTtlMs: number;
  readonly pollIntervalMs: number;
  readonly staleAfterMs: number;
  readonly locustTimeoutMs: number;
  readonly lingerMs: number;
  /** null for a target that may stay out of reach. */
  readonly exitAfterGoneMs: number | null;
}

export interface TargetDependencies {
  readonly client: LocustClient;
  readonly self: SelfMetrics;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface ScrapeOptions extends Encoding {
  /** How long the scraper waits. */
  readonly timeoutMs: number;
  /** The scraper's connection, by which it is known when it comes again. */
  readonly scraper: object;
}

/** One Locust: its client, its history, its caches and its final scrape. Several do not share anything. */
export interface Target {
  /** The URL without credentials. */
  readonly displayUrl: string;
  /** Settles when Locust was there and has been out of reach for `exitAfterGoneMs`. */
  readonly gone: Promise<unknown>;
  start(): void;
  /** `onSent` has to be called when the scraper received all of the body. */
  scrape(options: ScrapeOptions): Promise<{ readonly body: Buffer; readonly onSent: () => void }>;
  /** What a scrape would show now. */
  outcome(): Promise<Outcome>;
  /** Of the last outcome; null without the companion, and in the beginning. */
  recentPercentiles(): RecentPercentiles | null;
  /** What the last scrape showed; null before the first. */
  latest(): Outcome | null;
  /** What is to be pushed, as text; `isWhole` is whether it contains metrics about Locust. */
  exposition(): Promise<{ readonly text: string; readonly isWhole: boolean }>;
  /**
   * Ends reading. Failures are not logged any more.
   *
   * @param lastReadMs how long Locust gets for a last read; 0 for none.
   */
  retire(lastReadMs: number): Promise<void>;
  /** After `retire`. @returns whether the final numbers were scraped before their time was over */
  linger(): Promise<boolean>;
  close(): Promise<void>;
}

export function createTarget(
  settings: TargetSettings,
  { client, self, logger, clock }: TargetDependencies,
): Target {
  const { lingerMs, staleAfterMs, locustTimeoutMs } = settings;
  const { rowRules, companion, uncutRows } = settings;
  const reader = createReader({ client, self, logger, clock, rowRules, companion, uncutRows });
  const render = createRenderer(settings.catalog, settings.prefix, self, settings.histograms);
  const collector = createCollector();
  const recent = createRecentRequests();
  const finalScrape = createFinalScrape({ reader, clock, lingerMs, staleAfterMs });
  const gone = Promise.withResolvers<null>();
  let watch: { stop(): void } | null = null;
  let isRetired = false;
  let latest: Outcome | null = null;

  function createCollector(): Collector {
    const common = { reader, clock, locustTimeoutMs };
    switch (settings.scrapeMode) {
      case 'on-demand':
        return createOnDemandCollector({ ...common, cacheTtlMs: settings.cacheTtlMs });
      case 'loop':
        return createLoopCollector({
          ...common,
          pollIntervalMs: settings.pollIntervalMs,
          staleAfterMs,
        });
      default:
        return settings.scrapeMode satisfies never;
    }
  }

  /** What is known of Locust now, or was at the end. */
  async function read(timeoutMs: number, scraper?: object): Promise<Outcome> {
    const final = isRetired ? finalScrape.final() : null;
    const outcome = final ?? (await collector.current(timeoutMs, scraper));
    const { snapshot } = outcome.report;
    if (snapshot !== null) recent.add(snapshot, outcome.atMs);
    return outcome;
  }

  async function present(timeoutMs: number, scraper?: object): Promise<Outcome> {
    return finalScrape.present(await read(timeoutMs, scraper));
  }

  return {
    displayUrl: client.displayUrl,
    gone: gone.promise,
    start() {
      collector.start();
      const afterMs = settings.exitAfterGoneMs;
      if (afterMs === null) return;
      watch = watchForGone({ collector, reader, clock, afterMs }, () => {
        gone.resolve(null);
      });
    },
    async scrape({ format, gzip, timeoutMs, scraper }) {
      const outcome = await present(timeoutMs, scraper);
      latest = outcome;
      const onSent = () => {
        finalScrape.sent(outcome);
      };
      return { body: await render(outcome, { format, gzip }), onSent };
    },
    outcome: () => present(Infinity),
    recentPercentiles: () => recent.percentiles(),
    latest: () => latest,
    async exposition() {
      const now = await read(locustTimeoutMs);
      const outcome = reader.goneSinceMs() === null ? now : (finalScrape.final() ?? now);
      const body = await render(outcome, { format: 'text', gzip: false });
      return { text: body.toString(), isWhole: outcome.report.snapshot !== null };
    },
    async retire(lastReadMs) {
      watch?.stop();
      reader.retire();
      if (lastReadMs > 0) await collector.current(lastReadMs);
      isRetired = true;
      collector.stop();
    },
    linger: () => finalScrape.linger(),
    close: () => client.close(),
  };
}
