import type { Answers } from './counting-proxy.ts';
import { median } from './statistics.ts';

/** A reader of Locust, or no reader. */
export type Asker = 'nobody' | 'page, Statistics' | 'page, Charts' | 'on-demand' | 'loop';

/** What Locust did while it was asked, for a while. */
export interface CostRound {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly answers: Readonly<Record<string, Answers>>;
}

export interface CostRow {
  readonly asker: Asker;
  /** Of the exporter. */
  readonly scrapers: number;
  /** Of each path; all figures are medians of the rounds. */
  readonly requestsPerMinute: Readonly<Record<string, number>>;
  readonly allRequestsPerMinute: number;
  /** Responses of `/stats/requests` that Locust computed anew. */
  readonly newReportsPerMinute: number;
  readonly bytesPerMinute: number;
  /** Of Locust's master. */
  readonly cpuMsPerMinute: number;
  /** More than with nobody in the same round. */
  readonly costMsPerMinute: number;
  /** The rounds' least and most of that. */
  readonly leastCostMs: number;
  readonly mostCostMs: number;
  readonly rounds: number;
}

const REPORT_PATH = '/stats/requests';

/** Of rounds in which the contenders took turns. @param alone those with nobody */
export function costRow(
  { asker, scrapers }: Pick<CostRow, 'asker' | 'scrapers'>,
  rounds: readonly CostRound[],
  alone: readonly CostRound[],
): CostRow {
  const perMinute = (value: (round: CostRound) => number): number =>
    median(rounds.map((round) => (value(round) / round.seconds) * 60));
  const sum = (round: CostRound, key: keyof Answers): number =>
    Object.values(round.answers).reduce((all, answers) => all + answers[key], 0);
  const cpuMs = ({ cpuSeconds, seconds }: CostRound): number => (cpuSeconds / seconds) * 60_000;
  const costsMs = rounds.map((round, index) => cpuMs(round) - cpuMs(alone[index]!));
  const paths = [...new Set(rounds.flatMap(({ answers }) => Object.keys(answers)))].sort();
  return {
    ...{ asker, scrapers, rounds: rounds.length },
    requestsPerMinute: Object.fromEntries(
      paths.map((path) => [path, perMinute(({ answers }) => answers[path]?.count ?? 0)]),
    ),
    allRequestsPerMinute: perMinute((round) => sum(round, 'count')),
    newReportsPerMinute: perMinute(({ answers }) => answers[REPORT_PATH]?.changes ?? 0),
    bytesPerMinute: perMinute((round) => sum(round, 'bytes')),
    cpuMsPerMinute: median(rounds.map(cpuMs)),
    costMsPerMinute: median(costsMs),
    leastCostMs: Math.min(...costsMs),
    mostCostMs: Math.max(...costsMs),
  };
}

/** What came since an earlier count. */
export function answersSince(
  before: CostRound['answers'],
  after: CostRound['answers'],
): CostRound['answers'] {
  const since = Object.entries(after).map(([path, { count, changes, bytes }]) => {
    const earlier = before[path] ?? { count: 0, changes: 0, bytes: 0 };
    const answers = {
      count: count - earlier.count,
      changes: changes - earlier.changes,
      bytes: bytes - earlier.bytes,
    };
    return [path, answers] as const;
  });
  return Object.fromEntries(since.filter(([, { count }]) => count > 0));
}
