import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  differences,
  expectedFigures,
  seriesKey,
  type SeriesValues,
} from '../helpers/expected-series.ts';
import { settled } from '../helpers/expected-values.ts';
import { modernizeReport } from '../helpers/modernize-report.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { fixtureNames, readFixture } from '../locust/samples.ts';

const FORMATS = { prom: 'text', om: 'openmetrics' } as const;

/** The release that the notes took their example from, or one with the same response. */
const NOTED_RELEASE = '0.9.0';

function versionOf(fixture: string): string {
  return /^locust-([^/]+)\//.exec(fixture)?.[1] ?? NOTED_RELEASE;
}

/** Python writes NaN and infinite numbers as bare words, which JSON does not know. */
function parse(text: string): Record<string, unknown> {
  const valid = text.replaceAll(/(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, '"not a number"');
  const revive = (_key: string, value: unknown) => (value === 'not a number' ? NaN : value);
  return JSON.parse(valid, revive) as Record<string, unknown>;
}

function goldenSeries(file: string, format: 'text' | 'openmetrics'): SeriesValues {
  const text = readFileSync(new URL(`../golden/${file}`, import.meta.url), 'utf8');
  return new Map(
    parseExposition(text, format)
      .flatMap(({ samples }) => samples)
      .map(({ name, labels, value }) => [seriesKey(name, canonical(labels)), value]),
  );
}

/** OpenMetrics writes a quantile of 1 as `1.0`. */
function canonical(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const { quantile } = labels;
  return quantile === undefined ? labels : { ...labels, quantile: String(Number(quantile)) };
}

describe('a golden file holds what Locust answered, computed without the program under test', () => {
  for (const name of fixtureNames('.stats-requests.json')) {
    it(`of ${name}`, () => {
      const version = versionOf(name);
      const raw = parse(readFixture(`${name}.stats-requests.json`));
      const report = modernizeReport(version, raw);
      const expected = expectedFigures(version, settled(report));
      for (const [extension, format] of Object.entries(FORMATS)) {
        const found = goldenSeries(`${name}.${extension}`, format);
        assert.deepEqual(differences(found, expected), [], extension);
      }
    });
  }
});
