import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly sizes: readonly number[];
  readonly scrapers: readonly number[];
  readonly rounds: number;
  readonly roundMs: number;
  /** Of the measurement of memory. */
  readonly scrapes: number;
  readonly starts: number;
  /** How long `memory` looks at a program that nobody asks. */
  readonly idleMs: number;
  /** Of the control group. */
  readonly limitMib: number;
  /** Of each contender and round of `cost`. */
  readonly costSeconds: number;
  /** Of each response of Locust. */
  readonly delayMs: number;
  readonly json: string | undefined;
  readonly write: string | undefined;
  /** Files of `--json` from earlier runs, whose results are put before these. */
  readonly earlier: readonly string[];
  /** Whether a measurement was asked for; `cgroup` and `cost` only when named. */
  readonly wants: (id: string) => boolean;
}

const FULL = {
  ...{ sizes: [50, 500, 5000, 10_000], scrapers: [1, 4, 50] },
  ...{ rounds: 3, roundMs: 400, scrapes: 10_000, starts: 10 },
};
const QUICK = {
  ...FULL,
  ...{ sizes: [500], scrapers: [1, 50], roundMs: 300, scrapes: 1000, starts: 5 },
};
const ONLY_WHEN_NAMED = new Set(['cgroup', 'cost']);

/** @throws Error, or TypeError of node:util, where an argument is wrong */
export function parseBenchOptions(args: readonly string[]): BenchOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      ...{ only: text, json: text, write: text, earlier: text },
      ...{
        rounds: text,
        'round-ms': text,
        scrapes: text,
        starts: text,
        'idle-ms': text,
        'cost-seconds': text,
        'delay-ms': text,
        'limit-mib': text,
      },
    },
  });
  const defaults = values.quick ? QUICK : FULL;
  const only = values.only?.split(',');
  const count = (
    flag:
      | 'rounds'
      | 'round-ms'
      | 'scrapes'
      | 'starts'
      | 'idle-ms'
      | 'cost-seconds'
      | 'delay-ms'
      | 'limit-mib',
    otherwise: number,
    least = 1,
  ): number => {
    const number = Number(values[flag] ?? otherwise);
    if (!Number.isInteger(number) || number < least)
      throw new Error(`--${flag}: expected a whole number from ${least}`);
    return number;
  };
  return {
    ...defaults,
    rounds: count('rounds', defaults.rounds),
    roundMs: count('round-ms', defaults.roundMs),
    scrapes: count('scrapes', defaults.scrapes),
    starts: count('starts', defaults.starts),
    idleMs: count('idle-ms', 10_000),
    limitMib: count('limit-mib', 128, 16),
    costSeconds: count('cost-seconds', 30),
    delayMs: count('delay-ms', 0, 0),
    ...{ json: values.json, write: values.write },
    earlier: values.earlier?.split(',') ?? [],
    wants: (id) =>
      only === undefined
        ? !ONLY_WHEN_NAMED.has(id)
        : only.some((wanted) => id === wanted || id.startsWith(`${wanted}/`)),
  };
}
