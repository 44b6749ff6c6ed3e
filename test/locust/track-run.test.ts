import assert from 'node:assert/strict';
import { it } from 'node:test';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import { trackRun } from '../../src/locust/history.ts';
import { aggregate, report, row, snapshot } from './samples.ts';

const at = (state: string, requests = 10, rps?: number) =>
  snapshot({ state }, { num_requests: requests, total_rps: rps });

it('a run that is seen to begin starts between two reads', () => {
  const ready = trackRun(null, at('ready', 0), 100);
  assert.deepEqual([ready.began, ready.startSeconds], [false, null]);
  const unknown = trackRun(ready, at('spawning', 1), 105);
  assert.deepEqual([unknown.began, unknown.startSeconds], [true, 105]);
  // 10 requests at 5/s took 2 s.
  assert.equal(trackRun(ready, at('running', 10, 5), 105).startSeconds, 103);
  // An estimate from before the last read cannot be right.
  assert.equal(trackRun(ready, at('running', 10, 0.1), 105).startSeconds, 100);
});

it('the start stays as the run goes on and after its end', () => {
  let track = trackRun(trackRun(null, at('ready', 0), 100), at('running', 10, 5), 105);
  for (const state of ['running', 'stopping', 'stopped']) {
    track = trackRun(track, at(state, 20, 1), track.atSeconds + 5);
    assert.deepEqual([track.began, track.startSeconds], [false, 103], state);
  }
});

it('a run found on the way has the start that its mean rate tells', () => {
  assert.equal(trackRun(null, at('running', 100, 2), 1000).startSeconds, 950);
  assert.equal(trackRun(null, at('running', 100), 1000).startSeconds, null);
  assert.equal(trackRun(null, at('running', 0, 0), 1000).startSeconds, null);
  assert.equal(trackRun(null, at('stopped', 100, 2), 1000).startSeconds, null);
});

it('a reset and a new run begin again', () => {
  const running = trackRun(null, at('running', 100, 2), 1000);
  const reset = trackRun(running, at('running', 3), 1005);
  assert.deepEqual([reset.began, reset.startSeconds], [true, 1005]);
  const stopped = trackRun(reset, at('stopped', 4), 1010);
  const next = trackRun(stopped, at('spawning', 8), 1015);
  assert.deepEqual([next.began, next.startSeconds], [true, 1015]);
  const away = trackRun(next, at('stopped', 1), 1020);
  assert.deepEqual([away.began, away.startSeconds], [true, null]);
});

it('a mean rate that leads nowhere tells no start', () => {
  assert.equal(trackRun(null, at('running', 10, 5e-324), 1000).startSeconds, null);
});

it('a row that is taken out or begins again does not begin the run again', () => {
  const read = (rows: object[], requests: number) =>
    parseStats(report([...rows, aggregate({ num_requests: requests, total_rps: 1 })]));
  const login = row('/login', { num_requests: 50 });
  const first = trackRun(null, read([row('/a'), login], 150), 1000);
  assert.equal(first.startSeconds, 850);
  const removed = trackRun(first, read([row('/a')], 180), 1030);
  assert.deepEqual([removed.began, removed.startSeconds], [false, 850]);
  const lower = trackRun(removed, read([row('/a', { num_requests: 2 })], 181), 1031);
  assert.deepEqual([lower.began, lower.startSeconds], [false, 850]);
});

it('a reset is seen though a read in between does not tell the counts', () => {
  const first = trackRun(null, at('running', 100, 1), 1000);
  for (const odd of [
    report([{ odd: true }]),
    report([row('/', { num_requests: 100 }), aggregate({ num_requests: 'x' })]),
  ]) {
    const gap = trackRun(first, parseStats(odd), 1002);
    assert.equal(gap.began, false);
    const reset = trackRun(gap, at('running', 3), 1004);
    assert.equal(reset.began, true);
    assert.deepEqual(reset.known, reset.snapshot);
    const higher = trackRun(gap, at('running', 101), 1004);
    assert.deepEqual([higher.began, higher.startSeconds], [false, 900]);
  }
});

it('a row that went long ago is no news to a read without the aggregate', () => {
  const errors = [{ method: 'GET', name: '/', error: 'x', occurrences: 1 }];
  const read = (rows: object[], fields: Record<string, unknown> = {}) =>
    parseStats(report([row('/'), ...rows], fields));
  const first = trackRun(null, read([aggregate()], { errors }), 1000);
  const removed = trackRun(first, read([aggregate()]), 1002);
  const gap = trackRun(removed, read([7 as unknown as object]), 1004);
  assert.deepEqual([removed.began, gap.began], [false, false]);
});

it('before the first run there is no start, whatever there was before a restart of Locust', () => {
  const running = trackRun(null, at('running', 100, 2), 1000);
  assert.equal(running.startSeconds, 950);
  for (const requests of [0, 100]) {
    assert.equal(trackRun(running, at('ready', requests), 1005).startSeconds, null);
  }
  assert.equal(trackRun(null, at('ready', 100, 2), 1000).startSeconds, null);
});

it('one of requests and mean rate alone tells no start', () => {
  assert.equal(trackRun(null, at('running', 0, 2), 1000).startSeconds, null);
  assert.equal(trackRun(null, at('running', 10, 0), 1000).startSeconds, null);
});

it('the same snapshot begins nothing', () => {
  const first = trackRun(null, at('running', 10), 1000);
  assert.equal(trackRun(first, first.snapshot, 1005).began, false);
});

it('a run that begins knows nothing of the one before', () => {
  const stopped = trackRun(null, at('stopped', 100), 1000);
  const odd = parseStats(report([row('/'), aggregate({ num_requests: 'odd' })]));
  const next = trackRun(stopped, odd, 1002);
  assert.deepEqual([next.began, next.known.aggregate?.requests], [true, null]);
});
