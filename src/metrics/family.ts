import type { LabelBytes } from './encode-labels.ts';

/** Metrics as data: what the exposition formats write. */
export interface Family {
  /** The whole name; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'summary' | 'histogram';
  readonly help: string;
  readonly samples: Samples;
}

/** Samples that are made when they are written, row by row, and kept by nobody. */
export interface Samples {
  readonly rows: number;
  /** Adds those of one row, in the order of the exposition: none, one or several. */
  readonly ofRow: (row: number, add: AddSample) => void;
}

/**
 * @param labels by encodeLabels.
 * @param suffix what follows the family's name, such as `_sum`.
 * @param quantile for a summary: above 0, at most 1.
 */
export type AddSample = (
  labels: LabelBytes,
  value: number,
  suffix?: string,
  quantile?: number,
) => void;

export const NO_SAMPLES: Samples = { rows: 0, ofRow: () => undefined };
