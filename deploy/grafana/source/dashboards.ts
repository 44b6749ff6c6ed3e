import path from 'node:path';
import { endpointDetail } from './endpoint-detail.ts';
import { exporterHealth } from './exporter-health.ts';
import { runOverview } from './run-overview.ts';

const FOLDER = path.resolve(import.meta.dirname, '../dashboards');

const DASHBOARDS = {
  'endpoint-detail.json': endpointDetail,
  'exporter-health.json': exporterHealth,
  'run-overview.json': runOverview,
} as const;

/** Path and text of each file of the folder dashboards. */
export function dashboardFiles(): (readonly [file: string, text: string])[] {
  return Object.entries(DASHBOARDS).map(([name, create]) => [
    path.join(FOLDER, name),
    `${JSON.stringify(create(), null, 2)}\n`,
  ]);
}
