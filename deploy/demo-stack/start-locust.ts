import type { Child } from './children.ts';
import { readComposeFile } from './compose-file.ts';
import { neutralEnvironment, type Context } from './context.ts';
import type { Program } from './find-programs.ts';
import { freePortFrom } from './free-port-from.ts';
import { LOCUSTFILE } from './places.ts';

interface Report {
  readonly user_count: number;
  readonly workers?: readonly unknown[];
}

/**
 * Starts a Locust on the target, with workers where it can have some, and its load test.
 *
 * @returns the URL of its web UI
 */
export async function startLocust(
  context: Context,
  locust: Program,
  target: string,
): Promise<string> {
  try {
    return await start(context, locust, target, readComposeFile().workers);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    const reason = (error as Error).message;
    context.say(`Locust does not start with workers, so it goes without: ${reason}`);
    return await start(context, locust, target, 0);
  }
}

async function start(
  { children, folder }: Context,
  locust: Program,
  target: string,
  workers: number,
): Promise<string> {
  const webPort = await freePortFrom(8089);
  const masterPort = String(await freePortFrom(5557));
  const run = (name: string, args: readonly string[]) =>
    children.start(
      name,
      [locust.path, ...locust.args, '-f', LOCUSTFILE, '--host', target, ...args],
      { cwd: folder, env: { ...neutralEnvironment(), PYTHONDONTWRITEBYTECODE: '1' } },
    );
  const web = ['--web-host', '127.0.0.1', '--web-port', String(webPort), '--autostart'];
  const master = ['--master', '--expect-workers', String(workers)];
  const bind = ['--master-bind-host', '127.0.0.1', '--master-bind-port', masterPort];
  const worker = ['--worker', '--master-host', '127.0.0.1', '--master-port', masterPort];

  const url = `http://127.0.0.1:${webPort}`;
  const started: Child[] = [];
  try {
    if (workers === 0) started.push(run('locust', web));
    else started.push(run('locust master', [...web, ...master, ...bind]));
    for (let number = 1; number <= workers; number += 1) {
      started.push(run(`locust worker ${number}`, worker));
    }
    await children.waitUntilReady(started, async () => {
      const response = await fetch(`${url}/stats/requests`, { signal: AbortSignal.timeout(5_000) });
      const report = (await response.json()) as Report;
      return report.user_count > 0 && (report.workers ?? []).length >= workers;
    });
    return url;
  } catch (error) {
    await Promise.all(started.map((child) => child.stop()));
    throw error;
  }
}
