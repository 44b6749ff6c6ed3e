/** These say that the process serves, and nothing of Locust: a busy Locust must not end our pod. */
export const HEALTH_PATHS: readonly string[] = [
  '/healthz',
  '/livez',
  '/-/healthy',
  '/health',
  '/readyz',
  '/-/ready',
  '/ready',
];

/** Ends the exporter, by a name that sidecars have agreed on. */
export const QUIT_PATH = '/quitquitquit';
