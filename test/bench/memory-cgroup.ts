import { createControlGroup, isUnified, type ControlGroup } from './control-group.ts';

/** A control group that limits the memory of the processes in it. */
export interface MemoryCgroup extends ControlGroup {
  /** What was used at most, file pages included. */
  peakBytes(): number;
  outOfMemoryKills(): number;
}

const FILES = {
  unified: { peak: 'memory.peak', kills: 'memory.events' },
  legacy: { peak: 'memory.max_usage_in_bytes', kills: 'memory.oom_control' },
};

/** @throws Error where there cannot be one */
export function createMemoryCgroup(name: string, limitBytes: number): MemoryCgroup {
  const group = createControlGroup(name, {
    controller: 'memory',
    unified: { 'memory.max': limitBytes, 'memory.swap.max': 0 },
    legacy: { 'memory.limit_in_bytes': limitBytes },
  });
  const { peak, kills } = isUnified() ? FILES.unified : FILES.legacy;
  return {
    ...group,
    peakBytes: () => Number(group.read(peak)),
    outOfMemoryKills: () => Number(/^oom_kill (\d+)$/m.exec(group.read(kills))?.[1] ?? NaN),
  };
}
