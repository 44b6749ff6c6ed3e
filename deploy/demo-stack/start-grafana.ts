import { cp, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument } from 'yaml';

import { readComposeFile } from './compose-file.ts';
import { isAnswered, neutralEnvironment, type Context } from './context.ts';
import type { Program } from './find-programs.ts';
import { freePortFrom } from './free-port-from.ts';
import { GRAFANA_DASHBOARDS, GRAFANA_PROVISIONING } from './places.ts';

/** Starts a Grafana with the settings that compose.yaml gives it. @returns its URL */
export async function startGrafana(
  { children, folder }: Context,
  grafana: Program,
  prometheusUrl: string,
): Promise<string> {
  const provisioning = path.join(folder, 'provisioning');
  await provision(provisioning);
  const port = await freePortFrom(3000);
  const url = `http://127.0.0.1:${port}`;
  const child = children.start('grafana', [grafana.path, ...grafana.args], {
    cwd: folder,
    env: {
      ...neutralEnvironment(),
      ...readComposeFile().grafanaEnvironment,
      PROMETHEUS_URL: prometheusUrl,
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(port),
      GF_PATHS_PROVISIONING: provisioning,
      GF_PATHS_DATA: path.join(folder, 'grafana'),
      GF_PATHS_LOGS: path.join(folder, 'grafana/log'),
      GF_PATHS_PLUGINS: path.join(folder, 'grafana/plugins'),
    },
  });
  try {
    await children.waitUntilReady([child], () => isAnswered(`${url}/api/health`));
    return url;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

/** Copies the provisioning, and makes its providers look into the folder of the dashboards. */
async function provision(folder: string): Promise<void> {
  await cp(GRAFANA_PROVISIONING, folder, { recursive: true });
  const providers = path.join(folder, 'dashboards');
  for (const name of await readdir(providers)) {
    const file = path.join(providers, name);
    const config = parseDocument(await readFile(file, 'utf8'));
    config.setIn(['providers', 0, 'options', 'path'], GRAFANA_DASHBOARDS);
    await writeFile(file, String(config));
  }
}
