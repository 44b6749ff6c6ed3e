import assert from 'node:assert/strict';
import { chmod, cp, mkdir, symlink, writeFile, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { parse } from 'yaml';

import { findOnPath } from '../helpers/find-on-path.ts';
import { locustPath, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { startProcess, type RunningProcess } from '../helpers/start-process.ts';
import { temporaryFolder, type TemporaryFolder } from '../helpers/temporary-folder.ts';
import { GiveUp, waitUntil } from '../helpers/wait-until.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const PROGRAM = 'deploy/demo-stack/demo-stack.ts';
const HOME = process.env['HOME'] ?? '/';
const PATH = [path.dirname(locustPath('newest')), process.env['PATH']].join(path.delimiter);

const pythonMissing = findOnPath('python3') === undefined ? 'python3 is not on PATH' : undefined;

interface Demo {
  readonly running: RunningProcess;
  /** The URL that stands below such words in what it says. */
  readonly url: (words: string) => string;
}

/** Starts the demo of a clone of the repository; returns when it says that all is there. */
async function startDemo(
  t: TestContext,
  { root = ROOT, path: searched = PATH, args = [] as readonly string[] },
): Promise<Demo> {
  const running = await startProcess(process.execPath, [path.join(root, PROGRAM), ...args], {
    env: { HOME, PATH: searched },
  });
  t.after(() => running.stop(15_000));
  await waitUntil(
    'the demo is ready',
    () => {
      if (running.exit !== undefined) throw new GiveUp(running.output());
      return running.stdout().includes('Ctrl+C ends');
    },
    { timeoutMs: 50_000 },
  );
  const url = (words: string) => {
    const lines = running.stdout().split('\n');
    const found = lines[lines.findIndex((line) => line.trim().startsWith(words)) + 1]?.trim();
    assert.match(found ?? '', /^http:\/\/127\.0\.0\.1:\d+/, running.stdout());
    return new URL(found!).origin;
  };
  return { running, url };
}

/** @returns the process ids of its children */
async function childrenOf({ pid }: RunningProcess): Promise<number[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(' ').filter(Boolean).map(Number);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** The largest value of a metric, as Prometheus has it. */
async function valueIn(prometheus: string, query: string): Promise<number> {
  const parameters = new URLSearchParams({ query: `max(${query})` });
  const response = await fetch(`${prometheus}/api/v1/query?${String(parameters)}`);
  const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
  return Number(data.result[0]?.value[1] ?? 0);
}

async function metricsOf(demo: Demo): Promise<string> {
  return (await fetch(`${demo.url('the exporter')}/metrics`)).text();
}

async function assertEnds(demo: Demo, signal: NodeJS.Signals, urls: readonly string[]) {
  const children = await childrenOf(demo.running);
  demo.running.kill(signal);
  assert.equal(await demo.running.exited, 0, demo.running.output());
  assert.equal(demo.running.stderr(), '');
  assert.deepEqual(children.filter(isRunning), []);
  for (const url of urls) await assert.rejects(fetch(url), TypeError, url);
}

describe('npm run demo:stack', () => {
  it(
    'records a load test with what is installed, and leaves nothing behind',
    needs(pythonMissing, whyLocustIsMissing('newest'), whyPrometheusIsMissing()),
    async (t) => {
      const demo = await startDemo(t, {});
      assert.match(demo.running.stdout(), /^found +locust +\d+\.\d+/m);
      assert.match(demo.running.stdout(), /^found +prometheus +\d+\.\d+/m);
      // The target, Locust's master and two workers, the exporter, Prometheus.
      assert.ok((await childrenOf(demo.running)).length >= 6);
      const prometheus = demo.url('Prometheus: alerts');
      for (const [query, least] of [
        ['locust_users', 1],
        ['sum(locust_workers)', 2],
        ['locust_failures_total', 1],
        ['instance:locust_run_active:sum', 1],
      ] as const) {
        await waitUntil(query, async () => (await valueIn(prometheus, query)) >= least);
      }
      const urls = ['Locust', 'the exporter', 'Prometheus: alerts'].map((words) => demo.url(words));
      await assertEnds(demo, 'SIGINT', urls);
    },
  );

  it(
    'ends in the middle of its start as well',
    needs(pythonMissing, whyLocustIsMissing('newest')),
    async () => {
      const running = await startProcess(process.execPath, [path.join(ROOT, PROGRAM)], {
        env: { HOME, PATH },
      });
      const said = () => running.stdout().includes('Starting Locust');
      await waitUntil('it starts Locust', said);
      const children = await waitUntil('processes', async () => {
        const found = await childrenOf(running);
        return found.length > 1 && found;
      });
      running.kill('SIGINT');
      assert.equal(await running.exited, 0, running.output());
      assert.deepEqual(children.filter(isRunning), []);
    },
  );

  it(
    'goes without workers where Locust cannot have any, and sets up Grafana',
    needs(pythonMissing, whyLocustIsMissing('newest'), whyPrometheusIsMissing()),
    async (t) => {
      const folder = await temporaryFolder('demo-programs');
      t.after(() => folder.remove());
      const bin = path.join(folder.path, 'bin');
      await putScript(
        path.join(bin, 'locust'),
        `#!/bin/sh
         case "$*" in *--worker*|*--master*) echo no module named zmq >&2; exit 1; esac
         exec '${locustPath('newest')}' "$@"`,
      );
      // No Grafana can be installed everywhere: this one shows what it is started with.
      await putScript(path.join(bin, 'grafana'), `#!/bin/sh\nexec python3 ${bin}/grafana.py "$@"`);
      await writeFile(path.join(bin, 'grafana.py'), GRAFANA_STAND_IN);
      await mkdir(path.join(folder.path, 'conf'));
      await writeFile(path.join(folder.path, 'conf/defaults.ini'), '');

      const demo = await startDemo(t, { path: `${bin}${path.delimiter}${PATH}` });
      assert.match(demo.running.stdout(), /goes without: .*\n? *no module named zmq/);
      const metrics = await metricsOf(demo);
      assert.match(metrics, /^locust_users [1-9]/m);
      assert.doesNotMatch(metrics, /^locust_workers/m);

      const grafana = (await (await fetch(demo.url('Grafana'))).json()) as {
        argv: string[];
        env: Record<string, string>;
      };
      assert.deepEqual(grafana.argv.slice(0, 2), ['server', '--homepath']);
      assert.equal(grafana.env['PROMETHEUS_URL'], demo.url('Prometheus: alerts'));
      assert.equal(grafana.env['GF_SERVER_HTTP_ADDR'], '127.0.0.1');
      assert.equal(grafana.env['GF_AUTH_ANONYMOUS_ENABLED'], 'true');
      const dashboards = path.join(grafana.env['GF_PATHS_PROVISIONING']!, 'dashboards');
      const [file] = await readdir(dashboards);
      const { providers } = parse(await readFile(path.join(dashboards, file!), 'utf8')) as {
        providers: { options: { path: string } }[];
      };
      const provided = await readdir(providers[0]!.options.path);
      assert.ok(provided.some((name) => name.endsWith('.json')));
      await assertEnds(demo, 'SIGTERM', [demo.url('Grafana')]);
    },
  );
});

describe('npm run demo:stack in a fresh clone, with nothing installed', () => {
  let folder: TemporaryFolder;
  let clone: string;
  let empty: string;
  before(async () => {
    folder = await temporaryFolder('clone');
    clone = path.join(folder.path, 'clone');
    empty = path.join(folder.path, 'bin');
    await mkdir(empty);
    for (const part of ['src', 'deploy', 'package.json']) {
      await cp(path.join(ROOT, part), path.join(clone, part), { recursive: true });
    }
    await symlink(path.join(ROOT, 'node_modules'), path.join(clone, 'node_modules'));
  });
  after(() => folder.remove());

  it('says what is missing, and simulates the load test', async (t) => {
    const demo = await startDemo(t, { root: clone, path: empty });
    for (const name of ['python', 'locust', 'prometheus', 'grafana']) {
      assert.match(demo.running.stdout(), new RegExp(`^missing +${name} +\\S.*get it`, 'm'));
    }
    assert.match(demo.running.stdout(), /^The load test is simulated/m);
    await waitUntil('users', async () => /^locust_users [1-9]/m.test(await metricsOf(demo)));
    const urls = ['the web API of the simulated Locust', 'the exporter'];
    await assertEnds(demo, 'SIGINT', urls.map(demo.url));
  });

  it('ends by itself after --for', async (t) => {
    const demo = await startDemo(t, { root: clone, path: empty, args: ['--for', '1s'] });
    assert.equal(await demo.running.exited, 0, demo.running.output());
  });

  it('reports a part that dies', async (t) => {
    const demo = await startDemo(t, { root: clone, path: empty });
    const [exporter] = await childrenOf(demo.running);
    process.kill(exporter!, 'SIGKILL');
    await waitUntil('it says so', () =>
      /^exporter ended with SIGKILL/m.test(demo.running.stdout()),
    );
    demo.running.kill('SIGINT');
    assert.equal(await demo.running.exited, 1, demo.running.output());
  });

  it('lists the programs with --check, and reports wrong arguments', async () => {
    const program = path.join(clone, PROGRAM);
    const run = async (...args: string[]) => {
      const running = await startProcess(process.execPath, [program, ...args], {
        env: { PATH: empty },
      });
      return [await running.exited, running.output()] as const;
    };
    const [code, output] = await run('--check');
    assert.equal(code, 0);
    assert.equal(output.trim().split('\n').length, 4);
    for (const [args, problem] of [
      [['--for', 'ever'], /^demo:stack: --for: expected a duration .*, got "ever"$/m],
      [['--stop'], /^demo:stack: .*--stop/m],
    ] as const) {
      const [wrong, said] = await run(...args);
      assert.equal(wrong, 2);
      assert.match(said, problem);
    }
  });
});

const GRAFANA_STAND_IN = `
import json, os, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

if "-v" in sys.argv:
    print("Version 12.4.5 (commit: 0, branch: HEAD)")
    sys.exit()

class Answer(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        facts = {"argv": sys.argv[1:], "env": dict(os.environ)}
        self.wfile.write(json.dumps(facts).encode())

address = (os.environ["GF_SERVER_HTTP_ADDR"], int(os.environ["GF_SERVER_HTTP_PORT"]))
HTTPServer(address, Answer).serve_forever()
`;

async function putScript(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
}
