import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Program } from './programs.ts';

/** A control group of Linux, which limits the processes in it. */
export interface ControlGroup {
  /** The same program, started inside. */
  hold<Held extends Program>(program: Held): Held;
  /** What a file of the group says. */
  read(file: string): string;
  /** When all processes are gone. */
  remove(): void;
}

export interface Limits {
  readonly controller: 'cpu' | 'memory';
  /** Values of files, in version 2 of control groups. */
  readonly unified: Readonly<Record<string, string | number>>;
  /** In version 1. */
  readonly legacy: Readonly<Record<string, string | number>>;
}

const ROOT = '/sys/fs/cgroup';

/** Whether the system has version 2, where all controllers are in one tree. */
export function isUnified(): boolean {
  return existsSync(`${ROOT}/cgroup.controllers`);
}

/** @throws Error where the system does not allow it, which is nearly everywhere but for root */
export function createControlGroup(
  name: string,
  { controller, unified, legacy }: Limits,
): ControlGroup {
  try {
    if (!isUnified()) return create(path.join(ROOT, controller, name), legacy);
    writeFileSync(`${ROOT}/cgroup.subtree_control`, `+${controller}`);
    return create(path.join(ROOT, name), unified);
  } catch (error) {
    const reason = (error as Error).message;
    const what = `no control group that limits ${controller}, which takes root on Linux`;
    throw new Error(`${what}: ${reason}`, { cause: error });
  }
}

function create(folder: string, limits: Readonly<Record<string, string | number>>): ControlGroup {
  mkdirSync(folder);
  const remove = (): void => {
    rmdirSync(folder);
  };
  try {
    for (const [file, value] of Object.entries(limits)) {
      writeFileSync(path.join(folder, file), String(value));
    }
  } catch (error) {
    remove();
    throw error;
  }
  return {
    hold: (program) => ({
      ...program,
      command: 'sh',
      // A process that writes its id there moves in.
      args: (port) => [
        ...['-c', 'echo $$ > "$0" && exec "$@"', path.join(folder, 'cgroup.procs')],
        ...[program.command, ...program.args(port)],
      ],
    }),
    read: (file) => readFileSync(path.join(folder, file), 'utf8'),
    remove,
  };
}
