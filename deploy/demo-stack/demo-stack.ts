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
import { Parts } from './parts.ts';

const HELP = `npm run demo:stack [-- OPTIONS]

Runs a load test with Locust, and the exporter, Prometheus and Grafana on it, as far as these
are installed.

  --check          print what is installed and what is missing, and start nothing
  --for DURATION   end after that time, such as 90s or 2m; otherwise Ctrl+C ends it
  --help
`;

const DEPLOY = path.resolve(import.meta.dirname, '..');
const WORKERS = 2;

/** The environment of all parts, without what could be a setting of one. */
const ENV = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(?:LOCUST|GF|PROMETHEUS)_/.test(name)),
);

/** @returns the exit code: 0 done, 1 something failed, 2 wrong arguments. */
async function main(args: string[]): Promise<number> {
  try {
    const flag = { type: 'boolean' } as const;
    const options = { help: flag, check: flag, for: { type: 'string' } } as const;
    const { values } = parseArgs({ args, options });
    const forMs = parseFor(values.for);
    if (values.help) print(HELP);
    if (values.help) return 0;
    const programs = await findPrograms(print);
    return values.check ? 0 : await run(programs, forMs);
  } catch (error) {
    process.stderr.write(`demo:stack: ${(error as Error).message}\n${HELP}`);
    return 2;
  }
}

function parseFor(text: string | undefined): number {
  if (text === undefined) return 2 ** 31 - 1;
  try {
    return durationFrom(1, '1ms')(text);
  } catch (error) {
    throw new Error(`--for: ${(error as Error).message}, got "${text}"`, { cause: error });
  }
}

async function run(programs: Programs, forMs: number): Promise<number> {
  const ended = new AbortController();
  const folder = await mkdtemp(path.join(tmpdir(), 'demo-stack-'));
  let exitCode = 0;
  const fail = (message: string) => {
    exitCode = 1;
    print(message);
  };
  const parts = new Parts(folder, fail);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      ended.abort();
      void parts.stop();
    });
  }
  try {
    await startAll(parts, folder, programs);
    print('Ctrl+C ends it all.');
    await sleep(forMs, undefined, { signal: ended.signal });
  } catch (error) {
    if (!ended.signal.aborted) fail((error as Error).message);
  }
  print('Ending …');
  await parts.stop();
  await rm(folder, { recursive: true });
  return exitCode;
}

/** Starts each part after what it needs. The demo goes on without what cannot be started. */
async function startAll(parts: Parts, folder: string, programs: Programs): Promise<void> {
  const { python, locust, prometheus, grafana } = programs;
  const locustUrl =
    (python && locust && (await attempt(parts, 'Locust', startLocust(parts, python, locust)))) ??
    (await simulate());
  const exporterUrl = await startExporter(parts, locustUrl);
  const prometheusUrl =
    prometheus &&
    (await attempt(parts, 'Prometheus', startPrometheus(parts, folder, prometheus, exporterUrl)));
  if (prometheusUrl && grafana) {
    await attempt(parts, 'Grafana', startGrafana(parts, folder, grafana, prometheusUrl));
  }
}

async function attempt<T>(parts: Parts, name: string, work: Promise<T>): Promise<T | undefined> {
  print(`Starting ${name} …`);
  return work.catch((error: unknown) => {
    parts.throwIfStopped();
    print(`${name} does not start: ${(error as Error).message}`);
    return undefined;
  });
}

async function startLocust(parts: Parts, python: Command, locust: Command): Promise<string> {
  const [targetPort, webPort, port] = [await free(8000), await free(8089), await free(5557)];
  const target = `http://127.0.0.1:${targetPort}`;
  const url = `http://127.0.0.1:${webPort}`;
  const program = [path.join(DEPLOY, 'compose/target.py'), '--port', String(targetPort)];
  await parts.start({ target: [...python, ...program] }, ENV, `${target}/healthz`);

  const test = [
    ...locust,
    '-f',
    path.join(DEPLOY, 'compose/locustfile.py'),
    '--host',
    target,
  ] as const;
  const web = ['--web-host', '127.0.0.1', '--web-port', String(webPort), '--autostart'];
  const bind = ['--master-bind-host', '127.0.0.1', '--master-bind-port', String(port)];
  const worker = [
    ...test,
    '--worker',
    '--master-host',
    '127.0.0.1',
    '--master-port',
    String(port),
  ] as const;
  const distributed: Record<string, Command> = {
    'locust master': [...test, ...web, '--master', '--expect-workers', String(WORKERS), ...bind],
  };
  for (let number = 1; number <= WORKERS; number += 1)
    distributed[`locust worker ${number}`] = worker;
  const hasUsers = (body: string) => !/"user_count": 0\b/.test(body);
  const start = (commands: Readonly<Record<string, Command>>) =>
    parts.start(
      commands,
      { ...ENV, PYTHONDONTWRITEBYTECODE: '1' },
      `${url}/stats/requests`,
      hasUsers,
    );
  try {
    await start(distributed);
  } catch (error) {
    parts.throwIfStopped();
    print(`Locust does not start with workers, so it goes without: ${(error as Error).message}`);
    await start({ locust: [...test, ...web] });
  }
  show('Locust: stop and start load tests', url);
  return url;
}

async function simulate(): Promise<string> {
  print("The load test is simulated, by the exporter's own stand-in for Locust.");
  const { url } = await startSimulatedLocust({ workers: WORKERS }, { port: await free(8089) });
  show('the web API of the simulated Locust', url);
  return url;
}

async function startExporter(parts: Parts, locustUrl: string): Promise<string> {
  const port = await free(9646);
  const url = `http://127.0.0.1:${port}`;
  const bin = path.resolve(DEPLOY, '../src/bin.ts');
  const flags = ['--locust-url', locustUrl, '--listen-address', `127.0.0.1:${port}`];
  const command = [process.execPath, bin, ...flags, '--log-format', 'pretty'] as const;
  // Any variable could be a setting.
  await parts.start({ exporter: command }, { PATH: ENV['PATH'] }, `${url}/readyz`);
  show('the exporter: status page', url);
  return url;
}

async function startPrometheus(
  parts: Parts,
  folder: string,
  command: Command,
  exporterUrl: string,
): Promise<string> {
  const url = `http://127.0.0.1:${await free(9090)}`;
  const config = await readFile(path.join(DEPLOY, 'prometheus/prometheus.yml'), 'utf8');
  const rules = path.join(DEPLOY, 'prometheus/rules/');
  const file = path.join(folder, 'prometheus.yml');
  const changed = config.replaceAll('- rules/', `- ${rules}`);
  await writeFile(file, changed.replace('localhost:9646', new URL(exporterUrl).host));
  const storage = `--storage.tsdb.path=${path.join(folder, 'prometheus')}`;
  const flags = [`--config.file=${file}`, storage, `--web.listen-address=${new URL(url).host}`];
  await parts.start({ prometheus: [...command, ...flags] }, ENV, `${url}/-/ready`);
  show('Prometheus: alerts and graphs', `${url}/alerts`);
  return url;
}

/** With the settings and dashboards that Compose gives to its Grafana. */
async function startGrafana(
  parts: Parts,
  folder: string,
  command: Command,
  prometheusUrl: string,
): Promise<void> {
  const port = await free(3000);
  const compose = parse(await readFile(path.join(DEPLOY, 'compose/compose.yaml'), 'utf8')) as {
    services: { grafana: { environment: Record<string, string> } };
  };
  const provisioning = path.join(folder, 'provisioning');
  await cp(path.join(DEPLOY, 'grafana/provisioning'), provisioning, { recursive: true });
  const provider = path.join(provisioning, 'dashboards/locust.yaml');
  const dashboards = path.join(DEPLOY, 'grafana/dashboards');
  const text = await readFile(provider, 'utf8');
  await writeFile(provider, text.replace('/var/lib/grafana/dashboards/locust', dashboards));
  const env = {
    ...{ ...ENV, ...compose.services.grafana.environment, PROMETHEUS_URL: prometheusUrl },
    ...{ GF_SERVER_HTTP_ADDR: '127.0.0.1', GF_SERVER_HTTP_PORT: String(port) },
    ...{ GF_PATHS_PROVISIONING: provisioning, GF_PATHS_DATA: path.join(folder, 'grafana') },
    GF_PATHS_LOGS: path.join(folder, 'grafana/log'),
  };
  await parts.start({ grafana: command }, env, `http://127.0.0.1:${port}/api/health`);
  show('Grafana: the dashboards', `http://127.0.0.1:${port}/dashboards`);
}

/** The first free port of loopback from `preferred` on. */
function free(preferred: number): Promise<number> {
  return getPort({ port: portNumbers(preferred, preferred + 99), host: '127.0.0.1' });
}

function show(what: string, url: string): void {
  print(`  ${what}\n    ${url}`);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

// The simulated Locust would keep the process alive.
process.exit(await main(process.argv.slice(2)));
