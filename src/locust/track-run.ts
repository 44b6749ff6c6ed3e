import { countsFell } from './counts-fell.ts';
import { withLastKnown } from './known-rows.ts';
import { isActive } from './runner-state.ts';
import { finiteOrNull } from './shape.ts';
import type { Snapshot } from './snapshot.ts';

/** What the reads so far tell about the run that a snapshot is of. */
export interface RunTrack {
  readonly snapshot: Snapshot;
  /** The snapshot with what is known of the counts that it lacks. */
  readonly known: Snapshot;
  /** When the snapshot was read, Unix time. */
  readonly atSeconds: number;
  /** Whether the statistics began again since the read before, by a new run or a reset. */
  readonly began: boolean;
  /** Unix time at which the statistics began; null where that cannot be known. */
  readonly startSeconds: number | null;
}

/** @param earlier the track of the read before this one; null for the first. */
export function trackRun(
  earlier: RunTrack | null,
  snapshot: Snapshot,
  atSeconds: number,
): RunTrack {
  const active = isActive(snapshot.state);
  const began =
    earlier !== null &&
    snapshot !== earlier.snapshot &&
    ((active && !isActive(earlier.snapshot.state)) || countsFell(earlier.known, snapshot));
  const known = knownAt(snapshot, began ? null : earlier);
  const track = { snapshot, known, atSeconds, began };
  if (snapshot.state === 'ready') return { ...track, startSeconds: null };
  if (earlier !== null && !began) return { ...track, startSeconds: earlier.startSeconds };
  if (!active) return { ...track, startSeconds: null };
  const estimate = estimateStart(snapshot, atSeconds);
  return {
    ...track,
    startSeconds: earlier === null ? estimate : Math.max(estimate ?? atSeconds, earlier.atSeconds),
  };
}

/**
 * The same track for a snapshot that was parsed again from the same answer.
 *
 * @param earlier as for trackRun.
 */
export function replaceSnapshot(
  track: RunTrack,
  snapshot: Snapshot,
  earlier: RunTrack | null,
): RunTrack {
  return { ...track, snapshot, known: knownAt(snapshot, track.began ? null : earlier) };
}

/** Without the rows that are gone: that they went is no news at a later read. */
function knownAt(snapshot: Snapshot, earlier: RunTrack | null): Snapshot {
  const known = withLastKnown(earlier?.known ?? null, snapshot);
  return {
    ...known,
    endpoints: known.endpoints.slice(0, snapshot.endpoints.length),
    errors: known.errors.slice(0, snapshot.errors.length),
  };
}

/**
 * Since 2.31.0 the aggregate row has its requests' mean rate since the statistics began,
 * and so the time that took up to its last request, which is just now.
 */
function estimateStart({ aggregate }: Snapshot, atSeconds: number): number | null {
  if (!aggregate?.requests || !aggregate.meanRps) return null;
  return finiteOrNull(atSeconds - aggregate.requests / aggregate.meanRps);
}
