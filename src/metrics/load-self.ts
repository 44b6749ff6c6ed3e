import type { BuildInfo, SelfMetrics, SelfMetricsOptions } from './self.ts';

/**
 * Metrics about the exporter, whose code is loaded by the first call: prom-client takes 30 ms of
 * CPU time to load, and a start need not wait for it. Reports that come earlier are not lost.
 */
export function loadSelfMetrics(build: BuildInfo, options: SelfMetricsOptions): SelfMetrics {
  let loading: Promise<SelfMetrics> | undefined;

  const load = async () => {
    const { createSelfMetrics } = await import('./self.ts');
    return createSelfMetrics(build, options);
  };
  const loaded = () => (loading ??= load());
  const report = (change: (self: SelfMetrics) => void) => {
    void loaded().then(change);
  };

  return {
    readDone: (durationSeconds) => {
      report((self) => {
        self.readDone(durationSeconds);
      });
    },
    readSucceeded: (atSeconds, figures) => {
      report((self) => {
        self.readSucceeded(atSeconds, figures);
      });
    },
    readFailed: (code) => {
      report((self) => {
        self.readFailed(code);
      });
    },
    pushDone: (result) => {
      report((self) => {
        self.pushDone(result);
      });
    },
    targetEvicted: () => {
      report((self) => {
        self.targetEvicted();
      });
    },
    families: async () => (await loaded()).families(),
  };
}
