import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { renderExposition } from '../../helpers/render-exposition.ts';
import type { Family, Samples, SampleSink } from '../../../src/metrics/exposition/family.ts';
import { labelSet, NO_LABELS, type LabelSet } from '../../../src/metrics/exposition/labels.ts';
import { parseExposition } from '../../helpers/parse-exposition.ts';

const labels = labelSet({ method: 'GET', name: '/' });

/** One row of samples. */
function samplesOf(add: (sink: SampleSink) => void): Samples {
  return {
    rows: 1,
    ofRow: (_row, sink) => {
      add(sink);
    },
  };
}

const valueOf = (set: LabelSet, value: number) =>
  samplesOf((sink) => {
    sink.value(set, value);
  });

const FAMILIES: Family[] = [
  { name: 'a', type: 'gauge', help: 'Of "a" \\ b\nc.', samples: valueOf(NO_LABELS, 1.5) },
  { name: 'none', type: 'gauge', help: 'Nothing.', samples: samplesOf(() => undefined) },
  { name: 'b_total', type: 'counter', help: 'Of b.', samples: valueOf(labels, 12) },
  {
    name: 'c',
    type: 'summary',
    help: 'Of c.',
    samples: samplesOf((sink) => {
      const quantiles = [
        { quantile: 0.5, seconds: 0.1 },
        { quantile: 1, seconds: 2 },
      ];
      sink.summary(labels, { quantiles, sum: 3, count: 4 });
      sink.summary(NO_LABELS, { quantiles: [{ quantile: 0.95, seconds: 5 }], sum: 6, count: 7 });
    }),
  },
];

describe('an exposition', () => {
  it('is written so in text', () => {
    const lines = [
      '# HELP a Of "a" \\\\ b\\nc.',
      '# TYPE a gauge',
      'a 1.5',
      '# HELP b_total Of b.',
      '# TYPE b_total counter',
      'b_total{method="GET",name="/"} 12',
      '# HELP c Of c.',
      '# TYPE c summary',
      'c{method="GET",name="/",quantile="0.5"} 0.1',
      'c{method="GET",name="/",quantile="1"} 2',
      'c_sum{method="GET",name="/"} 3',
      'c_count{method="GET",name="/"} 4',
      'c{quantile="0.95"} 5',
      'c_sum 6',
      'c_count 7',
    ];
    assert.deepEqual(renderExposition(FAMILIES, 'text').split('\n'), [...lines, '']);
  });

  it('is written so in OpenMetrics', () => {
    const lines = [
      '# HELP a Of \\"a\\" \\\\ b\\nc.',
      '# TYPE a gauge',
      'a 1.5',
      '# HELP b Of b.',
      '# TYPE b counter',
      'b_total{method="GET",name="/"} 12',
      '# HELP c Of c.',
      '# TYPE c summary',
      'c{method="GET",name="/",quantile="0.5"} 0.1',
      'c{method="GET",name="/",quantile="1.0"} 2',
      'c_sum{method="GET",name="/"} 3',
      'c_count{method="GET",name="/"} 4',
      'c{quantile="0.95"} 5',
      'c_sum 6',
      'c_count 7',
      '# EOF',
    ];
    assert.deepEqual(renderExposition(FAMILIES, 'openmetrics').split('\n'), [...lines, '']);
  });

  it('carries every kind of number', () => {
    const values = [NaN, Infinity, -Infinity, -0, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 53];
    for (const format of ['text', 'openmetrics'] as const) {
      const samples = samplesOf((sink) => {
        for (const [index, value] of values.entries())
          sink.value(labelSet({ i: `${index}` }), value);
      });
      const text = renderExposition([{ name: 'n', type: 'gauge', help: 'N.', samples }], format);
      const parsed = parseExposition(text, format).flatMap((family) => family.samples);
      assert.deepEqual(
        parsed.map(({ value }) => value + 0),
        values.map((value) => value + 0),
      );
    }
  });

  it('of nothing is nothing, or the end alone', () => {
    assert.equal(renderExposition([], 'text'), '');
    assert.equal(renderExposition([], 'openmetrics'), '# EOF\n');
  });
});
