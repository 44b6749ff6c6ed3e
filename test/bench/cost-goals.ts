import type { CostRow } from './cost-row.ts';
import { atMost, type GoalRow } from './goal-row.ts';
import { figure } from './markdown-table.ts';

const MODES = ['on-demand', 'loop'] as const;
/** Of ten scrapers to one. */
const MOST = 1.25;

/** Reading costs Locust less than its own page does, and ten scrapers cost no more than one. */
export function costGoals(rows: readonly CostRow[]): GoalRow[] {
  const of = (wanted: CostRow['asker'], isWanted: (scrapers: number) => boolean) =>
    rows.find(({ asker, scrapers }) => asker === wanted && isWanted(scrapers));
  const page = of('page, Statistics', () => true);
  return MODES.flatMap((mode) => {
    const one = of(mode, (scrapers) => scrapers === 1);
    const many = of(mode, (scrapers) => scrapers > 1);
    if (page === undefined || one === undefined || many === undefined) return [];
    const toOne = `with ${many.scrapers} scrapers ÷ one; ${mode}`;
    return [
      below(`requests to Locust ÷ its page; ${mode}`, requests(one) / requests(page)),
      below(`CPU of Locust's master ÷ its page; ${mode}`, cpu(one) / cpu(page)),
      ...atMost(`requests to Locust ${toOne}`, requests(many) / requests(one), { most: MOST }),
      ...atMost(`CPU of Locust's master ${toOne}`, cpu(many) / cpu(one), { most: MOST }),
    ];
  });
}

function requests({ allRequestsPerMinute }: CostRow): number {
  return allRequestsPerMinute;
}

function cpu({ costMsPerMinute }: CostRow): number {
  return costMsPerMinute;
}

function below(what: string, ratio: number): GoalRow {
  return { what, goal: '< 1', measured: figure(ratio), reached: ratio < 1 };
}
