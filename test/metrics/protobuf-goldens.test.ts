import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import { LEGACY_CATALOG } from '../../src/metrics/legacy-catalog.ts';
import type { Report } from '../../src/metrics/samples.ts';
import { createSelfMetrics } from '../../src/metrics/self.ts';
import type { Family } from '../../src/metrics/exposition/family.ts';
import { companionReport } from '../helpers/companion-report.ts';
import { asText, decodeProtobuf } from '../helpers/decode-protobuf.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { encodeExposition, renderExposition } from '../helpers/render-exposition.ts';
import { fixtureReport } from '../helpers/render-fixture.ts';
import { fixtureNames } from '../locust/samples.ts';

/* Protobuf, read by a decoder that is not ours, says what the text says. */

const FIXTURE = '.stats-requests.json';

function assertSame(families: readonly Family[]): number {
  const decoded = decodeProtobuf(encodeExposition(families, 'protobuf'));
  const parsed = parseExposition(renderExposition(families, 'text'), 'text');
  assert.deepEqual(plain(asText(decoded)), plain(parsed));
  return parsed.flatMap(({ samples }) => samples).length;
}

/** The parser's labels have no prototype. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}

describe('protobuf has all families and samples of the text', () => {
  const reports: Readonly<Record<string, Report>> = {
    ...Object.fromEntries(
      fixtureNames(FIXTURE).map((name) => [name, fixtureReport(`${name}${FIXTURE}`)]),
    ),
    'a Locust that is down': fixtureReport(null),
    'a Locust with the companion': companionReport(),
  };
  for (const [name, report] of Object.entries(reports)) {
    it(`of ${name}`, () => {
      const families = buildFamilies([...CATALOG, ...LEGACY_CATALOG], 'locust', report);
      assert.ok(assertSame(families) > 0);
    });
  }

  it('of the exporter itself', async () => {
    globalThis.gc?.();
    const self = createSelfMetrics({ version: '1.2.3', revision: 'ä"\\\n' }, { pushes: true });
    self.readDone(0.25);
    self.readFailed('timeout');
    assert.ok(assertSame(await self.families()) > 30);
  });
});
