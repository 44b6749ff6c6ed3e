import { createHistograms, DEFAULT_HISTOGRAMS } from '../../src/metrics/histograms.ts';
import { createRowLabels } from '../../src/metrics/samples.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { RequestStats } from '../../src/locust/snapshot.ts';
import type { MetricSpec, Report } from '../../src/metrics/samples.ts';
import { SELF_METRICS } from '../../src/metrics/self.ts';
import { companionReport } from '../helpers/companion-report.ts';
import { listSamples } from '../helpers/list-samples.ts';
import { readFamilies } from '../helpers/read-families.ts';
import { fixtureNames, parseFixture } from '../locust/samples.ts';

const RECORDED: readonly Report[] = fixtureNames('.stats-requests.json').map((name) => ({
  snapshot: parseFixture(name),
  info: { version: '2.46.3', host: 'http://shop.example' },
  runStartSeconds: 1_700_000_000,
}));

const REPORTS: readonly Report[] = [...RECORDED, companionReport()];

const histograms = createHistograms(DEFAULT_HISTOGRAMS);

const ALL = [...CATALOG, ...Object.values(SELF_METRICS)];

function labelsOf(spec: MetricSpec, report: Report): string[] {
  const samples = readFamilies(buildFamilies([spec], 'x', report)).flatMap(
    (family) => family.samples,
  );
  return [...new Set(samples.flatMap(({ labels }) => Object.keys(labels)))].sort();
}

describe('the catalog', () => {
  it('has each name once', () => {
    const names = ALL.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  });

  for (const { name, type, help, labels } of ALL) {
    it(`declares ${name} by the rules`, () => {
      assert.match(name, /^[a-z][a-z0-9_]*$/);
      assert.equal(name.endsWith('_total'), type === 'counter');
      assert.match(help, /^[A-Z][^\n]*\.$/);
      assert.doesNotMatch(name, /_(sum|count|bucket|created|milliseconds|ms|percent)$/);
      assert.equal(labels.includes('quantile' as never), type === 'summary');
      assert.equal(labels.includes('le' as never), (type as string) === 'histogram');
    });
  }

  for (const spec of CATALOG) {
    it(`gives ${spec.name} the labels that it declares, and no others`, () => {
      const seen = new Set(REPORTS.flatMap((report) => labelsOf(spec, report)));
      assert.deepEqual([...seen].sort(), [...spec.labels].sort());
      const samples = REPORTS.flatMap((report) =>
        listSamples(spec.samples(report, createRowLabels(), histograms)),
      );
      assert.ok(samples.length > 0, 'no fixture has it');
      if (spec.type === 'summary' || spec.type === 'histogram') return;
      for (const { suffix, quantile } of samples) {
        assert.deepEqual([suffix, quantile], ['', undefined]);
      }
    });

    it(`gives ${spec.name} finite values`, () => {
      for (const report of REPORTS) {
        for (const { value } of listSamples(spec.samples(report, createRowLabels(), histograms)))
          assert.ok(Number.isFinite(value));
      }
    });
  }

  it('gives every summary with its sum and its count, and other percentiles as gauges', () => {
    const kinds = new Set<string>();
    for (const report of REPORTS) {
      const families = readFamilies(buildFamilies(CATALOG, 'x', report));
      const samplesOf = (name: string) =>
        families.find((family) => family.name === name)?.samples ?? [];
      for (const prefix of ['x', 'x_aggregated']) {
        const summary = `${prefix}_response_time_seconds`;
        const parts = new Map<string, Set<string>>();
        for (const { name, labels } of samplesOf(summary)) {
          const { method = '', name: endpoint = '' } = labels;
          const row = `${method} ${endpoint}`;
          parts.set(row, (parts.get(row) ?? new Set()).add(name.slice(summary.length)));
        }
        for (const [row, suffixes] of parts) {
          assert.ok(suffixes.has('_sum') && suffixes.has('_count'), `${summary} of ${row}`);
          kinds.add('summary');
        }
        for (const { labels } of samplesOf(`${prefix}_response_time_percentile_seconds`)) {
          const { method = '', name: endpoint = '' } = labels;
          assert.ok(
            !parts.has(`${method} ${endpoint}`),
            `${summary} of ${endpoint} is there twice`,
          );
          kinds.add('percentiles');
        }
      }
    }
    assert.deepEqual([...kinds].sort(), ['percentiles', 'summary']);
  });

  it('keeps the percentiles of rows without a mean', () => {
    const { snapshot } = REPORTS.find(
      ({ snapshot: one }) => one?.aggregate?.responseTime.sumSeconds === null,
    )!;
    const { aggregate, endpoints } = snapshot!;
    const percentiles = (name: string) => {
      const spec = CATALOG.find((one) => one.name === name)!;
      return listSamples(
        spec.samples(
          { snapshot, info: null, runStartSeconds: null },
          createRowLabels(),
          histograms,
        ),
      ).length;
    };
    const quantilesOf = (rows: readonly RequestStats[]) =>
      rows
        .filter(({ responseTime }) => responseTime.sumSeconds === null)
        .reduce((sum, { responseTime }) => sum + responseTime.quantiles.length, 0);
    assert.ok(quantilesOf(endpoints) > 0);
    assert.equal(percentiles('response_time_percentile_seconds'), quantilesOf(endpoints));
    assert.equal(
      percentiles('aggregated_response_time_percentile_seconds'),
      quantilesOf([aggregate!]),
    );
  });

  it('tells only that Locust is down, when it is', () => {
    const down = { snapshot: null, info: { version: '1', host: 'h' }, runStartSeconds: 1 };
    assert.deepEqual(
      readFamilies(buildFamilies(CATALOG, 'x', down)).flatMap(({ samples }) => samples),
      [{ name: 'x_up', labels: {}, value: 0 }],
    );
  });

  it('tells nothing of a Locust whose page tells neither version nor host', () => {
    const spec = CATALOG.filter(({ name }) => name === 'info');
    const [{ snapshot } = { snapshot: null }] = REPORTS;
    const info = (version: string | null, host: string | null) => {
      const report = { snapshot, runStartSeconds: null, info: { version, host } };
      return readFamilies(buildFamilies(spec, 'x', report)).flatMap(({ samples }) => samples);
    };
    const told = (labels: Record<string, string>) => [{ name: 'x_info', labels, value: 1 }];
    assert.deepEqual(info(null, null), []);
    assert.deepEqual(info('1.0', null), told({ version: '1.0', host: '' }));
    assert.deepEqual(info(null, 'h'), told({ version: '', host: 'h' }));
  });
});
