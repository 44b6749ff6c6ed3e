import assert from 'node:assert/strict';

import { differences, seriesKey, type SeriesValues } from '../../helpers/expected-series.ts';
import type { Term } from '../../helpers/figure-terms.ts';
import type { RealPrometheus, Sample } from '../../helpers/real-prometheus.ts';
import type { RealRun } from './real-run.ts';

const OF_THE_TARGET = ['__name__', 'instance', 'job'];

/** Values by their labels, without those that tell nothing here. */
export function valuesOf(samples: readonly Pick<Sample, 'labels' | 'value'>[]): SeriesValues {
  return new Map(
    samples.map(({ labels, value }) => {
      const kept = Object.entries(labels).filter(([label]) => !OF_THE_TARGET.includes(label));
      return [seriesKey('', Object.fromEntries(kept)), value];
    }),
  );
}

/** Fails unless Prometheus gives at that time just what Locust said, of the series looked at. */
export async function assertIsLocusts(
  run: RealRun,
  expr: string,
  term: Term,
  time: number,
  isLookedAt?: (labels: Record<string, string>) => boolean,
): Promise<void> {
  const found = valuesOf(await run.stack.prometheus.query(expr, time));
  const all = run
    .momentsAt(time, isLookedAt)
    .map((moment) => differences(found, term(moment), 1e-6));
  const fewest = all.toSorted((a, b) => a.length - b.length)[0]!;
  assert.ok(fewest.length === 0, `at ${time}:\n${fewest.join('\n')}`);
}

/** Every point of every series over the time, which have to be finite. */
export async function allValues(
  prometheus: RealPrometheus,
  expr: string,
  range: { start: number; end: number; step: number },
): Promise<number[]> {
  const series = await prometheus.queryRange(expr, range);
  return series.flatMap(({ points }) => points.map(({ value }) => value));
}
