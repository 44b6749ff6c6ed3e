import { expectedFigures, expectedInfo, type SeriesValues } from './expected-series.ts';
import { settled } from './expected-values.ts';
import type { RawReport } from './raw-report.ts';

/** What `/metrics` has to show of a response, whatever the state; but the start of the run. */
export function locustFigures(version: string, raw: RawReport): SeriesValues {
  return expectedFigures(version, settled(raw)).set(...expectedInfo(version));
}
