import type { Encoding } from './scrape-load.ts';

export interface LatencyRow extends Encoding {
  readonly endpoints: number;
  readonly scrapers: number;
  readonly program: 'exporter' | 'predecessor' | 'static file';
  /** How the exporter was run; empty for others. */
  readonly mode: string;
  /** Medians of the rounds. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  /** Of the rounds' medians, as a share of their median. */
  readonly spread: number;
  readonly perSecond: number;
  readonly cpuSecondsPer1000: number;
  /** Of the largest response, with its headers. */
  readonly bytes: number;
  readonly samples?: number;
  readonly scrapes: number;
  readonly rounds: number;
  readonly locustReadsPer1000?: number;
  readonly locustReadsPerSecond?: number;
  /** Its median latency by that of the predecessor, which has only one format. */
  readonly toPredecessor?: number;
  /** Its median latency by that of a bare server with the same bytes. */
  readonly toStaticFile?: number;
}

/** Adds the ratios to rows that were measured side by side. */
export function comparable(rows: readonly LatencyRow[]): LatencyRow[] {
  const predecessor = rows.find(({ program }) => program === 'predecessor');
  return rows.map((row) => {
    if (row.program === 'static file') return row;
    const file = rows.find(
      ({ program, format }) => program === 'static file' && format === row.format,
    );
    return {
      ...row,
      ...(predecessor && { toPredecessor: row.p50Ms / predecessor.p50Ms }),
      ...(file && row.program === 'exporter' && { toStaticFile: row.p50Ms / file.p50Ms }),
    };
  });
}
