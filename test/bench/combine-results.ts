import type { BenchResults } from './bench-report.ts';

/** Merges the results of several runs: parts that one run omits come from another. */
export function combineResults(runs: readonly BenchResults[]): BenchResults {
  return {
    setting: combineSettings(runs.map(({ setting }) => setting)),
    starts: runs.flatMap(({ starts }) => starts),
    memory: runs.flatMap(({ memory }) => memory),
    writers: runs.flatMap(({ writers }) => writers),
    cgroup: runs.flatMap(({ cgroup }) => cgroup),
    pauses: runs.flatMap(({ pauses }) => pauses),
    cost: runs.flatMap(({ cost }) => cost),
    latency: runs.flatMap(({ latency }) => latency),
  };
}

/** Each value once, in the order of the runs. */
function combineSettings(settings: readonly BenchResults['setting'][]): Record<string, string> {
  const names = [...new Set(settings.flatMap((setting) => Object.keys(setting)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = settings.flatMap((setting) => setting[name] ?? []);
      return [name, [...new Set(values)].join('; ')];
    }),
  );
}
