import type { Samples } from '../../src/metrics/exposition/family.ts';

export interface ListedSample {
  /** As they are written. */
  readonly labels: string;
  readonly value: number;
  readonly suffix: string;
  readonly quantile: number | undefined;
}

export function listSamples({ rows, ofRow }: Samples): ListedSample[] {
  const listed: ListedSample[] = [];
  for (let row = 0; row < rows; row += 1) {
    ofRow(row, (labels, value, suffix = '', quantile) => {
      listed.push({ labels: Buffer.from(labels).toString(), value, suffix, quantile });
    });
  }
  return listed;
}
