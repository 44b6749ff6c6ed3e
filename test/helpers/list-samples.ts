import type { Samples, SampleSink } from '../../src/metrics/exposition/family.ts';
import { textLabels, type LabelSet } from '../../src/metrics/exposition/labels.ts';

export interface ListedSample {
  /** As they are written, without the one that only some series of a metric have. */
  readonly labels: string;
  readonly value: number;
  readonly suffix: string;
  readonly quantile: number | undefined;
  readonly le: number | undefined;
}

export function listSamples({ rows, ofRow }: Samples): ListedSample[] {
  const listed: ListedSample[] = [];
  const add = (
    set: LabelSet,
    value: number,
    suffix: string,
    { quantile, le }: { quantile?: number; le?: number } = {},
  ) => {
    listed.push({ labels: Buffer.from(textLabels(set)).toString(), value, suffix, quantile, le });
  };
  const sink: SampleSink = {
    value(labels, value) {
      add(labels, value, '');
    },
    summary(labels, { quantiles, sum, count }) {
      for (const { quantile, seconds } of quantiles) add(labels, seconds, '', { quantile });
      add(labels, sum, '_sum');
      add(labels, count, '_count');
    },
    histogram(labels, { classic, sum, count }) {
      for (const [index, le] of [...(classic?.bounds ?? []), Infinity].entries()) {
        add(labels, classic?.cumulativeCounts[index] ?? count, '_bucket', { le });
      }
      if (sum !== null) add(labels, sum, '_sum');
      add(labels, count, '_count');
    },
  };
  for (let row = 0; row < rows; row += 1) ofRow(row, sink);
  return listed;
}
