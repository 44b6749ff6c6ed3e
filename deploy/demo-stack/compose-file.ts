import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

import { COMPOSE_FILE } from './places.ts';

/** What the demo takes from compose.yaml, so that both show the same. */
export interface ComposeFacts {
  readonly workers: number;
  readonly grafanaEnvironment: Readonly<Record<string, string>>;
}

export function readComposeFile(): ComposeFacts {
  const { services } = parse(readFileSync(COMPOSE_FILE, 'utf8'), { merge: true }) as {
    services: {
      'locust-worker': { deploy: { replicas: number } };
      grafana: { environment: Record<string, string> };
    };
  };
  return {
    workers: services['locust-worker'].deploy.replicas,
    grafanaEnvironment: services.grafana.environment,
  };
}
