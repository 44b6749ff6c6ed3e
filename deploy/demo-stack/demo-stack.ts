import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import getPort, { portNumbers } from 'get-port';
import { parse } from 'yaml';
import { durationFrom } from '../../src/config/parse-values.ts';
import { startSimulatedLocust } from '../../src/demo/simulated-locust.ts';
import { findPrograms, type Command, type Programs } from './find-programs.ts';
import { createParts, ENV, type Parts } from './parts.ts';

const HELP = `npm run demo:stack [-- OPTIONS]

Runs a load test with Locust, and the exporter, Prometheus and Grafana on it, as far as these
are installed.

  --check          print what is installed and what is missing, and start nothing
  --for DURATION   end after that time, such as 90s or 2m; otherwise Ctrl+C ends it
  --help
`;

const DEPLOY = path.resolve(import.meta.dirname, '..');

async function main(args: string[]): Promise<void> {
  const flag = { type: 'boolean' } as const;
  const options = { help: flag, check: flag, for: { type: 'string', default: '576h' } } as const;
  const { values } = parseArgs({ args, options });
  const forMs = parseFor(values.for);
  if (values.help) console.log(HELP);
  else if (values.check) await findPrograms();
  else await run(await findPrograms(), forMs);
}

function parseFor(text: string): number {
  try {
    return durationFrom(1, '1ms')(text);
  } catch (error) {
    throw new Error(`--for: ${(error as Error).message}, got "${text}"`, { cause: error });
  }
}

async function run(programs: Programs, forMs: number): Promise<void> {
  const fail = (message: string) => {
    process.exitCode = 1;
    console.log(message);
  };
  const parts = createParts(await mkdtemp(path.join(tmpdir(), 'demo-stack-')), fail);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void parts.end());
  try {
    await startAll(parts, programs);
    console.log('Ctrl+C ends it all.');
    await sleep(forMs, undefined, { signal: parts.ended });
  } catch (error) {
    if (!parts.ended.aborted) fail((error as Error).message);
  }
  console.log('Ending …');
  await parts.end();
  await rm(parts.folder, { recursive: true });
}

/** Starts each part after what it needs. The demo goes on without what cannot be started. */
async function startAll(parts: Parts, programs: Programs): Promise<void> {
  const { python, locust, prometheus, grafana } = programs;
  const attempt = async <T>(name: string, work: Promise<T>): Promise<T | undefined> => {
    console.log(`Starting ${name} …`);
    return work.catch((error: unknown) => {
      parts.ended.throwIfAborted();
      console.log(`${name} does not start: ${(error as Error).message}`);
      return undefined;
    });
  };
  const locustUrl =
    python && locust && (await attempt('Locust', startLocust(parts, python, locust)));
  const exporterUrl = await startExporter(parts, locustUrl ?? (await simulate()));
  if (prometheus === undefined) return;
  const url = await attempt('Prometheus', startPrometheus(parts, prometheus, exporterUrl));
  if (url && grafana) await attempt('Grafana', startGrafana(parts, grafana, url));
}

async function startLocust(parts: Parts, python: Command, locust: Command): Promise<string> {
  const [targetPort, webPort, port] = [await free(8000), await free(8089), await free(5557)];
  const [target, url] = [`http://127.0.0.1:${targetPort}`, `http://127.0.0.1:${webPort}`];
  const program = [path.join(DEPLOY, 'compose/target.py'), '--port', String(targetPort)];
  await parts.start({ target: [...python, ...program] }, `${target}/healthz`);

  const test = [...locust, '-f', path.join(DEPLOY, 'compose/locustfile.py'), '-H', target] as const;
  const command = (flags: string): Command => [...test, ...flags.split(' ')];
  const web = `--web-host 127.0.0.1 --web-port ${webPort} --autostart`;
  const bind = `--master-bind-host 127.0.0.1 --master-bind-port ${port}`;
  const worker = command(`--worker --master-host 127.0.0.1 --master-port ${port}`);
  const env = { ...ENV, PYTHONDONTWRITEBYTECODE: '1' };
  const start = (commands: Record<string, Command>) =>
    parts.start(commands, `${url}/stats/requests`, env, /"user_count": [1-9]/);
  try {
    await start({
      'locust master': command(`${web} --master --expect-workers 2 ${bind}`),
      'locust worker 1': worker,
      'locust worker 2': worker,
    });
  } catch (error) {
    parts.ended.throwIfAborted();
    console.log(`Workers do not start, so Locust goes without: ${(error as Error).message}`);
    await start({ locust: command(web) });
  }
  return show('Locust: stop and start load tests', url);
}

async function simulate(): Promise<string> {
  console.log("The load test is simulated, by the exporter's own stand-in for Locust.");
  const { url } = await startSimulatedLocust({ workers: 2 }, { port: await free(8089) });
  return show('the web API of the simulated Locust', url);
}

async function startExporter(parts: Parts, locustUrl: string): Promise<string> {
  const host = `127.0.0.1:${await free(9646)}`;
  const bin = path.resolve(DEPLOY, '../src/bin.ts');
  const flags = ['--locust-url', locustUrl, '--listen-address', host, '--log-format', 'pretty'];
  // Any variable could be a setting.
  const env = { PATH: ENV['PATH'] };
  await parts.start({ exporter: [process.execPath, bin, ...flags] }, `http://${host}/readyz`, env);
  return show('the exporter: status page', `http://${host}`);
}

async function startPrometheus(parts: Parts, command: Command, exporter: string): Promise<string> {
  const host = `127.0.0.1:${await free(9090)}`;
  const config = await readFile(path.join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8');
  const changed = config
    .replaceAll('- rules/', `- ${path.join(DEPLOY, 'prometheus/rules/')}`)
    .replace('localhost:9646', new URL(exporter).host);
  const file = path.join(parts.folder, 'prometheus.yml');
  await writeFile(file, changed);
  const storage = `--storage.tsdb.path=${path.join(parts.folder, 'prometheus')}`;
  const flags = [`--config.file=${file}`, storage, `--web.listen-address=${host}`];
  await parts.start({ prometheus: [...command, ...flags] }, `http://${host}/-/ready`);
  return show('Prometheus: alerts and graphs', `http://${host}/alerts`);
}

/** With the settings and dashboards that Compose gives to its Grafana. */
async function startGrafana(parts: Parts, command: Command, prometheus: string): Promise<void> {
  const port = await free(3000);
  const { origin } = new URL(prometheus);
  const compose = parse(await readFile(path.join(DEPLOY, 'compose/compose.yaml'), 'utf8')) as {
    services: { grafana: { environment: Record<string, string> } };
  };
  const provisioning = path.join(parts.folder, 'provisioning');
  await cp(path.join(DEPLOY, 'grafana/provisioning'), provisioning, { recursive: true });
  const provider = path.join(provisioning, 'dashboards/locust.yaml');
  const dashboards = path.join(DEPLOY, 'grafana/dashboards');
  const text = await readFile(provider, 'utf8');
  await writeFile(provider, text.replace('/var/lib/grafana/dashboards/locust', dashboards));
  const env = {
    ...{ ...ENV, ...compose.services.grafana.environment, PROMETHEUS_URL: origin },
    ...{ GF_SERVER_HTTP_ADDR: '127.0.0.1', GF_SERVER_HTTP_PORT: String(port) },
    ...{ GF_PATHS_PROVISIONING: provisioning, GF_PATHS_DATA: path.join(parts.folder, 'grafana') },
    GF_PATHS_LOGS: path.join(parts.folder, 'grafana/log'),
  };
  await parts.start({ grafana: command }, `http://127.0.0.1:${port}/api/health`, env);
  show('Grafana: the dashboards', `http://127.0.0.1:${port}/dashboards`);
}

/** The first free port of loopback from `preferred` on. */
function free(preferred: number): Promise<number> {
  return getPort({ port: portNumbers(preferred, preferred + 99), host: '127.0.0.1' });
}

function show(what: string, url: string): string {
  console.log(`  ${what}\n    ${url}`);
  return url;
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`demo:stack: ${(error as Error).message}\n${HELP}`);
  process.exitCode = 2;
});
// The simulated Locust would keep the process alive.
process.exit();
