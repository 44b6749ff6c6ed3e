import { normalizeState, WORKER_STATES } from './runner-state.ts';
import { arrayAt, countAt, labelAt, mapObjects, requireKey, type JsonObject } from './shape.ts';
import type { Worker, Workers } from './snapshot.ts';

/** The workers of a master; null when the answer is not a master's. */
export function parseWorkers(report: JsonObject): Workers | null {
  const key = 'workers' in report ? 'workers' : 'slaves';
  if (key in report) {
    const list = mapObjects(arrayAt(report, key), key, parseWorker);
    const unique = new Map(list.map((worker) => [worker.id, worker]));
    return { countByState: countStates([...unique.values()]), list: [...unique.values()] };
  }
  const count = countAt(report, 'slave_count'); // 0.5 to 0.8.1
  return count === null ? null : { countByState: new Map([['unknown', count]]), list: [] };
}

function parseWorker(worker: JsonObject): Worker {
  requireKey(worker, 'id');
  const cpuPercent = countAt(worker, 'cpu_usage');
  return {
    id: labelAt(worker, 'id'),
    state: normalizeState(labelAt(worker, 'state')),
    users: countAt(worker, 'user_count'),
    cpuRatio: cpuPercent === null ? null : cpuPercent / 100,
    memoryBytes: countAt(worker, 'memory_usage'),
  };
}

function countStates(workers: readonly Worker[]): Map<string, number> {
  const counts = new Map<string, number>(WORKER_STATES.map((state) => [state, 0]));
  for (const { state } of workers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
