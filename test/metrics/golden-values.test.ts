import assert from 'node:assert/strict';
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
import { renderFixture } from '../helpers/render-fixture.ts';
import { fixtureNames, readFixture } from '../locust/samples.ts';

const FORMATS = ['text', 'openmetrics'] as const;
const FIXTURE = '.stats-requests.json';

/** The release that the notes took their example from, or one with the same response. */
const NOTED_RELEASE = '0.9.0';

function versionOf(fixture: string): string {
  return /^(?:locust-|companion\/)([^/]+)\//.exec(fixture)?.[1] ?? NOTED_RELEASE;
}

/** Python writes NaN and infinite numbers as bare words, which JSON does not know. */
function parse(text: string): Record<string, unknown> {
  const valid = text.replaceAll(/(?<=[:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,\]}])/g, '"not a number"');
  const revive = (_key: string, value: unknown) => (value === 'not a number' ? NaN : value);
  return JSON.parse(valid, revive) as Record<string, unknown>;
}

function seriesOf(fixture: string, format: 'text' | 'openmetrics'): SeriesValues {
  const text = renderFixture(fixture, format);
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

describe('an exposition has the figures of Locust, computed without the program under test', () => {
  for (const name of fixtureNames(FIXTURE)) {
    it(`of ${name}`, () => {
      const version = versionOf(name);
      const raw = parse(readFixture(`${name}${FIXTURE}`));
      const report = modernizeReport(version, raw);
      const expected = expectedFigures(version, settled(report));
      for (const format of FORMATS) {
        const found = seriesOf(`${name}${FIXTURE}`, format);
        assert.deepEqual(differences(found, expected), [], format);
      }
    });
  }
});
