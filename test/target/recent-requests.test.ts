import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Durations, Snapshot } from '../../src/locust/snapshot.ts';
import { createRecentRequests, type RecentRequests } from '../../src/target/recent-requests.ts';
import {
  sampleEndpoint,
  sampleSnapshot,
  sampleStats,
} from '../http/status-page/sample-status-view.ts';

/** By milliseconds. */
type Counts = Readonly<Record<number, number>>;

function durationsOf(counts: Counts): Durations {
  const times = Object.keys(counts).map(Number);
  return {
    seconds: Float64Array.from(times, (time) => time / 1000),
    counts: Float64Array.from(Object.values(counts)),
    sumSeconds: null,
  };
}

function reportOf(rows: Readonly<Record<string, Counts>>, requests: number): Snapshot {
  const all: Record<number, number> = {};
  for (const counts of Object.values(rows)) {
    for (const [time, count] of Object.entries(counts)) {
      all[Number(time)] = (all[Number(time)] ?? 0) + count;
    }
  }
  return sampleSnapshot({
    aggregate: sampleStats({ requests, durations: durationsOf(all) }),
    endpoints: Object.entries(rows).map(([name, counts]) =>
      sampleEndpoint({ name, durations: durationsOf(counts) }),
    ),
    companion: {
      ...{ targetUsers: null, spawnRate: null, exceptions: null, runStartSeconds: null },
      statsStartSeconds: null,
      userClassUsers: new Map(),
    },
  });
}

/** In ms. */
function percentilesOf(recent: RecentRequests, index: number): number[] {
  return recent
    .percentiles()!
    .ofEndpoint(index)
    .map(({ seconds }) => seconds * 1000);
}

describe('recent requests', () => {
  it('are those since the report of about a minute before', () => {
    const recent = createRecentRequests();
    recent.add(reportOf({ '/': { 10: 1000 } }, 1000), 0);
    recent.add(reportOf({ '/': { 10: 1000, 500: 10 } }, 1010), 30_000);
    assert.equal(recent.percentiles()!.seconds, 30);
    assert.deepEqual(percentilesOf(recent, 0), [500, 500, 500]);
    recent.add(reportOf({ '/': { 10: 1000, 30: 90, 500: 10 } }, 1100), 60_000);
    assert.deepEqual(percentilesOf(recent, 0), [30, 500, 500]);
    recent.add(reportOf({ '/': { 10: 1000, 30: 190, 500: 10 } }, 1200), 90_000);
    assert.equal(recent.percentiles()!.seconds, 60);
    assert.deepEqual(percentilesOf(recent, 0), [30, 30, 30]);
  });

  it('are all of a row that was not there a minute before, or began again', () => {
    const recent = createRecentRequests();
    recent.add(reportOf({ '/again': { 10: 100 } }, 100), 0);
    recent.add(reportOf({ '/again': { 20: 5 }, '/new': { 70: 7 } }, 112), 10_000);
    assert.deepEqual(percentilesOf(recent, 0), [20, 20, 20]);
    assert.deepEqual(percentilesOf(recent, 1), [70, 70, 70]);
  });

  it('begin with a run', () => {
    const recent = createRecentRequests();
    recent.add(reportOf({ '/': { 10: 1000 } }, 1000), 0);
    recent.add(reportOf({ '/': { 10: 3, 90: 2 } }, 5), 50_000);
    assert.equal(recent.percentiles()!.seconds, 50);
    assert.deepEqual(percentilesOf(recent, 0), [10, 90, 90]);
  });

  it('are none of a row that had none', () => {
    const recent = createRecentRequests();
    recent.add(reportOf({ '/': { 10: 1000 }, '/busy': { 5: 1 } }, 1001), 0);
    recent.add(reportOf({ '/': { 10: 1000 }, '/busy': { 5: 9 } }, 1009), 20_000);
    assert.deepEqual(percentilesOf(recent, 0), []);
    assert.deepEqual(percentilesOf(recent, 1), [5, 5, 5]);
    assert.deepEqual(
      recent.percentiles()!.aggregate.map(({ quantile }) => quantile),
      [0.5, 0.95, 0.99],
    );
  });

  it('are unknown without the companion, and after a single report', () => {
    const recent = createRecentRequests();
    assert.equal(recent.percentiles(), null);
    recent.add(reportOf({ '/': { 10: 1 } }, 1), 0);
    assert.equal(recent.percentiles(), null);
    recent.add(reportOf({ '/': { 10: 2 } }, 2), 5000);
    assert.notEqual(recent.percentiles(), null);
    recent.add(sampleSnapshot(), 10_000);
    assert.equal(recent.percentiles(), null);
  });

  it('reach less far back where there are very many times', () => {
    const counts = (add: number): Counts =>
      Object.fromEntries(Array.from({ length: 300 }, (_, time) => [time + 1, add]));
    const rows = (add: number) =>
      Object.fromEntries(Array.from({ length: 1000 }, (_, row) => [`/${row}`, counts(add)]));
    const recent = createRecentRequests();
    for (const step of [1, 2, 3, 4, 5]) recent.add(reportOf(rows(step), step), step * 15_000);
    // Three of five have 900,000 times, and there is room for 1,048,576.
    assert.equal(recent.percentiles()!.seconds, 30);
    recent.add(reportOf(rows(6), 6), 6 * 15_000);
    assert.equal(recent.percentiles()!.seconds, 30);
  });
});
