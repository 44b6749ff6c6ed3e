import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { constants } from 'node:os';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulatedLocust } from '../src/demo/simulated-locust.ts';
import { startExporter, whyBuildIsMissing } from './helpers/exporter.ts';
import { whyNamespacesAreMissing } from './helpers/pod.ts';
import { needs, needsOptional } from './helpers/requirement.ts';
import { SHIPPED_FLAGS } from './helpers/shipped-flags.ts';
import { startProcess, type RunningProcess } from './helpers/start-process.ts';
import { temporaryFolder } from './helpers/temporary-folder.ts';
import { waitUntil } from './helpers/wait-until.ts';

const DIST = path.resolve(import.meta.dirname, '../dist');
const PROGRAM = path.join(DIST, 'bin.js');

const ENDING = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const;
const IGNORED = ['SIGUSR1', 'SIGUSR2', 'SIGALRM'] as const;

/** Whether a process catches a signal by now. */
function catches(pid: number | string, signal: NodeJS.Signals): boolean {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const caught = BigInt(`0x${/^SigCgt:\s+(\w+)$/m.exec(status)![1]!}`);
  return ((caught >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

async function start(t: TestContext, ...args: string[]): Promise<RunningProcess> {
  const running = await startProcess(process.execPath, [...SHIPPED_FLAGS, PROGRAM, ...args]);
  t.after(() => running.stop());
  return running;
}

/** A Locust that takes connections and says nothing. */
async function startSilent(t: TestContext): Promise<{ url: string; connected: Promise<unknown> }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const connected = once(server, 'connection');
  void connected.then(([socket]) => {
    t.after(() => {
      (socket as Socket).destroy();
    });
  });
  t.after(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, connected };
}

describe('the exporter', needs(whyBuildIsMissing()), () => {
  for (const signal of ENDING) {
    it(`ends well on ${signal}, after the final numbers had their time`, async (t) => {
      const locust = await startSimulatedLocust();
      t.after(() => locust.close());
      const env = { LOCUST_URL: locust.url, LINGER: '1s' };
      const exporter = await startExporter(env);
      t.after(() => exporter.stop());
      assert.match(await exporter.metrics(), /^locust_up 1$/m);
      const startMs = performance.now();
      exporter.process.kill(signal);
      assert.equal(await exporter.process.exited, 0);
      assert.ok(performance.now() - startMs >= 950);
      const [stopping, ...more] = exporter.log.slice(-2);
      assert.deepEqual([stopping?.msg, stopping?.['signal']], ['stopping', signal]);
      assert.deepEqual(
        more.map(({ msg }) => msg),
        ['the final numbers were not scraped'],
      );
    });
  }

  it('goes on after signals that are not meant for it, and opens no inspector', async (t) => {
    const exporter = await startExporter();
    t.after(() => exporter.stop());
    for (const signal of IGNORED) {
      exporter.process.kill(signal);
      await sleep(300);
      assert.match(await exporter.metrics(), /^locust_up 0$/m);
    }
    await exporter.stop();
    assert.doesNotMatch(exporter.process.output(), /Debugger|inspector/);
    assert.equal(await exporter.process.exited, 0);
  });

  it('ends well on a signal that comes while it starts', async (t) => {
    const running = await start(t, '--listen-address', '127.0.0.1:0');
    await waitUntil('it catches', () => catches(running.pid, 'SIGHUP'), { everyMs: 1 });
    running.kill('SIGTERM');
    assert.equal(await running.exited, 0);
    assert.match(running.stderr(), /"signal":"SIGTERM","msg":"stopping"/);
  });

  it('catches signals before it loads anything', () => {
    const { size } = statSync(PROGRAM);
    const first = readFileSync(PROGRAM, 'utf8');
    const loaded = [...first.matchAll(/^import\s*(?:[^'"]*from\s*)?["'](\.[^"']+)["']/gm)];
    const sizes = loaded.map(([, name]) => statSync(path.join(DIST, name!)).size);
    assert.ok([size, ...sizes].reduce((sum, bytes) => sum + bytes) < 10_000);
  });
});

describe('the first process of a container', needsOptional(whyNamespacesAreMissing()), () => {
  async function startFirst(t: TestContext, ...args: string[]) {
    const running = await startProcess('unshare', [
      ...['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'],
      ...[process.execPath, ...SHIPPED_FLAGS, PROGRAM, ...args],
    ]);
    t.after(() => {
      running.kill('SIGKILL');
    });
    const children = `/proc/${running.pid}/task/${running.pid}/children`;
    const first = await waitUntil(
      'it is there',
      () => readFileSync(children, 'utf8').trim() || undefined,
      { everyMs: 1 },
    );
    await waitUntil('it catches', () => catches(first, 'SIGHUP'), { everyMs: 1 });
    return { running, first: Number(first) };
  }

  it('ends well on a signal that comes while it starts', async (t) => {
    const { running, first } = await startFirst(t, '--listen-address', '127.0.0.1:0');
    process.kill(first, 'SIGTERM');
    assert.equal(await running.exited, 0);
  });

  it('ends at once where it is a command', async (t) => {
    const locust = await startSilent(t);
    const { running, first } = await startFirst(t, 'stats', '--locust-url', locust.url);
    await locust.connected;
    process.kill(first, 'SIGINT');
    assert.equal(await running.exited, 130);
  });
});

describe('a command', needs(whyBuildIsMissing()), () => {
  for (const signal of ENDING) {
    it(`ends at once on ${signal}`, async (t) => {
      const locust = await startSilent(t);
      const running = await start(t, 'stats', '--locust-url', locust.url);
      await locust.connected;
      running.kill(signal);
      assert.equal(await running.exited, signal);
    });
  }

  it('ends by a signal that comes while it starts', async (t) => {
    const locust = await startSilent(t);
    const running = await start(t, 'stats', '--locust-url', locust.url);
    await waitUntil('it catches', () => catches(running.pid, 'SIGHUP'), { everyMs: 1 });
    running.kill('SIGINT');
    assert.equal(await running.exited, 'SIGINT');
  });
});

/** A name server that takes questions and never answers, for the command that follows. */
const silentDns = (resolvConf: string) => `
ip link set lo up
mount --bind '${resolvConf}' /etc/resolv.conf
"$0" -e "require('dgram').createSocket('udp4').bind(53, '127.0.0.9')" &
exec "$0" "$@"`;

describe('a name server that never responds', needsOptional(whyNamespacesAreMissing()), () => {
  async function startWithout(t: TestContext, ...args: string[]): Promise<RunningProcess> {
    const folder = await temporaryFolder('dns');
    t.after(() => folder.remove());
    const resolvConf = path.join(folder.path, 'resolv.conf');
    writeFileSync(resolvConf, 'nameserver 127.0.0.9\nsearch a.example b.example\n');
    const running = await startProcess('unshare', [
      ...['--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child'],
      ...['sh', '-c', silentDns(resolvConf), process.execPath],
      ...[...SHIPPED_FLAGS, PROGRAM, ...args],
    ]);
    t.after(() => {
      running.kill('SIGKILL');
    });
    return running;
  }

  function signalFirst(running: RunningProcess, signal: NodeJS.Signals): void {
    const children = `/proc/${running.pid}/task/${running.pid}/children`;
    process.kill(Number(readFileSync(children, 'utf8')), signal);
  }

  it('does not hold up the end of the exporter', async (t) => {
    const args = ['--listen-address', '127.0.0.1:0', '--locust-url', 'http://locust-master:8089'];
    const loop = ['--scrape-mode', 'loop', '--locust-timeout', '500ms'];
    const running = await startWithout(t, ...args, ...loop);
    await waitUntil('it is down', () => running.stderr().includes('"code":"timeout"'));
    const startMs = performance.now();
    signalFirst(running, 'SIGTERM');
    assert.equal(await running.exited, 0, running.output());
    assert.ok(performance.now() - startMs < 3000);
    assert.match(running.stderr(), /"msg":"stopping"\}\n$/);
  });

  it('does not hold up the end of a start', async (t) => {
    const running = await startWithout(t, '--listen-address', 'exporter:9646');
    await sleep(2000);
    const startMs = performance.now();
    signalFirst(running, 'SIGTERM');
    assert.equal(await running.exited, 0, running.output());
    assert.ok(performance.now() - startMs < 3000);
    assert.match(running.stderr(), /"msg":"stopping before the start is complete"\}\n$/);
  });

  it('does not hold up a command that has given up', async (t) => {
    const startMs = performance.now();
    const target = ['--locust-url', 'http://locust-master:8089', '--locust-timeout', '500ms'];
    const running = await startWithout(t, 'stats', ...target);
    assert.equal(await running.exited, 1);
    assert.ok(performance.now() - startMs < 6000);
    assert.match(running.stderr(), /did not answer in time/);
  });
});
