import { isAnswered, type Context } from './context.ts';
import { freePortFrom } from './free-port-from.ts';
import { EXPORTER } from './places.ts';

/** Starts the exporter of this repository, from its sources. @returns its port */
export async function startExporter(
  { children, folder }: Context,
  locustUrl: string,
): Promise<number> {
  const port = await freePortFrom(9646);
  const child = children.start(
    'exporter',
    [process.execPath, EXPORTER, '--log-format', 'pretty', '--log-level', 'warn'],
    {
      cwd: folder,
      // Nothing else, for each variable may be a setting of the exporter.
      env: {
        PATH: process.env['PATH'],
        LOCUST_URL: locustUrl,
        LISTEN_ADDRESS: `127.0.0.1:${port}`,
      },
    },
  );
  await children.waitUntilReady([child], () => isAnswered(`http://127.0.0.1:${port}/readyz`));
  return port;
}
