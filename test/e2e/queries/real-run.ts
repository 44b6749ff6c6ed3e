import { setTimeout as sleep } from 'node:timers/promises';

import type { SeriesValues } from '../../helpers/expected-series.ts';
import { labelsOf, type Moment } from '../../helpers/figure-terms.ts';
import { recordAnswers, scrapesOf, type Scrape } from '../../helpers/locust-history.ts';
import type { RawReport } from '../../helpers/raw-report.ts';
import { SCRAPE_INTERVAL, type RealStack } from '../../helpers/real-stack.ts';
import { waitUntil } from '../../helpers/wait-until.ts';
import { ALERTS } from './rule-expectations.ts';

/** Of shop-locustfile.py in trouble. */
const ENDPOINTS = 9;
const ERRORS = 8;
/**
 * As rate() takes it that a counter began at 0 and has risen evenly, it gives less than what was
 * counted while there is little yet.
 */
const OFTEN = 6;
/** Seconds of steady load before a worker goes: the window of a panel, and what comes before. */
const WITH_ALL_WORKERS = 20 + 2 * SCRAPE_INTERVAL;
/** And altogether: the window of a rule, likewise, and until the rule is evaluated. */
const STEADY = 60 + 2 * SCRAPE_INTERVAL + 16;

const ALERTS_TO_FIRE = Object.entries(ALERTS).flatMap(([name, expected]) =>
  'fires' in expected ? [name] : [],
);

/** Unix times in seconds. */
export interface Times {
  /** The first scrape has been made, and Locust is ready. */
  ready: number;
  spawning: number;
  /** Every endpoint has been seen, and every error often. */
  steady: number;
  workerLost: number;
  /** All alerts fire that are to; the first run is being stopped. */
  stopping: number;
  atRest: number;
  secondRun: number;
  secondAtRest: number;
  locustGone: number;
  /** Nothing is left but Prometheus. */
  end: number;
}

export interface RealRun {
  readonly stack: RealStack;
  readonly times: Times;
  readonly scrapes: readonly Scrape[];
  /** At the end of the second run. */
  readonly lastReport: RawReport;
  /**
   * Every consistent reading of what Locust had said when Prometheus was asked at that time;
   * of all series, or of those alone that are looked at.
   */
  momentsAt(time: number, isLookedAt?: (labels: Record<string, string>) => boolean): Moment[];
}

interface Alert {
  labels: Record<string, string>;
  state: string;
}

/**
 * Two runs: the first fails and is slow from its start, and loses one of its three workers; the
 * second is short. Then Locust ends, and then the exporter does.
 */
export async function conductRun(stack: RealStack): Promise<RealRun> {
  const { locust, exporter, prometheus } = stack;
  const recorder = recordAnswers(locust);
  const times: Partial<Times> = {};
  const mark = (name: keyof Times) => (times[name] = Date.now() / 1000);
  const wait = (what: string, ask: (report: RawReport) => boolean, timeoutMs = 60_000) =>
    waitUntil(what, async () => ask(await locust.report()), { timeoutMs });
  const value = async (expr: string) => (await prometheus.query(expr))[0]?.value;
  const scraped = (expr: string, wanted: number, timeoutMs = 30_000) =>
    waitUntil(`${expr} is ${wanted}`, async () => (await value(expr)) === wanted, { timeoutMs });

  try {
    await scraped('locust_state{state="ready"}', 1);
    mark('ready');
    await locust.swarm(24, 3);
    await wait('it spawns', ({ state }) => state === 'spawning');
    mark('spawning');
    await wait('all is seen often', ({ stats, errors }) => {
      const often = errors.filter((row) => Number(row['occurrences']) >= OFTEN);
      return stats.length > ENDPOINTS && often.length === ERRORS;
    });
    mark('steady');
    await waitUntil(
      'steady load has been scraped for long enough',
      async () =>
        (await value('timestamp(locust_aggregated_requests_total)'))! >=
        times.steady! + WITH_ALL_WORKERS,
      { timeoutMs: 90_000 },
    );
    mark('workerLost');
    locust.workers[2]!.kill('SIGKILL');
    await waitUntil(
      'the alerts fire',
      async () => {
        const { alerts } = (await prometheus.api('/api/v1/alerts')) as { alerts: Alert[] };
        const firing = alerts.filter(({ state }) => state === 'firing');
        const names = new Set(firing.map(({ labels }) => labels['alertname']));
        return ALERTS_TO_FIRE.every((name) => names.has(name));
      },
      { timeoutMs: 120_000, everyMs: 500 },
    );
    await sleep(Math.max(0, times.steady! + STEADY - Date.now() / 1000) * 1000);
    mark('stopping');
    await locust.endRun();
    await locust.atRest();
    await scraped('locust_state{state="stopped"}', 1);
    await sleep(SCRAPE_INTERVAL * 1000);
    mark('atRest');
    await locust.swarm(10, 5);
    mark('secondRun');
    await sleep(20_000);
    await locust.endRun();
    await locust.atRest();
    await scraped('locust_state{state="stopped"}', 1);
    await sleep(SCRAPE_INTERVAL * 1000);
    mark('secondAtRest');
    await recorder.stop();
    mark('locustGone');
    await locust.stop();
    await scraped('locust_up', 0);
    await exporter.stop();
    await scraped('up{job="locust"}', 0);
    mark('end');
  } finally {
    await recorder.stop();
  }
  const scrapes = await scrapesOf(prometheus, locust.version, recorder.answers);
  return {
    stack,
    times: times as Times,
    scrapes,
    lastReport: recorder.answers.at(-1)!.report,
    momentsAt: (time, isLookedAt) => momentsAt(scrapes, time, isLookedAt),
  };
}

const everySeries = () => true;

function momentsAt(
  scrapes: readonly Scrape[],
  time: number,
  isLookedAt: (labels: Record<string, string>) => boolean = everySeries,
): Moment[] {
  const before = scrapes.filter((scrape) => scrape.time <= time);
  const last = before.at(-1);
  if (last === undefined || time - last.time > 1.5 * SCRAPE_INTERVAL) {
    throw new Error(`nothing was scraped right before ${time}`);
  }
  const of = (figures: SeriesValues): SeriesValues =>
    new Map([...figures].filter(([series]) => isLookedAt(labelsOf(series))));
  const window = (seconds: number) => {
    const first = before.find((scrape) => scrape.time > time - seconds)!;
    const [from, to] = [of(first.figures[0]!), of(last.figures[0]!)];
    return { from, to, seconds: last.time - first.time };
  };
  return last.figures.map((figures) => ({ time, figures: of(figures), window }));
}

/** Those of the times before which all scrapes within so many seconds were in steady load. */
export function steadyTimes(run: RealRun, seconds: number, times: readonly number[]): number[] {
  const { steady, stopping } = run.times;
  const from = steady + seconds + 1.5 * SCRAPE_INTERVAL;
  return times.filter((time) => time >= from && time <= stopping);
}

/** Shortly after each scrape that came from Locust. */
export function timesAfterScrapes({ scrapes }: RealRun): number[] {
  return scrapes.map(({ time }) => time + 0.1);
}
