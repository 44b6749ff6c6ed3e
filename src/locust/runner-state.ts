/** The states of a Locust, each as its newest name. */
export const RUNNER_STATES = [
  'ready',
  'spawning',
  'running',
  'cleanup',
  'stopping',
  'stopped',
  'missing',
] as const;

export const WORKER_STATES = ['ready', 'spawning', 'running', 'missing'] as const;

/** `hatching` became `spawning` in 1.2; a state that is not told is `unknown`. */
export function normalizeState(state: string): string {
  if (state === '') return 'unknown';
  return state === 'hatching' ? 'spawning' : state;
}

/** Whether users may be at work; not so before the first run, after one, and without a runner. */
export function isActive(state: string): boolean {
  return state !== 'ready' && state !== 'stopped' && state !== 'missing';
}
