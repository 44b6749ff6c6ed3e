import { expectedAtRest, PERCENTILES, seriesKey, type SeriesValues } from './expected-series.ts';
import { settled } from './expected-values.ts';
import type { RawReport } from './raw-report.ts';

/** What `/metrics` has to show of an answer, whatever the state; but the start of the run. */
export function locustFigures(version: string, raw: RawReport): SeriesValues {
  const report = settled(raw);
  const figures = expectedAtRest(version, report);
  const set = (name: string, labels: Record<string, string>, value: unknown) =>
    figures.set(seriesKey(`locust_${name}`, labels), Number(value));

  for (const row of report.stats) {
    const isAggregate = row === report.stats.at(-1);
    const labels = { method: row.method ?? '', name: row.name };
    if (isAggregate) {
      set('total_rps', {}, row['current_rps']);
      set('total_failures_per_second', {}, row['current_fail_per_sec']);
    } else {
      set('current_rps', labels, row['current_rps']);
      set('current_failures_per_second', labels, row['current_fail_per_sec']);
    }
  }
  const percentiles = report['current_response_time_percentiles'] as Record<string, number | null>;
  for (const [key, value] of Object.entries(percentiles)) {
    const percentile = PERCENTILES[key.replace('response_time_percentile_', '')]!;
    if (value !== null) set('current_response_time_seconds', { percentile }, value / 1000);
  }
  return figures;
}
