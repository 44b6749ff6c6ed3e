import path from 'node:path';

import { isExecutable } from './find-on-path.ts';
import { freePort } from './free-port.ts';
import { demand, type Missing } from './requirement.ts';
import { startProcess, type RunningProcess } from './start-process.ts';
import { waitUntil } from './wait-until.ts';

const BUILT = path.resolve(import.meta.dirname, '../../.cache/predecessor/locust_exporter');
const BINARY = process.env['PEER_BINARY'] ?? BUILT;

/** Of the program of ContainerSolutions/locust_exporter. */
export function whyPeerIsMissing(): Missing {
  if (isExecutable(BINARY)) return undefined;
  return (
    'the program of ContainerSolutions/locust_exporter is missing: ' +
    'test/e2e/install-predecessor.sh builds it where the Go module proxy has it; ' +
    'or build its source, and set PEER_BINARY to the path of the program'
  );
}

export interface Peer {
  readonly process: RunningProcess;
  /** The body of GET /metrics. */
  metrics(): Promise<string>;
}

export async function startPeer(locustUrl: string): Promise<Peer> {
  demand(whyPeerIsMissing());
  const address = `127.0.0.1:${await freePort()}`;
  const running = await startProcess(BINARY, [
    `--web.listen-address=${address}`,
    `--locust.uri=${locustUrl}`,
    '--locust.timeout=30s',
  ]);
  const get = async (path: string) => {
    const response = await fetch(`http://${address}${path}`, {
      signal: AbortSignal.timeout(40_000),
    });
    const body = await response.text();
    if (response.status !== 200) throw new Error(`${path}: ${response.status} ${body}`);
    return body;
  };
  try {
    await waitUntil('the old exporter listens', () => get('/'), { everyMs: 20 });
  } catch (error) {
    await running.stop();
    throw new Error(`the old exporter did not start:\n${running.output()}`, { cause: error });
  }
  return { process: running, metrics: () => get('/metrics') };
}
