import { setTimeout as sleep } from 'node:timers/promises';

import { seriesKey, type SeriesValues } from './expected-series.ts';
import { locustFigures } from './locust-figures.ts';
import type { RawReport } from './raw-report.ts';
import type { RealLocust } from './real-locust.ts';
import type { RealPrometheus } from './real-prometheus.ts';

interface Answer {
  time: number;
  report: RawReport;
}

export interface Recorder {
  readonly answers: readonly Answer[];
  stop(): Promise<void>;
}

/** Misses no response that the exporter gets, as Locust gives each for two seconds. */
export function recordAnswers(locust: RealLocust): Recorder {
  const answers: Answer[] = [];
  let isOver = false;
  const record = async () => {
    while (!isOver) {
      const report = await locust.report().catch(() => undefined);
      if (report !== undefined) answers.push({ time: Date.now() / 1000, report });
      await sleep(400);
    }
  };
  const recording = record();
  return {
    answers,
    stop: async () => {
      isOver = true;
      await recording;
    },
  };
}

/** A scrape, with what Locust answered then, in the names and units of our metrics. */
export interface Scrape {
  time: number;
  /** More than one where Locust's answers around then differ in other things than counts. */
  figures: readonly SeriesValues[];
}

const ALL_REQUESTS = 'locust_aggregated_requests_total';

/**
 * Finds for each scrape the responses from which it can come: those of its time with as many requests.
 * @throws Error when there is none, that is when Prometheus holds what Locust never said.
 */
export async function scrapesOf(
  prometheus: RealPrometheus,
  version: string,
  answers: readonly Answer[],
): Promise<Scrape[]> {
  const samples = await rawSamples(prometheus, ALL_REQUESTS);
  const texts = new Map<RawReport, string>();
  const textOf = (report: RawReport) => texts.get(report) ?? JSON.stringify(report);
  return samples.map(({ time, value }) => {
    const near = answers.filter((answer) => answer.time > time - 3 && answer.time < time + 3);
    for (const { report } of near) texts.set(report, textOf(report));
    const different = new Map(near.map(({ report }) => [texts.get(report), report]));
    const figures = [...different.values()]
      .map((report) => locustFigures(version, report))
      .filter((one) => one.get(seriesKey(ALL_REQUESTS, {})) === value);
    if (figures.length === 0) {
      const said = near.map(({ report }) => report.stats.at(-1)?.num_requests).join(', ');
      throw new Error(`${value} requests at ${time}, where Locust said ${said}`);
    }
    return { time, figures };
  });
}

/** Every sample that Prometheus has of the only series with this name. */
export async function rawSamples(
  prometheus: RealPrometheus,
  selector: string,
): Promise<{ time: number; value: number }[]> {
  const data = (await prometheus.api('/api/v1/query', { query: `${selector}[1h]` })) as {
    result: { values: [number, string][] }[];
  };
  if (data.result.length !== 1) throw new Error(`${data.result.length} series of ${selector}`);
  return data.result[0]!.values.map(([time, text]) => ({ time, value: Number(text) }));
}
