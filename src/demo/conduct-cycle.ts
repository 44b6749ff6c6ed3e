import type { SimulatedRun } from './simulated-run.ts';

const READY_SECONDS = 4;
const USERS = 60;
const SPAWN_RATE = 4;
const RUNNING_SECONDS = 105;
const STOPPING_SECONDS = 5;
const STOPPED_SECONDS = 18;
const INCIDENT = { from: 40, to: 58 };
const MISSING_WORKER = { from: 72, to: 82 };

/** Moves a run along by itself, called every second: about two and a half minutes from start to start. */
export function conductCycle(run: SimulatedRun): void {
  const elapsed = run.second - run.stateSince;
  const during = ({ from, to }: { from: number; to: number }): boolean =>
    run.state === 'running' && elapsed >= from && elapsed < to;
  run.hasIncident = during(INCIDENT);
  const lastWorker = run.workers.length > 1 ? run.workers.at(-1) : undefined;
  if (lastWorker && run.features.noticesMissingWorkers) {
    lastWorker.missing = during(MISSING_WORKER);
  }
  switch (run.state) {
    case 'ready':
      if (elapsed >= READY_SECONDS) run.swarm(USERS, SPAWN_RATE);
      break;
    case 'running':
      if (elapsed >= RUNNING_SECONDS) run.beginStopping(STOPPING_SECONDS);
      break;
    case 'stopped':
      if (elapsed >= STOPPED_SECONDS) run.swarm(USERS, SPAWN_RATE);
      break;
    case 'spawning':
    case 'stopping':
      break;
    default:
      run.state satisfies never;
  }
}
