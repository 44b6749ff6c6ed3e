import type { NewReport } from './replay-locust.ts';

/** A way to run the exporter, and what Locust does meanwhile. */
export interface Mode {
  readonly key: 'each-read' | 'memoized' | 'default' | 'loop';
  readonly label: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly newReport: NewReport;
  /** From one read of Locust to the next, where not every scrape reads. */
  readonly intervalMs: number;
}

const EACH_SCRAPE_READS = { CACHE_TTL: '0s' };

export const MODES: readonly Mode[] = [
  {
    key: 'each-read',
    label: 'on-demand, each read a new report',
    settings: EACH_SCRAPE_READS,
    newReport: 'every read',
    intervalMs: 0,
  },
  {
    key: 'memoized',
    label: "on-demand, Locust's 2 s cache",
    settings: EACH_SCRAPE_READS,
    newReport: 'every 2 s',
    intervalMs: 0,
  },
  {
    key: 'default',
    label: 'on-demand, as set',
    settings: {},
    newReport: 'every 2 s',
    intervalMs: 1000,
  },
  {
    key: 'loop',
    label: 'loop',
    settings: { SCRAPE_MODE: 'loop' },
    newReport: 'every 2 s',
    intervalMs: 2000,
  },
];

/** The predecessor has only one mode, the first. */
export const PREDECESSOR_MODE = { label: '', newReport: 'every read' } as const;
