import type { YieldingTask } from '../async/run-yielding.ts';
import {
  keepMonotonic,
  replaceSnapshot,
  settleRates,
  trackRun,
  trackStandstill,
  type RunTrack,
  type Standstill,
} from '../locust/history.ts';
import { withLastKnown } from '../locust/rows/known-rows.ts';
import { createRowShaper, type RowRules } from '../locust/rows/rewrite.ts';
import type { Snapshot } from '../locust/snapshot.ts';

/** What follows from all reads of one Locust together. For each read: `track`, perhaps `replace`, `settle`. */
export interface RunHistory {
  /** Takes the snapshot of a read. @returns whether Locust's statistics began again since the last one */
  track(snapshot: Snapshot, atSeconds: number): boolean;
  /** Replaces the tracked snapshot by another one of the same response. */
  replace(snapshot: Snapshot): void;
  /**
   * The tracked snapshot as it is shown: rows renamed and limited, sums that do not fall, rates
   * that do not stand still. Of the same snapshot it is the same, until its rates end. It must come
   * to its end before the next `track`.
   *
   * @param nowMs of a clock that never jumps.
   */
  settle(nowMs: number): YieldingTask<Settled>;
}

export interface Settled {
  readonly snapshot: Snapshot;
  readonly runStartSeconds: number | null;
}

export function createRunHistory(rowRules: RowRules): RunHistory {
  const shapeRows = createRowShaper(rowRules);
  let before: RunTrack | null = null;
  let run: RunTrack | null = null;
  let standstill: Standstill | null = null;
  let shaped: { readonly of: Snapshot; readonly snapshot: Snapshot } | null = null;
  /** What is known of the sums that the shaped snapshot has or lacks. */
  let knownSums: Snapshot | null = null;
  /** Also of a read that broke off before `settle`. */
  let hasBegun = false;

  function* shape(snapshot: Snapshot): YieldingTask<Snapshot> {
    if (shaped?.of !== snapshot) {
      const knownBefore = hasBegun ? null : knownSums;
      const rows = keepMonotonic(knownBefore, yield* shapeRows(snapshot, hasBegun));
      yield;
      knownSums = withLastKnown(knownBefore, rows);
      shaped = { of: snapshot, snapshot: rows };
      hasBegun = false;
    }
    return shaped.snapshot;
  }

  return {
    track(snapshot, atSeconds) {
      before = run;
      run = trackRun(before, snapshot, atSeconds);
      hasBegun ||= run.began;
      return run.began;
    },
    replace(snapshot) {
      if (run !== null) run = replaceSnapshot(run, snapshot, before);
    },
    *settle(nowMs) {
      if (run === null) throw new Error('settle was called before track');
      standstill = trackStandstill(standstill, run.known, nowMs);
      const snapshot = settleRates(yield* shape(run.snapshot), standstill, nowMs);
      return { snapshot, runStartSeconds: run.startSeconds };
    },
  };
}
