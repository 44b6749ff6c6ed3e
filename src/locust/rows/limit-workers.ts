import { addKnown } from './fold.ts';
import { OTHER } from './identity.ts';
import type { Worker, Workers } from '../snapshot.ts';

/** States that are counted each by itself; Locust has four. */
const MAX_STATES = 20;

export interface WorkerLimits {
  readonly maxWorkers: number;
  readonly cut: (text: string) => string;
}

export interface LimitedWorkers {
  readonly workers: Workers | null;
  /** How many workers have no row of their own. */
  readonly folded: number;
}

/** Adds up workers that have the same id as a text. */
export function foldWorkers(workers: Workers | null): LimitedWorkers {
  return limitWorkers(workers, { maxWorkers: Infinity, cut: (text) => text });
}

/**
 * Cuts the texts of workers and adds up those that come to have the same id, or are above the
 * limit. Their CPU use is left out: neither a sum nor a mean would show that one is busy.
 *
 * @returns the given workers themselves where nothing changes.
 */
export function limitWorkers(
  workers: Workers | null,
  { maxWorkers, cut }: WorkerLimits,
): LimitedWorkers {
  if (workers === null) return { workers, folded: 0 };
  const byId = new Map<string, { worker: Worker; members: number }>();
  for (const worker of workers.list) {
    const own = relabel(worker, cut(worker.id), cut(worker.state));
    const fits = byId.has(own.id) || byId.size < maxWorkers;
    const shown = fits ? own : asOther(own);
    const group = byId.get(shown.id);
    if (group === undefined) {
      byId.set(shown.id, { worker: shown, members: 1 });
    } else {
      group.worker = merge(group.worker, shown);
      group.members += 1;
    }
  }
  let folded = 0;
  for (const { worker, members } of byId.values()) {
    if (members > 1 || worker.state === OTHER) folded += members;
  }
  const list = [...byId.values()].map(({ worker }) => worker);
  const countByState = limitCounts(workers.countByState, MAX_STATES, cut);
  const isSame =
    countByState === workers.countByState &&
    list.every((worker, index) => worker === workers.list[index]);
  return { workers: isSame ? workers : { countByState, list }, folded };
}

function relabel(worker: Worker, id: string, state: string): Worker {
  return id === worker.id && state === worker.state ? worker : { ...worker, id, state };
}

function asOther(worker: Worker): Worker {
  return { ...worker, id: OTHER, state: OTHER, cpuRatio: null };
}

function merge(a: Worker, b: Worker): Worker {
  return {
    id: a.id,
    state: a.state === b.state ? a.state : OTHER,
    users: addKnown(a.users, b.users),
    cpuRatio: null,
    memoryBytes: addKnown(a.memoryBytes, b.memoryBytes),
  };
}

/**
 * Cuts the texts that something is counted by. Counts of the same text, and those of all texts above
 * the limit, are added up.
 *
 * @returns the given counts themselves if nothing changes.
 */
export function limitCounts(
  counts: ReadonlyMap<string, number>,
  max: number,
  cut: (text: string) => string,
): ReadonlyMap<string, number> {
  const limited = new Map<string, number>();
  for (const [text, count] of counts) {
    const own = cut(text);
    const shown = limited.has(own) || limited.size < max ? own : OTHER;
    limited.set(shown, (limited.get(shown) ?? 0) + count);
  }
  const isSame = [...limited.keys()].every((text) => counts.has(text));
  return isSame && limited.size === counts.size ? counts : limited;
}
