import type { LabelSet } from './labels.ts';

/** Metrics as data: what the exposition formats write. */
export interface Family {
  /** The whole name; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'summary' | 'histogram';
  readonly help: string;
  readonly samples: Samples;
  /** Unix time at which its counts began, if it has any; only protobuf contains it. */
  readonly createdSeconds?: number | null;
}

/** Samples that are made row by row when they are written, and not kept. */
export interface Samples {
  readonly rows: number;
  /** Adds those of one row, in the order of the exposition: none, one or several. */
  readonly ofRow: (row: number, sink: SampleSink) => void;
}

/** Takes samples, each by the method of its family's type. What it is given, it does not keep. */
export interface SampleSink {
  /** Of a gauge or a counter. */
  value(labels: LabelSet, value: number): void;
  summary(labels: LabelSet, summary: SummaryValue): void;
  histogram(labels: LabelSet, histogram: HistogramValue): void;
}

export interface SummaryValue {
  readonly count: number;
  readonly sum: number;
  readonly quantiles: readonly QuantileValue[];
}

export interface QuantileValue {
  /** Above 0, at most 1. */
  readonly quantile: number;
  readonly seconds: number;
}

export interface HistogramValue {
  readonly count: number;
  /** null where it is not known, or may fall. */
  readonly sum: number | null;
  /** null where it goes out without. */
  readonly classic: ClassicBuckets | null;
  /** Made when called, since only protobuf has a use for it; null where it goes out without. */
  readonly native: () => NativeBuckets | null;
}

export interface ClassicBuckets {
  /** Upper bounds, inclusive, in ascending order, without that of infinity. */
  readonly bounds: readonly number[];
  /** How many values are at most the bound at the same index. */
  readonly cumulativeCounts: ArrayLike<number>;
}

/** The sparse buckets of a native histogram: bucket i is `(base^(i-1), base^i]`, base 2^2^-schema. */
export interface NativeBuckets {
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly positive: SparseBuckets;
  readonly negative: SparseBuckets;
}

/** Runs of buckets that follow each other. */
export interface SparseBuckets {
  /** Offset and length of each run; the offset is the gap to the run before, or the first index. */
  readonly spans: ArrayLike<number>;
  readonly spanCount: number;
  /** Of all buckets of all runs: the first `length`. */
  readonly counts: ArrayLike<number>;
  readonly length: number;
}

export const NO_SAMPLES: Samples = { rows: 0, ofRow: () => undefined };
