import { startProgram, type Program } from './programs.ts';
import { median } from './statistics.ts';

export interface StartRow {
  readonly program: Program['name'];
  readonly medianMs: number;
  readonly leastMs: number;
  readonly mostMs: number;
}

/** Starts the programs in turn, so many times each. */
export async function measureStarts(
  programs: readonly Program[],
  starts: number,
): Promise<StartRow[]> {
  const timesMs = new Map<Program, number[]>(programs.map((program) => [program, []]));
  // The first round fills the file cache.
  for (let round = 0; round <= starts; round++) {
    for (const [program, times] of timesMs) {
      const started = await startProgram(program);
      await started.process.stop();
      if (round > 0) times.push(started.startMs);
    }
  }
  return Array.from(timesMs, ([{ name }, times]) => ({
    program: name,
    medianMs: median(times),
    leastMs: Math.min(...times),
    mostMs: Math.max(...times),
  }));
}
