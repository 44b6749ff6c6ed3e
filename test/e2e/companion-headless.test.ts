import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  COMPANION_AUTO,
  COMPANION_LOCUSTFILE,
  COMPANION_ROUTE,
  companionRow,
  readCompanion,
  rowsByName,
  type CompanionReport,
} from '../helpers/companion.ts';
import { freePort, isListening } from '../helpers/free-port.ts';
import { locustPath, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { demand, needs } from '../helpers/requirement.ts';
import { startProcess, type RunningProcess } from '../helpers/start-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

interface Headless {
  port: number;
  url: string;
  /** Where it runs. */
  folder: string;
  locust: RunningProcess;
  /** Requests that the locustfile reported, by name, when all processes have ended. */
  counted(): Record<string, number>;
}

interface HeadlessOptions {
  args?: readonly string[];
  env?: Record<string, string>;
  workers?: number;
}

async function startHeadless(
  t: TestContext,
  version: string,
  { args = [], env = {}, workers = 0 }: HeadlessOptions = {},
): Promise<Headless> {
  demand(whyLocustIsMissing(version));
  const folder = await temporaryFolder('headless');
  const port = await freePort();
  const masterPort = await freePort(1);
  const options = {
    cwd: folder.path,
    env: {
      HOME: folder.path,
      PYTHONPATH: COMPANION_AUTO,
      COUNTED: folder.path,
      LOCUST_EXPORTER_COMPANION_ADDRESS: `127.0.0.1:${port}`,
      ...env,
    },
  };
  const start = (more: string[]) =>
    startProcess(locustPath(version), ['-f', COMPANION_LOCUSTFILE, ...more], options);
  const master = ['--master', '--master-bind-host', '127.0.0.1', '--master-bind-port'];
  const distributed = [...master, String(masterPort), '--expect-workers', String(workers)];
  const locust = await start([
    ...['--headless', '-u', '3', '-r', '3', '--only-summary', '--exit-code-on-error', '7'],
    ...(workers > 0 ? distributed : []),
    ...args,
  ]);
  const processes = [locust];
  for (let number = 0; number < workers; number += 1) {
    const to = ['--master-host', '127.0.0.1', '--master-port', String(masterPort)];
    processes.push(await start(['--worker', ...to]));
  }
  t.after(async () => {
    await Promise.all(processes.map((running) => running.stop()));
    await folder.remove();
  });
  const counted = () => {
    const total: Record<string, number> = {};
    for (const file of readdirSync(folder.path).filter((name) => /^\d+\.json$/.test(name))) {
      const counts = JSON.parse(readFileSync(`${folder.path}/${file}`, 'utf8')) as Record<
        string,
        number
      >;
      for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count;
    }
    return total;
  };
  return { port, url: `http://127.0.0.1:${port}`, folder: folder.path, locust, counted };
}

/**
 * Reads until there is nobody who answers, and gives the last report. A master that has stopped
 * goes on counting what its workers still tell.
 */
async function followToTheEnd({ url, locust }: Headless): Promise<CompanionReport> {
  let report: CompanionReport | undefined;
  while (locust.exit === undefined) {
    report = await readCompanion(url).catch(() => report);
    await sleep(300);
  }
  if (report === undefined) throw new Error(locust.output());
  return report;
}

function httpStatus(port: number, options: { method?: string; path?: string; host?: string }) {
  return new Promise<number>((resolve, reject) => {
    const { host = `127.0.0.1:${port}`, path = COMPANION_ROUTE, method = 'GET' } = options;
    request({ port, host: '127.0.0.1', method, path, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on('error', reject)
      .end();
  });
}

void describe('a headless Locust', { concurrency: 2 }, () => {
  for (const [version, signal] of [
    ['1.6.0', undefined],
    ['2.12.1', 'SIGINT'],
    ['newest', 'SIGTERM'],
    ['newest', undefined],
  ] as const) {
    const how = signal ?? '--run-time';
    const name = `of release ${version} shows its final counts after ${how}`;
    it(name, needs(whyLocustIsMissing(version)), async (t) => {
      const args = signal === undefined ? ['--run-time', '4'] : [];
      const headless = await startHeadless(t, version, { args });
      const following = followToTheEnd(headless);
      if (signal !== undefined) {
        await waitUntil('requests', async () => {
          const report = await readCompanion(headless.url);
          return Number(companionRow(report, report.aggregate).num_requests) > 50;
        });
        headless.locust.kill(signal);
      }
      const last = await following;
      assert.equal(await headless.locust.exited, 7);
      // Python raises Ctrl-C in whatever runs, which gevent prints if that is a response.
      const output = headless.locust.output().replace(/Traceback[^]*?\nKeyboardInterrupt\n/u, '');
      assert.doesNotMatch(output, /Traceback/);
      const rows = rowsByName(last);
      const counts = Object.entries(headless.counted());
      assert.ok(counts.length > 5);
      for (const [row, count] of counts) assert.equal(rows.get(row)!.num_requests, count, row);
      assert.equal(last.state, 'stopped');
    });
  }

  it(
    "shows a master's final counts, which Locust writes too",
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const args = ['--run-time', '7', '--json-file', 'own'];
      const headless = await startHeadless(t, 'newest', { args, workers: 2 });
      const last = await followToTheEnd(headless);
      assert.equal(last.state, 'stopped');
      const own = JSON.parse(readFileSync(`${headless.folder}/own.json`, 'utf8')) as {
        name: string;
        num_requests: number;
        num_none_requests: number;
        response_times: Record<string, number>;
      }[];
      assert.equal(own.length, 8);
      const rows = rowsByName(last);
      for (const { name, num_requests, num_none_requests, response_times } of own) {
        const row = rows.get(name)!;
        assert.equal(row.num_requests, num_requests, name);
        assert.equal(row.num_none_requests, num_none_requests, name);
        assert.deepEqual(row.response_times, response_times, name);
      }
    },
  );

  it(
    'does not wait when nobody has come, or for LINGER=0',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const args = ['--run-time', '2'];
      const unread = await startHeadless(t, 'newest', { args });
      await unread.locust.exited;
      assert.doesNotMatch(unread.locust.output(), /Waiting up to/);
      const env = { LOCUST_EXPORTER_COMPANION_LINGER: '0' };
      const read = await startHeadless(t, 'newest', { args, env });
      await waitUntil('a report', () => readCompanion(read.url));
      await read.locust.exited;
      assert.doesNotMatch(read.locust.output(), /Waiting up to/);
    },
  );

  it(
    'waits no longer than LINGER, and not after Ctrl-C',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const headless = await startHeadless(t, 'newest', {
        args: ['--run-time', '2'],
        env: { LOCUST_EXPORTER_COMPANION_LINGER: '300' },
      });
      await waitUntil('a report', () => readCompanion(headless.url));
      await waitUntil('it waits', () => headless.locust.output().includes('Waiting up to 300 s'));
      headless.locust.kill('SIGINT');
      assert.equal(await headless.locust.exited, 7);
      assert.doesNotMatch(headless.locust.output(), /Traceback|Error in/);

      const short = await startHeadless(t, 'newest', {
        args: ['--run-time', '2'],
        env: { LOCUST_EXPORTER_COMPANION_LINGER: '0.2' },
      });
      await waitUntil('a report', () => readCompanion(short.url));
      assert.equal(await short.locust.exited, 7);
      assert.match(short.locust.output(), /Waiting up to 0\.2 s/);
    },
  );

  it(
    'answers to this machine alone, and tells nothing else',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const { port } = await startHeadless(t, 'newest');
      await waitUntil('it listens', () => isListening(port));
      for (const host of [`localhost:${port}`, '127.0.0.1', '127.9.9.9:80', `[::1]:${port}`]) {
        assert.equal(await httpStatus(port, { host }), 200, host);
      }
      for (const host of ['evil.example', `localhost.evil.example:${port}`, '10.0.0.1']) {
        assert.equal(await httpStatus(port, { host }), 403, host);
      }
      for (const path of ['/', '/stats/requests', '/stop', `${COMPANION_ROUTE}/`]) {
        assert.equal(await httpStatus(port, { path }), 404, path);
      }
      for (const method of ['POST', 'HEAD', 'OPTIONS']) {
        assert.equal(await httpStatus(port, { method }), 405, method);
      }
    },
  );

  it(
    'goes on where its port is taken, its address nonsense or off',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const taken = createServer().listen(0, '127.0.0.1');
      await once(taken, 'listening');
      t.after(() => taken.close());
      const { port } = taken.address() as { port: number };
      for (const [address, warnings] of [
        [`127.0.0.1:${port}`, 1],
        ['nonsense', 1],
        ['127.0.0.1:99999', 1],
        ['off', 0],
      ] as const) {
        const env = { LOCUST_EXPORTER_COMPANION_ADDRESS: address };
        const { locust } = await startHeadless(t, 'newest', { args: ['--run-time', '2'], env });
        assert.equal(await locust.exited, 7, address);
        assert.equal(
          locust.output().match(/WARNING\/locust_exporter/g)?.length ?? 0,
          warnings,
          address,
        );
        assert.doesNotMatch(locust.output(), /Traceback/);
      }
    },
  );

  it('takes an empty variable as not set', needs(whyLocustIsMissing('newest')), async (t) => {
    const { locust } = await startHeadless(t, 'newest', {
      args: ['--run-time', '2'],
      env: { LOCUST_EXPORTER_COMPANION_ADDRESS: '', LOCUST_EXPORTER_COMPANION_LINGER: '' },
    });
    assert.equal(await locust.exited, 7);
    // The port may be taken by another Locust.
    assert.match(locust.output(), /(?:Statistics at http:\/\/|Cannot listen on )127\.0\.0\.1:8089/);
    assert.doesNotMatch(locust.output(), /is no number of seconds|was not started/);
  });

  it('listens on IPv6', needs(whyLocustIsMissing('newest')), async (t) => {
    const port = await freePort();
    const env = { LOCUST_EXPORTER_COMPANION_ADDRESS: `[::1]:${port}` };
    await startHeadless(t, 'newest', { env });
    const report = await waitUntil('a report', () => readCompanion(`http://[::1]:${port}`));
    assert.equal(report.format, 1);
  });
});
