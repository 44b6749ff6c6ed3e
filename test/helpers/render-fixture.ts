import { settleRates, trackStandstill } from '../../src/locust/history.ts';
import { parseReport } from '../../src/locust/report/read-report.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { TextFormat } from '../../src/metrics/exposition/encode-text.ts';
import { readFixture } from '../locust/samples.ts';
import { renderExposition } from './render-exposition.ts';

/** The exposition of a recorded response, as at the first read; null for a Locust that is down. */
export function renderFixture(name: string | null, format: TextFormat): string {
  const snapshot = name === null ? null : parseReport(Buffer.from(readFixture(name)), null);
  const settled = snapshot && settleRates(snapshot, trackStandstill(null, snapshot, 0), 0);
  const report = { snapshot: settled, info: null, runStartSeconds: null };
  return renderExposition(buildFamilies(CATALOG, 'locust', report), format);
}
