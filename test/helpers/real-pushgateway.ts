import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { findOnPath } from './find-on-path.ts';
import { freePort } from './free-port.ts';
import { parseExposition, type ParsedSample } from './parse-exposition.ts';
import { demand, type Missing } from './requirement.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { GiveUp, waitUntil } from './wait-until.ts';

/** What Debian calls it, and what its makers do. */
function pushgatewayPath(): string | undefined {
  return findOnPath('prometheus-pushgateway') ?? findOnPath('pushgateway');
}

export function whyPushgatewayIsMissing(): Missing {
  return pushgatewayPath() === undefined ? 'prometheus-pushgateway is not on PATH' : undefined;
}

export interface RealPushgatewayOptions {
  port?: number;
  /** The text of the file for --web.config.file. */
  webConfig?: string;
  /** What that file lets in, like `user:password`. */
  credentials?: string;
}

export interface RealPushgateway {
  readonly url: string;
  readonly process: RunningProcess;
  /** All samples that it exposes of one job. */
  samples(job: string): Promise<ParsedSample[]>;
  output(): string;
  stop(): Promise<void>;
}

export async function startPushgateway({
  port: wanted,
  webConfig,
  credentials,
}: RealPushgatewayOptions = {}): Promise<RealPushgateway> {
  demand(whyPushgatewayIsMissing());
  const folder = await temporaryFolder('pushgateway');
  const port = wanted ?? (await freePort());
  const url = `http://127.0.0.1:${port}`;
  // Debian's keeps what it holds in a file of the system, unless told to keep nothing.
  const args = [`--web.listen-address=127.0.0.1:${port}`, '--persistence.file='];
  if (webConfig !== undefined) {
    const file = path.join(folder.path, 'web.yml');
    await writeFile(file, webConfig);
    args.push(`--web.config.file=${file}`);
  }
  const running = await startProcess(pushgatewayPath()!, args, { cwd: folder.path });
  const stop = async () => {
    await running.stop();
    await folder.remove();
  };
  const metrics = async () => {
    const headers: Record<string, string> = { accept: 'text/plain' };
    if (credentials !== undefined) {
      headers['authorization'] = `Basic ${Buffer.from(credentials).toString('base64')}`;
    }
    const response = await fetch(`${url}/metrics`, { headers, signal: AbortSignal.timeout(5_000) });
    const body = await response.text();
    if (!response.ok) throw new Error(`/metrics: ${response.status} ${body}`);
    return body;
  };
  try {
    await waitUntil('the Pushgateway is ready', async () => {
      if (running.exit !== undefined) throw new GiveUp(`it ended with ${String(running.exit)}`);
      return (await metrics()) !== '';
    });
  } catch (error) {
    await stop();
    throw new Error(`the Pushgateway did not start:\n${running.output()}`, { cause: error });
  }
  return {
    url,
    process: running,
    samples: async (job) =>
      parseExposition(await metrics(), 'text')
        .flatMap(({ samples }) => samples)
        .filter(({ labels }) => labels['job'] === job),
    output: () => running.output(),
    stop,
  };
}
