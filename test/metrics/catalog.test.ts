import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { MetricSpec, Report } from '../../src/metrics/metric-spec.ts';
import { SELF_METRICS } from '../../src/metrics/self.ts';
import { fixtureNames, parseFixture } from '../locust/samples.ts';

const REPORTS: readonly Report[] = fixtureNames('.stats-requests.json').map((name) => ({
  snapshot: parseFixture(name),
  info: { version: '2.46.3', host: 'http://shop.example' },
  runStartSeconds: 1_700_000_000,
}));

const ALL = [...CATALOG, ...Object.values(SELF_METRICS)];

function labelsOf(spec: MetricSpec, report: Report): string[] {
  const labels = spec
    .samples(report)
    .flatMap((sample) => [
      ...Object.keys(sample.labels),
      ...(sample.quantile === undefined ? [] : ['quantile']),
    ]);
  return [...new Set(labels)].sort();
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
    });
  }

  for (const spec of CATALOG) {
    it(`gives ${spec.name} the labels that it declares, and no others`, () => {
      const seen = new Set(REPORTS.flatMap((report) => labelsOf(spec, report)));
      assert.deepEqual([...seen].sort(), [...spec.labels].sort());
      const samples = REPORTS.flatMap((report) => spec.samples(report));
      assert.ok(samples.length > 0, 'no fixture has it');
      for (const { suffix, quantile } of samples) {
        if (spec.type !== 'summary') assert.deepEqual([suffix, quantile], [undefined, undefined]);
      }
    });

    it(`gives ${spec.name} finite values`, () => {
      for (const report of REPORTS) {
        for (const { value } of spec.samples(report)) assert.ok(Number.isFinite(value));
      }
    });
  }

  it('tells only that Locust is down, when it is', () => {
    const down = { snapshot: null, info: { version: '1', host: 'h' }, runStartSeconds: 1 };
    const told = [...buildFamilies(CATALOG, 'x', down)].filter(({ samples }) => samples.length > 0);
    assert.deepEqual(
      told.map(({ name, samples }) => [name, samples]),
      [['x_up', [{ labels: {}, value: 0 }]]],
    );
  });

  it('tells nothing of a Locust whose page tells neither version nor host', () => {
    const spec = CATALOG.find(({ name }) => name === 'info');
    const [{ snapshot } = { snapshot: null }] = REPORTS;
    const info = (version: string | null, host: string | null) =>
      spec?.samples({ snapshot, runStartSeconds: null, info: { version, host } });
    assert.deepEqual(info(null, null), []);
    assert.deepEqual(info('1.0', null), [{ labels: { version: '1.0', host: '' }, value: 1 }]);
    assert.deepEqual(info(null, 'h'), [{ labels: { version: '', host: 'h' }, value: 1 }]);
  });
});
