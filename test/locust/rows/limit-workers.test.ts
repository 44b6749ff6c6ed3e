import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cutText } from '../../../src/locust/text.ts';
import { limitWorkers } from '../../../src/locust/rows/limit-workers.ts';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import type { Workers } from '../../../src/locust/snapshot.ts';
import { report } from '../samples.ts';

const worker = (id: unknown, fields: object = {}) => ({
  ...{ id, state: 'running', user_count: 2, cpu_usage: 50, memory_usage: 1000 },
  ...fields,
});

function parse(workers: readonly object[]): { workers: Workers; folded: number } {
  const snapshot = parseStats(report([], { workers }));
  return { workers: snapshot.workers!, folded: snapshot.foldedWorkers };
}

function limit(workers: readonly object[], maxWorkers = 1000, maxLength = 1024) {
  const cut = (text: string) => cutText(text, maxLength);
  return limitWorkers(parse(workers).workers, { maxWorkers, cut });
}

describe('workers above the limit', () => {
  it('are added up, with the counts by state as they were', () => {
    const list = [
      worker('a'),
      worker('b', { state: 'ready' }),
      worker('c', { memory_usage: undefined }),
      worker('d', { state: 'missing', user_count: 0 }),
    ];
    const { workers, folded } = limit(list, 2);
    assert.deepEqual(workers?.list, [
      { id: 'a', state: 'running', users: 2, cpuRatio: 0.5, memoryBytes: 1000 },
      { id: 'b', state: 'ready', users: 2, cpuRatio: 0.5, memoryBytes: 1000 },
      { id: '(other)', state: '(other)', users: 2, cpuRatio: null, memoryBytes: 1000 },
    ]);
    assert.equal(folded, 2);
    assert.deepEqual(Object.fromEntries(workers.countByState), {
      ...{ ready: 1, spawning: 0, running: 2, missing: 1 },
    });
  });

  it('are none at the limit, and may be a single one', () => {
    const parsed = parse([worker('a'), worker('b')]).workers;
    const cut = (text: string) => text;
    const all = limitWorkers(parsed, { maxWorkers: 2, cut });
    assert.deepEqual([all.workers === parsed, all.folded], [true, 0]);
    const one = limitWorkers(parsed, { maxWorkers: 1, cut });
    assert.deepEqual([one.workers?.list.map(({ id }) => id), one.folded], [['a', '(other)'], 1]);
  });

  it('are not those that share the id of one below it', () => {
    const { workers, folded } = limit([worker('a'.repeat(17)), worker('a'.repeat(18))], 1, 16);
    assert.deepEqual(
      workers?.list.map(({ id, users }) => [id, users]),
      [[`${'a'.repeat(15)}…`, 4]],
    );
    assert.equal(folded, 2);
  });

  it('are added to a worker that is called so itself', () => {
    const { workers, folded } = limit([worker('(other)'), worker('b')], 1);
    assert.deepEqual(
      workers?.list.map(({ id, users }) => [id, users]),
      [['(other)', 4]],
    );
    assert.equal(folded, 2);
  });
});

describe('texts of workers', () => {
  it('are cut, and workers that come to have the same id are added up', () => {
    const long = 'w'.repeat(20);
    const list = [worker(`${long}1`), worker(`${long}2`), worker('b', { state: 's'.repeat(20) })];
    const { workers, folded } = limit(list, 1000, 16);
    assert.deepEqual(
      workers?.list.map(({ id, state, users, cpuRatio }) => [id, state, users, cpuRatio]),
      [
        [`${'w'.repeat(15)}…`, 'running', 4, null],
        ['b', `${'s'.repeat(15)}…`, 2, 0.5],
      ],
    );
    assert.equal(workers.countByState.get(`${'s'.repeat(15)}…`), 1);
    assert.equal(folded, 2);
  });

  it('that are the same are one worker, and two states of it are none', () => {
    const { workers, folded } = parse([worker(1), worker('1', { state: 'ready' }), worker('b')]);
    assert.deepEqual(
      workers.list.map(({ id, state, users }) => [id, state, users]),
      [
        ['1', '(other)', 4],
        ['b', 'running', 2],
      ],
    );
    assert.equal(folded, 2);
    assert.deepEqual(
      [workers.countByState.get('running'), workers.countByState.get('ready')],
      [2, 1],
    );
  });

  it('make twenty states at most, and the count of all is that of the workers', () => {
    const list = Array.from({ length: 30 }, (_, id) => worker(id, { state: `odd ${id}` }));
    const { countByState } = parse(list).workers;
    // Four are always there.
    assert.equal(countByState.size, 21);
    assert.equal(countByState.get('(other)'), 14);
    assert.equal(countByState.get('odd 15'), 1);
    const total = [...countByState.values()].reduce((sum, count) => sum + count, 0);
    assert.equal(total, 30);
  });
});
