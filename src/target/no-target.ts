import type { SelfMetrics } from '../metrics/self.ts';
import type { Clock, Outcome } from './outcome.ts';
import { createRenderer } from './render.ts';
import type { Target } from './target.ts';

export interface NoTargetOptions {
  readonly self: SelfMetrics;
  readonly clock: Clock;
  readonly prefix: string;
}

/** Stands in for a Locust where none is configured: its scrapes show the exporter alone. */
export function createNoTarget({ self, clock, prefix }: NoTargetOptions): NoTarget {
  const render = createRenderer([], prefix, self);
  const outcome = (): Outcome => ({
    report: { snapshot: null, info: null, runStartSeconds: null },
    problem: null,
    atMs: clock.monotonicMs(),
  });
  return {
    displayUrl: null,
    gone: new Promise(() => undefined),
    start: () => undefined,
    scrape: async ({ format, gzip }) => ({
      body: await render(outcome(), { format, gzip }),
      onSent: () => undefined,
    }),
    outcome: () => Promise.resolve(outcome()),
    recentPercentiles: () => null,
    latest: () => null,
    exposition: () => Promise.resolve({ text: '', isWhole: false }),
    retire: () => Promise.resolve(),
    linger: () => Promise.resolve(true),
    close: () => Promise.resolve(),
  };
}

export type NoTarget = Omit<Target, 'displayUrl'> & { readonly displayUrl: null };
