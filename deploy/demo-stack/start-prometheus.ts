import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseDocument, type YAMLSeq } from 'yaml';

import { neutralEnvironment, isAnswered, type Context } from './context.ts';
import type { Program } from './find-programs.ts';
import { freePortFrom } from './free-port-from.ts';
import { PROMETHEUS_CONFIG } from './places.ts';

/** Starts a Prometheus with the configuration and rules of deploy/prometheus. @returns its URL */
export async function startPrometheus(
  { children, folder }: Context,
  prometheus: Program,
  exporterPort: number,
): Promise<string> {
  const config = path.join(folder, 'prometheus.yml');
  await writeFile(config, await configFor(exporterPort));
  const port = await freePortFrom(9090);
  const url = `http://127.0.0.1:${port}`;
  const child = children.start(
    'prometheus',
    [
      prometheus.path,
      ...prometheus.args,
      `--config.file=${config}`,
      `--storage.tsdb.path=${path.join(folder, 'prometheus')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { cwd: folder, env: neutralEnvironment() },
  );
  try {
    await children.waitUntilReady([child], () => isAnswered(`${url}/-/ready`));
    return url;
  } catch (error) {
    await child.stop();
    throw error;
  }
}

async function configFor(exporterPort: number): Promise<string> {
  const config = parseDocument(await readFile(PROMETHEUS_CONFIG, 'utf8'));
  const files = (config.get('rule_files') as YAMLSeq).toJSON() as string[];
  const folder = path.dirname(PROMETHEUS_CONFIG);
  config.set(
    'rule_files',
    files.map((file) => path.resolve(folder, file)),
  );
  config.setIn(
    ['scrape_configs', 0, 'static_configs', 0, 'targets', 0],
    `localhost:${exporterPort}`,
  );
  return String(config);
}
