import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A control group of Linux that limits the memory of the processes in it. */
export interface MemoryCgroup {
  /** A process that writes its id here moves in. */
  readonly processesFile: string;
  /** What was used at most, file pages included. */
  peakBytes(): number;
  outOfMemoryKills(): number;
  /** When all processes are gone. */
  remove(): void;
}

const ROOT = '/sys/fs/cgroup';

/** @throws Error where the system does not allow it, which is nearly everywhere but for root */
export function createMemoryCgroup(name: string, limitBytes: number): MemoryCgroup {
  try {
    return existsSync(`${ROOT}/cgroup.controllers`)
      ? createUnified(name, limitBytes)
      : createLegacy(name, limitBytes);
  } catch (error) {
    const reason = (error as Error).message;
    throw new Error(`no control group that limits memory, which takes root on Linux: ${reason}`, {
      cause: error,
    });
  }
}

function createUnified(name: string, limitBytes: number): MemoryCgroup {
  writeFileSync(`${ROOT}/cgroup.subtree_control`, '+memory');
  return create(path.join(ROOT, name), {
    limits: { 'memory.max': limitBytes, 'memory.swap.max': 0 },
    peak: 'memory.peak',
    kills: 'memory.events',
  });
}

function createLegacy(name: string, limitBytes: number): MemoryCgroup {
  return create(path.join(ROOT, 'memory', name), {
    limits: { 'memory.limit_in_bytes': limitBytes },
    peak: 'memory.max_usage_in_bytes',
    kills: 'memory.oom_control',
  });
}

function create(
  folder: string,
  files: { limits: Record<string, number>; peak: string; kills: string },
): MemoryCgroup {
  mkdirSync(folder);
  const read = (file: string): string => readFileSync(path.join(folder, file), 'utf8');
  const remove = (): void => {
    rmdirSync(folder);
  };
  try {
    for (const [file, value] of Object.entries(files.limits)) {
      writeFileSync(path.join(folder, file), String(value));
    }
  } catch (error) {
    remove();
    throw error;
  }
  return {
    processesFile: path.join(folder, 'cgroup.procs'),
    peakBytes: () => Number(read(files.peak)),
    outOfMemoryKills: () => Number(/^oom_kill (\d+)$/m.exec(read(files.kills))?.[1] ?? NaN),
    remove,
  };
}
