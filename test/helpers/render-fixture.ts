import { settleRates, trackStandstill } from '../../src/locust/history.ts';
import { parseReport } from '../../src/locust/report/read-report.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { TextFormat } from '../../src/metrics/exposition/encode-text.ts';
import type { Report } from '../../src/metrics/samples.ts';
import { readFixture } from '../locust/samples.ts';
import { renderExposition } from './render-exposition.ts';

/** What a recorded response tells, as at the first read; null for a Locust that is down. */
export function fixtureReport(name: string | null): Report {
  const snapshot = name === null ? null : parseReport(Buffer.from(readFixture(name)), null);
  const settled = snapshot && settleRates(snapshot, trackStandstill(null, snapshot, 0), 0);
  return { snapshot: settled, info: null, runStartSeconds: null };
}

export function renderFixture(name: string | null, format: TextFormat): string {
  return renderExposition(buildFamilies(CATALOG, 'locust', fixtureReport(name)), format);
}
