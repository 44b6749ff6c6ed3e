import type { AddSample, Samples } from '../../src/metrics/family.ts';

export interface ListedSample {
  /** As labelText writes them. */
  readonly labels: string;
  readonly value: number;
  readonly suffix: NonNullable<Parameters<AddSample>[2]>;
  readonly quantile: number | undefined;
}

export function listSamples({ rows, ofRow }: Samples): ListedSample[] {
  const listed: ListedSample[] = [];
  for (let row = 0; row < rows; row += 1) {
    ofRow(row, (labels, value, suffix = '', quantile) => {
      listed.push({ labels, value, suffix, quantile });
    });
  }
  return listed;
}
