import { MAX_GONE, withLastKnown } from '../../../src/locust/rows/known-rows.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import type { RequestStats, Snapshot } from '../../../src/locust/snapshot.ts';
import { aggregate, report, row } from '../samples.ts';

const at = (rows: object[], fields: Record<string, unknown> = {}) =>
  parseStats(report(rows, fields));

function countsOf(stats: RequestStats | null | undefined): unknown[] {
  if (!stats) return [];
  const { requests, failures, contentBytes, responseTime } = stats;
  return [requests, failures, contentBytes, responseTime.count, responseTime.sumSeconds];
}

function known(...reads: Snapshot[]): Snapshot {
  let result: Snapshot | null = null;
  for (const read of reads) result = withLastKnown(result, read);
  return result!;
}

describe('what is known of the counts', () => {
  const odd = {
    ...{ num_requests: 'x', num_failures: 'x', avg_content_length: 'x', avg_response_time: 'x' },
  };

  it('is what the snapshot tells', () => {
    const first = at([row('/'), aggregate()]);
    assert.equal(known(first), first);
    const second = at([row('/', { num_requests: 11 }), aggregate({ num_requests: 11 })]);
    assert.deepEqual(known(first, second), second);
  });

  it('is what was told last where it tells nothing', () => {
    const first = at([row('/a'), aggregate()]);
    const second = at([row('/a', odd), aggregate(odd)]);
    for (const result of [known(first, second), known(first, second, second)]) {
      assert.deepEqual(countsOf(result.endpoints[0]), [10, 1, 1000, 10, 0.2]);
      assert.deepEqual(countsOf(result.aggregate), [10, 1, 1000, 10, 0.2]);
    }
    const part = at([row('/a', { num_failures: 'x', num_requests: 12 }), aggregate()]);
    assert.deepEqual(countsOf(known(first, part).endpoints[0]), [12, 1, 1200, 12, 0.24]);
    const mean = at([row('/a', { avg_response_time: 'x' }), aggregate()]);
    assert.deepEqual(countsOf(known(first, mean).endpoints[0]), [10, 1, 1000, 10, 0.2]);
    const size = at([row('/a', { avg_content_length: 'x' }), aggregate()]);
    assert.deepEqual(countsOf(known(first, size).endpoints[0]), [10, 1, 1000, 10, 0.2]);
  });

  it('is nothing of a row that began again', () => {
    const first = at([row('/a'), aggregate()]);
    const second = at([row('/a', { num_requests: 3, avg_response_time: 'x' }), aggregate()]);
    assert.deepEqual(countsOf(known(first, second).endpoints[0]), [3, 1, 300, 3, null]);
  });

  it('is that of an aggregate, a row or an error that is missing', () => {
    const errors = [
      { method: '', name: '', error: 'x', occurrences: 3 },
      { method: '', name: '', error: 'y', occurrences: 4 },
    ];
    const first = at([row('/a'), row('/b'), aggregate()], { errors });
    const second = at([row('/b'), { no: 'name' }], {
      errors: [{ ...errors[1], occurrences: 'odd' }],
    });
    const result = known(first, second);
    assert.deepEqual(countsOf(result.aggregate), [10, 1, 1000, 10, 0.2]);
    assert.deepEqual(
      result.endpoints.map(({ name }) => name),
      ['/b', '/a'],
    );
    assert.deepEqual(
      result.errors.map(({ error, occurrences }) => [error, occurrences]),
      [
        ['y', 4],
        ['x', 3],
      ],
    );
    const back = known(first, second, first);
    assert.deepEqual(back.endpoints, first.endpoints);
    assert.deepEqual(back.errors, first.errors);
  });

  it('forgets those that went first', () => {
    const rows = Array.from({ length: MAX_GONE + 2 }, (_, index) => row(`/${index}`));
    const errors = rows.map((_, index) => ({ error: String(index), occurrences: 1 }));
    const first = at([...rows, aggregate()], { errors });
    const second = at([...rows.slice(0, 1), aggregate()], { errors: errors.slice(0, 1) });
    const third = at([aggregate()]);
    const result = known(first, second, third);
    assert.deepEqual([result.endpoints.length, result.errors.length], [MAX_GONE, MAX_GONE]);
    assert.equal(result.endpoints[0]?.name, '/0');
    assert.equal(result.endpoints.at(-1)?.name, `/${MAX_GONE - 1}`);
    assert.equal(result.errors[0]?.error, '0');
    assert.equal(known(first, second).endpoints.length, MAX_GONE + 1);
  });
});
