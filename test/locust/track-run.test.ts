import assert from 'node:assert/strict';
import { it } from 'node:test';
import { trackRun } from '../../src/locust/track-run.ts';
import { snapshot } from './samples.ts';

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
