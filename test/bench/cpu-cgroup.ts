import { createControlGroup, type ControlGroup } from './control-group.ts';

/** As Kubernetes has it. */
const PERIOD_US = 100_000;

/**
 * A control group whose processes run for so much of each tenth of a second together.
 *
 * @param cpus 0.25 is what Kubernetes calls 250m
 * @throws Error where there cannot be one
 */
export function createCpuCgroup(name: string, cpus: number): ControlGroup {
  const quotaUs = Math.round(cpus * PERIOD_US);
  return createControlGroup(name, {
    controller: 'cpu',
    unified: { 'cpu.max': `${quotaUs} ${PERIOD_US}` },
    legacy: { 'cpu.cfs_period_us': PERIOD_US, 'cpu.cfs_quota_us': quotaUs },
  });
}
