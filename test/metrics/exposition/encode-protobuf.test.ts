import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { createPage } from '../../../src/metrics/exposition/formats.ts';
import type { Family, SampleSink } from '../../../src/metrics/exposition/family.ts';
import { labelSet } from '../../../src/metrics/exposition/labels.ts';
import { asText, decodeProtobuf } from '../../helpers/decode-protobuf.ts';
import { encodeExposition } from '../../helpers/render-exposition.ts';

function familyOf(type: Family['type'], rows: readonly ((sink: SampleSink) => void)[]): Family {
  const samples = {
    rows: rows.length,
    ofRow: (row: number, sink: SampleSink) => {
      rows[row]!(sink);
    },
  };
  return { name: 'a', type, help: 'A.', samples };
}

const decode = (...families: Family[]) => decodeProtobuf(encodeExposition(families, 'protobuf'));

it('any text in help and labels, and any number, survive the round trip', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'grapheme', minLength: 100 }),
    fc.constantFrom('\ud800', '', 'x'.repeat(127), 'x'.repeat(128), 'x'.repeat(20_000)),
  );
  fc.assert(
    fc.property(text, text, fc.double(), (help, value, number) => {
      const family = {
        ...familyOf('gauge', [
          (sink) => {
            sink.value(labelSet({ one: value, other: '' }), number);
          },
        ]),
        help,
      };
      const [found] = asText(decode(family));
      assert.equal(found?.help, help.toWellFormed());
      assert.deepEqual(
        { ...found.samples[0] },
        {
          name: 'a',
          labels: { one: value.toWellFormed(), other: '' },
          value: number,
        },
      );
    }),
  );
});

it('whole numbers of any size survive the round trip', () => {
  const count = fc.oneof(
    fc.maxSafeNat(),
    fc.integer({ min: 0, max: 53 }).map((power) => 2 ** power - 1),
    fc.integer({ min: 0, max: 52 }).map((power) => 2 ** power),
  );
  fc.assert(
    fc.property(fc.array(count, { minLength: 1 }), count, (counts, total) => {
      const small = counts.map((one) => one % 2 ** 51);
      const [family] = decode(
        familyOf('histogram', [
          (sink) => {
            sink.histogram(labelSet({}), {
              ...{ count: total, sum: 1 },
              classic: { bounds: counts.map((_, index) => index), cumulativeCounts: counts },
              native: () => ({
                ...{ schema: -4, zeroThreshold: 1, zeroCount: total },
                positive: {
                  spans: [-70_000, 3],
                  spanCount: 1,
                  counts: small,
                  length: small.length,
                },
                negative: { spans: [], spanCount: 0, counts: [], length: 0 },
              }),
            });
          },
        ]),
      );
      const { histogram } = family!.metric[0]!;
      assert.equal(histogram!.sampleCount, total);
      assert.equal(histogram!.zeroCount, total);
      assert.equal(histogram!.schema, -4);
      assert.deepEqual(
        histogram!.bucket.map(({ cumulativeCount }) => cumulativeCount),
        counts,
      );
      assert.deepEqual({ ...histogram!.positiveSpan[0] }, { offset: -70_000, length: 3 });
      let sum = 0;
      assert.deepEqual(
        histogram!.positiveDelta.map((delta) => (sum += delta)),
        small,
      );
    }),
  );
});

it('what is no count costs that count, and neither time nor the report', () => {
  for (const odd of [NaN, Infinity, -1, 1.5]) {
    const [family] = decode(
      familyOf('summary', [
        (sink) => {
          sink.summary(labelSet({}), { count: odd, sum: 2, quantiles: [] });
        },
      ]),
    );
    assert.equal(family!.metric[0]!.summary!.sampleSum, 2);
  }
});

it('a family without samples is left out, and long ones pause', () => {
  const rows = Array.from({ length: 20_000 }, (_, index) => (sink: SampleSink) => {
    sink.value(labelSet({ row: `${index}` }), index);
  });
  const page = createPage('protobuf');
  const steps = page.write([
    familyOf('gauge', []),
    familyOf('counter', rows),
    familyOf('gauge', []),
  ]);
  let pauses = 0;
  while (!steps.next().done) pauses += 1;
  assert.ok(pauses >= 2, `${pauses} pauses`);
  const families = decodeProtobuf(page.bytes());
  assert.equal(families.length, 1);
  assert.deepEqual(
    families[0]!.metric.map(({ counter }) => counter!.value),
    [...rows.keys()],
  );
});
