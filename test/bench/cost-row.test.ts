import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { answersSince, costRow, type CostRound } from './cost-row.ts';

const answers = (count: number, bytes: number) => ({
  '/stats/requests': { count, changes: count / 2, bytes },
});
const round = (cpuSeconds: number, count: number): CostRound => ({
  ...{ seconds: 30, cpuSeconds, answers: answers(count, count * 1000) },
});

describe('what it costs Locust to be asked', () => {
  it('is the median of the rounds, by the minute and above that of nobody', () => {
    const rounds = [round(0.5, 15), round(0.9, 16), round(0.4, 12)];
    const alone = [round(0.2, 0), round(0.3, 0), round(0.2, 0)];
    const row = costRow({ asker: 'loop', scrapers: 1 }, rounds, alone);
    const rounded = (value: number) => Math.round(value * 1000) / 1000;
    assert.deepEqual(row.requestsPerMinute, { '/stats/requests': 30 });
    assert.deepEqual(
      [row.allRequestsPerMinute, row.newReportsPerMinute, row.bytesPerMinute],
      [30, 15, 30_000],
    );
    assert.equal(rounded(row.cpuMsPerMinute), 1000);
    assert.deepEqual(
      [row.leastCostMs, row.costMsPerMinute, row.mostCostMs].map(rounded),
      [400, 600, 1200],
    );
  });

  it('has a path that was asked for in some rounds only', () => {
    const other = { ...round(1, 0), answers: { '/logs': { count: 1, changes: 1, bytes: 9 } } };
    const rounds = [round(1, 2), other, other];
    const row = costRow({ asker: 'page, Charts', scrapers: 0 }, rounds, rounds);
    assert.deepEqual(row.requestsPerMinute, { '/logs': 2, '/stats/requests': 0 });
  });

  it('counts from one time to another', () => {
    const after = { ...answers(5, 500), '/tasks': { count: 1, changes: 1, bytes: 2 } };
    assert.deepEqual(answersSince(answers(3, 100), after), {
      ...answers(2, 400),
      '/tasks': { count: 1, changes: 1, bytes: 2 },
    });
    assert.deepEqual(answersSince(after, after), {});
  });
});
