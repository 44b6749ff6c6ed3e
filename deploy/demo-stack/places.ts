import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../..');

/** What the demo has in common with deploy/compose. */
export const LOCUSTFILE = path.join(ROOT, 'deploy/compose/locustfile.py');
export const TARGET = path.join(ROOT, 'deploy/compose/target.py');
export const COMPOSE_FILE = path.join(ROOT, 'deploy/compose/compose.yaml');

export const PROMETHEUS_CONFIG = path.join(ROOT, 'deploy/prometheus/prometheus.yml');
export const GRAFANA_PROVISIONING = path.join(ROOT, 'deploy/grafana/provisioning');
export const GRAFANA_DASHBOARDS = path.join(ROOT, 'deploy/grafana/dashboards');

export const EXPORTER = path.join(ROOT, 'src/bin.ts');
