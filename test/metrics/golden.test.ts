import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { TextFormat } from '../../src/metrics/exposition/encode-text.ts';
import { companionReport } from '../helpers/companion-report.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { renderExposition } from '../helpers/render-exposition.ts';
import { renderFixture } from '../helpers/render-fixture.ts';
import { fixtureNames } from '../locust/samples.ts';

/* Whole expositions, compared byte by byte. `npm run update:goldens` writes them. */

const UPDATE = process.env['UPDATE_GOLDENS'] === '1';
const GOLDEN = path.resolve(import.meta.dirname, '../golden');
const FIXTURE = '.stats-requests.json';
const DOWN = 'down';
/** By hand: what only the companion tells, in histograms. */
const COMPANION = 'companion';

/**
 * The long lists of 600 endpoints show nothing that the others do not, and the twins of the
 * companion's reports are compared with those.
 */
const NAMES = [
  ...fixtureNames(FIXTURE).filter((name) => !/^companion\/|600-endpoints$/.test(name)),
  DOWN,
  COMPANION,
];

/** The formats differ in how they name and end families: a few files show that. */
const IN_OPENMETRICS: readonly string[] = [
  'first-notes/example',
  'locust-0.5.1/standalone-running',
  'locust-2.30.0/standalone-running',
  'locust-2.46.3/distributed-running',
  'locust-2.46.3/standalone-ready',
  DOWN,
  COMPANION,
];

const GOLDENS = NAMES.flatMap((name) => [
  { name, format: 'text', file: `${name}.prom` } as const,
  ...(IN_OPENMETRICS.includes(name)
    ? [{ name, format: 'openmetrics', file: `${name}.om` } as const]
    : []),
]);

if (UPDATE) rmSync(GOLDEN, { recursive: true, force: true });

function renderGolden(name: string, format: TextFormat): string {
  if (name === COMPANION) {
    return renderExposition(buildFamilies(CATALOG, 'locust', companionReport()), format);
  }
  return renderFixture(name === DOWN ? null : `${name}${FIXTURE}`, format);
}

describe('the exposition is the golden one', () => {
  for (const { name, format, file } of GOLDENS) {
    it(file, () => {
      const text = renderGolden(name, format);
      const golden = path.join(GOLDEN, file);
      if (UPDATE) {
        mkdirSync(path.dirname(golden), { recursive: true });
        writeFileSync(golden, text);
      }
      assert.equal(text, readFileSync(golden, 'utf8'));
      parseExposition(text, format);
    });
  }
});

it('a Locust that is down has nothing but locust_up 0', () => {
  const [up, ...rest] = parseExposition(readFileSync(`${GOLDEN}/down.prom`, 'utf8'), 'text');
  assert.deepEqual(rest, []);
  assert.deepEqual(up?.samples, [{ name: 'locust_up', labels: {}, value: 0 }]);
});

it('there is no golden file of anything else', () => {
  const found = readdirSync(GOLDEN, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(GOLDEN, path.join(entry.parentPath, entry.name)));
  assert.deepEqual(found.sort(), GOLDENS.map(({ file }) => file).sort());
  assert.ok(NAMES.length >= 80);
});
