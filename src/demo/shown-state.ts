import type { SimulatedRun } from './simulated-run.ts';
import type { SimulatedWorker } from './simulated-workers.ts';

/** The run's state in the words of its version. */
export function shownState({ state, features, workers }: SimulatedRun): string {
  if (state === 'spawning' && features.saysHatching) return 'hatching';
  if (state !== 'stopping') return state;
  if (workers.length > 0) return features.hasStoppingMaster ? 'stopping' : 'running';
  return features.hasCleanup ? 'cleanup' : 'running';
}

export function shownWorkerState(run: SimulatedRun, worker: SimulatedWorker): string {
  if (worker.missing) return 'missing';
  if (run.state === 'ready' || run.state === 'stopped') return 'ready';
  if (run.state !== 'spawning' || run.features.showsSpawningWorkersAsRunning) return 'running';
  return shownState(run);
}

/** Workers that are there, whatever they do. */
export function countWorkers({ workers }: SimulatedRun): number {
  return workers.filter(({ missing }) => !missing).length;
}
