import { startSimulatedLocust, type SimulatedLocust } from '../../src/demo/simulated-locust.ts';
import { readComposeFile } from './compose-file.ts';
import type { Context } from './context.ts';
import type { Addresses } from './describe.ts';
import type { Programs } from './find-programs.ts';
import { freePortFrom } from './free-port-from.ts';
import { startExporter } from './start-exporter.ts';
import { startGrafana } from './start-grafana.ts';
import { startLocust } from './start-locust.ts';
import { startPrometheus } from './start-prometheus.ts';
import { startTarget } from './start-target.ts';

export interface Stack {
  readonly addresses: Addresses;
  /** Of what runs in this process; the others are children. */
  close(): Promise<void>;
}

/** Starts all that is there, each part after what it needs. */
export async function startStack(context: Context, programs: Programs): Promise<Stack> {
  const real = await startRealLocust(context, programs);
  const simulated = real === undefined ? await simulate(context) : undefined;
  const close = async () => {
    await simulated?.close();
  };
  try {
    const locust = real ?? simulated?.url ?? '';
    const exporterPort = await startExporter(context, locust);
    const prometheus = await orNot(context, 'Prometheus', programs.prometheus, (program) =>
      startPrometheus(context, program, exporterPort),
    );
    const grafana = await orNot(
      context,
      'Grafana',
      // It would have nothing to show.
      prometheus === undefined ? undefined : programs.grafana,
      (program) => startGrafana(context, program, prometheus ?? ''),
    );
    const exporter = `http://127.0.0.1:${exporterPort}`;
    const isSimulated = real === undefined;
    return { addresses: { locust, isSimulated, exporter, prometheus, grafana }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function startRealLocust(
  context: Context,
  { python, locust }: Programs,
): Promise<string | undefined> {
  const both = python && locust && { python, locust };
  return orNot(context, 'Locust', both, async (programs) =>
    startLocust(context, programs.locust, await startTarget(context, programs.python)),
  );
}

async function simulate({ say }: Context): Promise<SimulatedLocust> {
  say("The load test is simulated, by the exporter's own stand-in for Locust.");
  return startSimulatedLocust(
    { workers: readComposeFile().workers },
    { port: await freePortFrom(8089) },
  );
}

/** The demo goes on without what cannot be started, and says why. */
async function orNot<P, T>(
  { say }: Context,
  name: string,
  program: P | undefined,
  start: (program: P) => Promise<T>,
): Promise<T | undefined> {
  if (program === undefined) return undefined;
  say(`Starting ${name} …`);
  try {
    return await start(program);
  } catch (error) {
    if ((error as Error).name === 'AbortError') throw error;
    say(`${name} does not start: ${(error as Error).message}`);
    return undefined;
  }
}
