import type { Steps } from '../async/in-turns.ts';
import type { IgnoredCollector } from './ignored-values.ts';
import { asList, visitList, type JsonList } from './json-list.ts';
import { normalizeState, WORKER_STATES } from './runner-state.ts';
import { amountAt, countAt, isObject, labelAt, type JsonObject } from './shape.ts';
import type { Worker, Workers } from './snapshot.ts';

/** The workers of a master; null when the answer is not a master's, or does not tell them. */
export function* parseWorkers(
  report: JsonObject,
  ignored: IgnoredCollector,
): Steps<Workers | null> {
  const key = 'workers' in report ? 'workers' : 'slaves';
  const rows = asList(report[key]);
  if (rows !== null) {
    const list = yield* parseList(key, rows, ignored);
    return { countByState: countStates(list), list };
  }
  const odd = report[key];
  if (odd !== undefined && odd !== null) ignored.addOdd('row', key, 'a list', odd);
  const count = countAt(report, 'slave_count', ignored); // 0.5 to 0.8.1
  return count === null ? null : { countByState: new Map([['unknown', count]]), list: [] };
}

function* parseList(key: string, rows: JsonList, ignored: IgnoredCollector): Steps<Worker[]> {
  const list: Worker[] = [];
  yield* visitList(rows, (row, index) => {
    ignored.enter(key, index);
    if (isObject(row) && 'id' in row) list.push(parseWorker(row, ignored));
    else ignored.addOdd('row', '', 'a worker', row);
  });
  ignored.enter(null);
  return list;
}

function parseWorker(worker: JsonObject, ignored: IgnoredCollector): Worker {
  const cpuPercent = amountAt(worker, 'cpu_usage', 'rate', ignored);
  return {
    id: labelAt(worker, 'id', ignored),
    state: normalizeState(labelAt(worker, 'state', ignored)),
    users: countAt(worker, 'user_count', ignored),
    cpuRatio: cpuPercent === null ? null : cpuPercent / 100,
    memoryBytes: amountAt(worker, 'memory_usage', 'size', ignored),
  };
}

function countStates(workers: readonly Worker[]): Map<string, number> {
  const counts = new Map<string, number>(WORKER_STATES.map((state) => [state, 0]));
  for (const { state } of workers) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
