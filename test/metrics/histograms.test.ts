import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isOnGrid, parseBuckets } from '../../src/config/parse-values.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import {
  createHistograms,
  DEFAULT_HISTOGRAMS,
  type HistogramSettings,
} from '../../src/metrics/histograms.ts';
import { createRowLabels } from '../../src/metrics/samples.ts';
import { companionReport, COUNTS_BY_NAME } from '../helpers/companion-report.ts';
import { decodeProtobuf } from '../helpers/decode-protobuf.ts';
import { parseExposition, type ParsedSample } from '../helpers/parse-exposition.ts';
import { encodeExposition } from '../helpers/render-exposition.ts';

const HISTOGRAM = 'locust_request_duration_seconds';

function familiesWith(settings: Partial<HistogramSettings>) {
  const histograms = createHistograms({ ...DEFAULT_HISTOGRAMS, ...settings });
  return buildFamilies(CATALOG, 'locust', companionReport(), createRowLabels(), histograms);
}

function samplesIn(format: 'text' | 'openmetrics', settings: Partial<HistogramSettings> = {}) {
  const text = encodeExposition(familiesWith(settings), format).toString();
  return parseExposition(text, format).flatMap(({ samples }) => samples);
}

const of = (samples: readonly ParsedSample[], suffix: string, endpoint: string) =>
  samples.filter(({ name, labels }) => name === HISTOGRAM + suffix && labels['name'] === endpoint);

describe('classic buckets', () => {
  it('count what took at most so long, in both text formats, by whole milliseconds', () => {
    for (const format of ['text', 'openmetrics'] as const) {
      const samples = samplesIn(format);
      for (const [endpoint, counts] of Object.entries(COUNTS_BY_NAME)) {
        const upTo = (ms: number) =>
          Object.entries(counts ?? {}).reduce(
            (sum, [time, count]) => sum + (Number(time) <= ms ? count : 0),
            0,
          );
        const found = of(samples, '_bucket', endpoint);
        assert.equal(found.length, counts === null ? 0 : 25, endpoint);
        for (const { labels, value } of found) {
          const le = labels['le'] === '+Inf' ? Infinity : Math.round(Number(labels['le']) * 1000);
          assert.equal(value, upTo(le), `${endpoint} up to ${le} ms`);
        }
      }
    }
  });

  it('have one spelling of their bounds', () => {
    const spelled = of(samplesIn('text', { bounds: [0.005, 0.5, 1, 1.5, 60] }), '_bucket', '/fast');
    assert.deepEqual(
      spelled.map(({ labels }) => labels['le']),
      ['0.005', '0.5', '1.0', '1.5', '60.0', '+Inf'],
    );
  });

  it('are there for all, for all endpoints together, or not at all', () => {
    const names = (classic: HistogramSettings['classic']) =>
      samplesIn('text', { classic })
        .map(({ name }) => name)
        .filter((name) => name.includes('request_duration'));
    const all = names('all');
    assert.ok(all.includes(`${HISTOGRAM}_bucket`));
    assert.deepEqual(
      names('aggregated'),
      all.filter((name) => name.startsWith('locust_aggregated_')),
    );
    assert.ok(names('aggregated').length > 0);
    assert.deepEqual(names('off'), []);
  });

  it('go along with native ones in protobuf, as far as they are switched on', () => {
    for (const [classic, ofAggregate, ofEndpoint] of [
      ['all', 24, 24],
      ['aggregated', 24, 0],
      ['off', 0, 0],
    ] as const) {
      const families = decodeProtobuf(encodeExposition(familiesWith({ classic }), 'protobuf'));
      for (const { name, metric } of families.filter(({ type }) => type === 'HISTOGRAM')) {
        const expected = name.includes('aggregated') ? ofAggregate : ofEndpoint;
        assert.ok(metric.length > 0);
        for (const { histogram } of metric) {
          assert.equal(histogram?.bucket.length, expected);
          assert.equal(histogram.schema, 4);
        }
      }
    }
  });
});

describe('a sum that may fall', () => {
  it('is absent in text, with the count also in OpenMetrics, where neither stands alone', () => {
    const text = samplesIn('text');
    assert.equal(of(text, '_sum', '/negative').length, 0);
    assert.equal(of(text, '_count', '/negative')[0]?.value, 10);
    assert.equal(of(samplesIn('openmetrics'), '_count', '/negative').length, 0);
    assert.equal(of(samplesIn('openmetrics'), '_bucket', '/negative').at(-1)?.value, 10);
    assert.equal(of(text, '_sum', '/powers')[0]?.value, 262.125);
  });

  it('is no number in protobuf, where 0 would be stored for what is missing', () => {
    const families = decodeProtobuf(encodeExposition(familiesWith({}), 'protobuf'));
    const family = families.find(({ name }) => name === HISTOGRAM);
    const sums = new Map(
      family?.metric.map(({ label, histogram }) => [label[1]?.value, histogram?.sampleSum]),
    );
    assert.equal(sums.get('/negative'), NaN);
    assert.equal(sums.get('/idle'), 0);
    assert.equal(sums.get('/powers'), 262.125);
  });
});

it('counts in protobuf began when the statistics did', () => {
  const created = { seconds: 1_700_000_100, nanos: 250_000_000 };
  const families = decodeProtobuf(encodeExposition(familiesWith({}), 'protobuf'));
  const kinds = new Set<string>();
  for (const { type, metric } of families) {
    for (const { counter, summary, histogram } of metric) {
      const told = (counter ?? summary ?? histogram)?.createdTimestamp;
      if (type === 'GAUGE') continue;
      kinds.add(type);
      assert.deepEqual(told && { ...told }, created);
    }
  }
  assert.equal(kinds.size, 3);
  const unknown = buildFamilies(CATALOG, 'locust', { ...companionReport(), runStartSeconds: null });
  for (const { metric } of decodeProtobuf(encodeExposition(unknown, 'protobuf'))) {
    for (const { counter } of metric) assert.equal(counter?.createdTimestamp ?? null, null);
  }
});

it('the default bounds are those of the settings, and Locust rounds to all of them', () => {
  const bounds = parseBuckets(SETTINGS.HISTOGRAM_BUCKETS.default);
  assert.deepEqual(bounds, DEFAULT_HISTOGRAMS.bounds);
  assert.equal(bounds.length, 24);
  assert.equal(Number(SETTINGS.HISTOGRAM_SCHEMA.default), DEFAULT_HISTOGRAMS.schema);
  // Python's round() with no digits, one, two or three before the point.
  const grid = new Set<number>();
  for (let ms = 1; ms <= 60_000; ms += 1) {
    const digits = ms < 100 ? 0 : ms < 1000 ? 1 : ms < 10_000 ? 2 : 3;
    grid.add(Math.round(ms / 10 ** digits) * 10 ** digits);
  }
  for (const bound of bounds) {
    assert.ok(grid.has(Math.round(bound * 1000)) && isOnGrid(bound), `${bound}`);
  }
  for (const bound of [0.0025, 0.125, 1.25, 10.5]) assert.ok(!isOnGrid(bound), `${bound}`);
});
