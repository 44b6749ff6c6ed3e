import type { Random } from './seeded-random.ts';

export interface SimulatedWorker {
  readonly id: string;
  users: number;
  missing: boolean;
  /** Of one core. */
  cpuPercent: number;
  memoryBytes: number;
}

/** Real workers tell neither CPU nor memory before they have measured for a while. */
const MEASURED_AFTER_SECONDS = 5;
const START_MEMORY_BYTES = 58 * 2 ** 20;

export function createWorkers(count: number, random: Random): SimulatedWorker[] {
  return Array.from({ length: count }, (_, index) => {
    const hex = Array.from({ length: 32 }, () => Math.floor(random() * 16).toString(16));
    const id = `worker-${index}_${hex.join('')}`;
    return { id, users: 0, missing: false, cpuPercent: 0, memoryBytes: 0 };
  });
}

/** Gives each worker its share; the share of a missing one is nobody's. */
export function shareUsers(workers: readonly SimulatedWorker[], users: number): void {
  workers.forEach((worker, index) => {
    const share = Math.floor((users + workers.length - 1 - index) / workers.length);
    worker.users = worker.missing ? 0 : share;
  });
}

export function measureWorkers(
  workers: readonly SimulatedWorker[],
  second: number,
  random: Random,
): void {
  if (second < MEASURED_AFTER_SECONDS) return;
  for (const worker of workers) {
    // A missing worker stays at what it last reported.
    if (worker.missing) continue;
    const cpuPercent = 1 + worker.users * (2 + random());
    worker.cpuPercent = Math.round(Math.min(99, cpuPercent) * 10) / 10;
    const grown = (worker.memoryBytes || START_MEMORY_BYTES) + worker.users * 512;
    worker.memoryBytes = Math.min(grown, 4 * START_MEMORY_BYTES);
  }
}
