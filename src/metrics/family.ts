/** Metrics as data: what the exposition formats write. */
export interface Family {
  /** The whole name; that of a counter ends in `_total`. */
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'summary' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  /** Shared by all samples of one row, whose label text is then written only once. */
  readonly labels: Labels;
  readonly value: number;
  /** What follows the family's name, such as `_sum`. */
  readonly suffix?: string;
  /** For a summary: above 0, at most 1. */
  readonly quantile?: number;
}

export type Labels = Readonly<Record<string, string>>;

export const NO_LABELS: Labels = {};
