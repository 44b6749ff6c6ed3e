import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { settleRates, trackStandstill } from '../../src/locust/history.ts';
import { parseReport } from '../../src/locust/report/read-report.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import { renderExposition } from '../helpers/render-exposition.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { fixtureNames, readFixture } from '../locust/samples.ts';

// UPDATE_GOLDEN=1 writes the files instead of comparing with them.
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const GOLDEN = path.resolve(import.meta.dirname, '../golden');
const FORMATS = { prom: 'text', om: 'openmetrics' } as const;
const NAMES = fixtureNames('.stats-requests.json');

/** As at the first read ever. */
function snapshotOf(name: string): Snapshot {
  const snapshot = parseReport(Buffer.from(readFixture(`${name}.stats-requests.json`)), null);
  return settleRates(snapshot, trackStandstill(null, snapshot, 0), 0);
}

function checkGolden(name: string, snapshot: Snapshot | null): void {
  const report = { snapshot, info: null, runStartSeconds: null };
  const families = buildFamilies(CATALOG, 'locust', report);
  for (const [extension, format] of Object.entries(FORMATS)) {
    const text = renderExposition(families, format);
    const file = path.join(GOLDEN, `${name}.${extension}`);
    if (UPDATE) {
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    assert.equal(text, readFileSync(file, 'utf8'), file);
    parseExposition(text, format);
  }
}

if (UPDATE) rmSync(GOLDEN, { recursive: true, force: true });

describe('the exposition is the golden one', () => {
  for (const name of NAMES) {
    it(`of ${name}`, () => {
      checkGolden(name, snapshotOf(name));
    });
  }

  it('of a Locust that is down', () => {
    checkGolden('down', null);
    const [up, ...rest] = parseExposition(readFileSync(`${GOLDEN}/down.prom`, 'utf8'), 'text');
    assert.deepEqual(rest, []);
    assert.deepEqual(up?.samples, [{ name: 'locust_up', labels: {}, value: 0 }]);
  });
});

it('there is a golden file of every fixture and of nothing else', () => {
  const found = readdirSync(GOLDEN, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.\w+$/.test(path.basename(file)) && /\.(prom|om)$/.test(file))
    .map((file) => file.replaceAll(path.sep, '/'));
  const expected = [...NAMES, 'down'].flatMap((name) => [`${name}.prom`, `${name}.om`]);
  assert.deepEqual(found.sort(), expected.sort());
  assert.ok(NAMES.length >= 80);
});
