import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CostRow } from './cost-row.ts';
import { goals } from './goals.ts';
import type { PauseRow } from './measure-pauses.ts';

const NOTHING = { starts: [], memory: [], latency: [], pauses: [], cost: [] };

const shown = (results: Partial<Parameters<typeof goals>[0]>) =>
  goals({ ...NOTHING, ...results }).map(({ goal, measured, reached }) => [goal, measured, reached]);

describe('the figures to reach', () => {
  it('are left out where nothing was measured', () => {
    assert.deepEqual(goals(NOTHING), []);
  });

  it('hold a start to all the CPU', () => {
    const start = { program: 'exporter', leastMs: 1, mostMs: 900 } as const;
    const starts = [
      { ...start, cpus: 0.25, medianMs: 600 },
      { ...start, medianMs: 110 },
    ];
    assert.deepEqual(shown({ starts }), [['≤ 120', '110', true]]);
  });

  it('hold pauses with many endpoints to a limit, while somebody scrapes', () => {
    const row = { mode: 'loop', locustReads: 6, answers: 900, p50Ms: 1, p99Ms: 40, slowestMs: 60 };
    const pauses: PauseRow[] = [
      { ...row, endpoints: 500, scrapes: 30 },
      { ...row, endpoints: 10_000, scrapes: 0 },
      { ...row, endpoints: 10_000, scrapes: 30 },
    ];
    assert.deepEqual(shown({ pauses }), [
      ['≤ 50.0', '60.0', false],
      ['≤ 50.0', '40.0', true],
    ]);
  });

  it("compare what reading costs Locust with its page, and ten scrapers' with one's", () => {
    const row = (
      asker: CostRow['asker'],
      scrapers: number,
      [requests, costMs]: [number, number],
    ): CostRow => ({
      ...{ asker, scrapers, requestsPerMinute: {}, allRequestsPerMinute: requests },
      ...{ newReportsPerMinute: 1, bytesPerMinute: 1, cpuMsPerMinute: 1, rounds: 3 },
      ...{ costMsPerMinute: costMs, leastCostMs: costMs, mostCostMs: costMs },
    });
    const cost = [
      row('nobody', 0, [0, 0]),
      row('page, Statistics', 0, [40, 200]),
      row('page, Charts', 0, [80, 800]),
      ...[row('on-demand', 1, [10, 100]), row('on-demand', 10, [40, 120])],
      ...[row('loop', 1, [30, 210]), row('loop', 10, [30, 210])],
    ];
    assert.deepEqual(shown({ cost }), [
      ['< 1', '0.250', true],
      ['< 1', '0.500', true],
      ['≤ 1.25', '4.00', false],
      ['≤ 1.25', '1.20', true],
      ['< 1', '0.750', true],
      ['< 1', '1.05', false],
      ['≤ 1.25', '1.00', true],
      ['≤ 1.25', '1.00', true],
    ]);
    assert.deepEqual(shown({ cost: cost.slice(0, 4) }), []);
  });
});
