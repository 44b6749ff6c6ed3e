import path from 'node:path';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import type { ControlGroup } from './control-group.ts';
import { createCpuCgroup } from './cpu-cgroup.ts';
import { startProgram, type Program } from './programs.ts';
import { median } from './statistics.ts';

export interface StartRow {
  readonly program: Program['name'];
  /** That it may take all the time; all of the machine when left out. */
  readonly cpus?: number;
  readonly medianMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

export interface StartOptions {
  readonly starts: number;
  /** For a second row of each program, where the system allows it. */
  readonly littleCpus: number;
  readonly tell: (what: string) => void;
}

/** Starts the programs in turn, so many times each. */
export async function measureStarts(
  programs: readonly Program[],
  { starts, littleCpus: cpus, tell }: StartOptions,
): Promise<StartRow[]> {
  const folder = await temporaryFolder('bench-start');
  const group = tryCpuCgroup(path.basename(folder.path));
  try {
    const contenders = [
      ...programs.map((program) => ({ program, times: [] as number[] })),
      ...(group === undefined ? [] : programs.map((program) => inside(group, program))),
    ];
    // The first round fills the file cache.
    for (let round = 0; round <= starts; round++) {
      for (const { program, times } of contenders) {
        const started = await startProgram(program);
        await started.process.stop();
        if (round > 0) times.push(started.startMs);
      }
    }
    return contenders.map(({ program, times, ...limit }) => ({
      ...{ program: program.name, ...limit },
      medianMs: median(times),
      leastMs: Math.min(...times),
      mostMs: Math.max(...times),
    }));
  } finally {
    group?.remove();
    await folder.remove();
  }

  function tryCpuCgroup(name: string): ControlGroup | undefined {
    try {
      return createCpuCgroup(name, cpus);
    } catch (error) {
      tell(`start with ${cpus} CPU is left out: ${(error as Error).message}`);
      return undefined;
    }
  }

  function inside(group: ControlGroup, program: Program) {
    return { program: group.hold(program), cpus, times: [] as number[] };
  }
}
