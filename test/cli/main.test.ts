import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { startSimulatedLocust } from '../../src/demo/simulated-locust.ts';
import { startRecordedLocust } from '../helpers/recorded-locust.ts';

const root = join(import.meta.dirname, '../..');
const BIN = join(root, 'src/bin.ts');

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(
  args: readonly string[],
  env: Record<string, string> = {},
  stdout?: string,
): Promise<Result> {
  const redirect = stdout === undefined ? '' : `> ${stdout}`;
  return new Promise((resolve) => {
    execFile(
      'sh',
      ['-c', `exec "$0" "$@" ${redirect}`, process.execPath, BIN, ...args],
      { env: { ...process.env, ...env }, timeout: 30_000 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
        resolve({ code, stdout, stderr });
      },
    );
  });
}

describe('the program', () => {
  it('prints its help and its version', async () => {
    const help = await run(['--help']);
    assert.equal(help.code, 0);
    assert.match(help.stdout, /LOCUST_URL, --locust-url \(default http:\/\/localhost:8089\)/);
    assert.match(help.stdout, /reset-stats/);
    const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      version: string;
    };
    assert.match((await run(['--version'])).stdout, new RegExp(`^locust-exporter ${version} `));
  });

  it('reports bad flags and bad values together, and exits with 2', async () => {
    const { code, stderr } = await run([
      '--frob',
      '--log-level',
      'loud',
      'serve',
      'more',
      '--cache-ttl',
    ]);
    assert.equal(code, 2);
    assert.match(stderr, /--frob: unknown flag/);
    assert.match(stderr, /argument 5: expected no more arguments/);
    assert.match(stderr, /--cache-ttl: expected a value/);
    assert.match(stderr, /--log-level: expected one of/);
  });

  it('knows which flags belong to a command', async () => {
    assert.match(
      (await run(['serve', '--users', '3'])).stderr,
      /--users: unknown flag, it belongs to swarm/,
    );
    assert.match((await run(['stat'])).stderr, /unknown command "stat", did you mean "stats"\?/);
  });

  it('checks the settings without starting, and hides the password', async () => {
    const { code, stdout } = await run(['--check-config'], { LOCUST_URL: 'https://me:hush@h:1/x' });
    assert.equal(code, 0);
    assert.match(stdout, /LOCUST_URL=https:\/\/\*\*\*@h:1\/x/);
    assert.doesNotMatch(stdout, /hush/);
  });

  it('takes switches with and without a value, and the flags of its predecessor', async () => {
    const check = async (...args: string[]) => (await run(['--check-config', ...args])).stdout;
    const bare = await check('--locust-tls-insecure', '--web.listen-address', '0.0.0.0:1');
    assert.match(bare, /^LOCUST_TLS_INSECURE=true$/m);
    assert.match(bare, /^LISTEN_ADDRESS=:1$/m);
    assert.match(bare, /^LEGACY_METRICS=on$/m);
    const off = await check('--locust-tls-insecure=false', '--locust-url=http://a');
    assert.match(off, /^LOCUST_TLS_INSECURE=false$/m);
    assert.match(off, /^LEGACY_METRICS=off$/m);
    const two = await check('--locust-url=http://a', '--locust.uri=http://b');
    assert.match(two, /^warning: --locust\.uri "http:\/\/b" is ignored/m);
  });

  it('serves until SIGTERM, then exits with 0', async () => {
    const locust = ['--locust-url', 'http://me:hush@127.0.0.1:1/base'];
    const child = spawn(process.execPath, [BIN, '--listen-address', '127.0.0.1:0', ...locust], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const exited = once(child, 'exit');
    const [line] = (await once(createInterface(child.stderr), 'line')) as [string];
    const { msg, address, ...fields } = JSON.parse(line) as Record<string, string>;
    assert.equal(msg, 'listening');
    assert.deepEqual(
      [fields['locustUrl'], fields['mode'], typeof fields['version']],
      ['http://127.0.0.1:1/base/', 'on-demand', 'string'],
    );
    assert.doesNotMatch(line, /hush/);
    assert.equal((await fetch(`http://${address}/healthz`)).status, 200);
    const metrics = await (await fetch(`http://${address}/metrics`)).text();
    assert.match(metrics, /^locust_up 0$/m);
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
  });

  it('fails when its output is lost, unless its reader has had enough', async () => {
    const { stderr, code } = await run(['--check-config', '--cache-ttl', '1s'], {}, '/dev/full');
    assert.equal(code, 1);
    assert.match(stderr, /^locust-exporter: cannot write the output: .*\(ENOSPC\)/);
    const left = spawn(process.execPath, [BIN, '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    left.stdout.destroy();
    const exited = once(left, 'exit');
    assert.equal(await text(left.stderr), '');
    assert.deepEqual(await exited, [0, null]);
  });

  it('says so when the port is taken', async () => {
    const locust = await startSimulatedLocust();
    const address = `127.0.0.1:${locust.port}`;
    const { code, stderr } = await run(['--listen-address', address]);
    await locust.close();
    assert.equal(code, 1);
    const { level, ...line } = JSON.parse(stderr) as Record<string, unknown>;
    assert.equal(level, 'fatal');
    assert.equal(line['address'], address);
    assert.match(
      String(line['reason']),
      /another program listens there; .* --listen-address :9647/,
    );
  });
});

describe('controlling the newest Locust', () => {
  it('starts a run, shows it, resets and stops it', async (t) => {
    const locust = await startSimulatedLocust({ scenario: 'manual', workers: 2 });
    t.after(() => locust.close());
    const control = (...args: string[]) => run([...args, '--locust-url', locust.url]);
    assert.deepEqual(await control('swarm', '--users', '5', '--spawn-rate', '10'), {
      code: 0,
      stdout: 'Swarming started\n',
      stderr: '',
    });
    await new Promise((resolve) => setTimeout(resolve, 3500));
    const { stdout } = await control('stats', '--json');
    const snapshot = JSON.parse(stdout) as { users: number; workers: { countByState: object } };
    assert.equal(snapshot.users, 5);
    assert.equal(typeof snapshot.workers.countByState, 'object');
    const { stdout: shown } = await control('stats');
    assert.match(shown, /Users: 5/);
    assert.match(shown, /Aggregated/);
    assert.equal((await control('reset-stats')).code, 0);
    assert.equal((await control('stop')).stdout, 'Test stopped\n');
  });
});

describe('controlling an old Locust', () => {
  for (const [version, form] of [
    ['0.8.1', { locust_count: '6', hatch_rate: '2' }],
    ['0.12.2', { locust_count: '6', hatch_rate: '2' }],
    ['1.0.3', { user_count: '6', hatch_rate: '2' }],
  ] as const) {
    it(`starts a run of ${version} with the fields that it knows, shows and stops it`, async (t) => {
      const locust = await startRecordedLocust(version);
      t.after(() => locust.close());
      const control = (...args: string[]) => run([...args, '--locust-url', locust.url]);
      const started = await control('swarm', '--users', '6', '--spawn-rate', '2');
      assert.deepEqual(started, { code: 0, stdout: 'Swarming started\n', stderr: '' });
      assert.deepEqual(locust.forms, [form]);
      assert.match((await control('stats')).stdout, /Users: 6/);
      assert.equal((await control('reset-stats')).code, 0);
      assert.equal((await control('stop')).stdout, 'Test stopped\n');
    });
  }
});

describe('driving Locust in vain', () => {
  it('shows why Locust refuses, or why this Locust cannot', async () => {
    const newest = await startSimulatedLocust({ scenario: 'manual' });
    const old = await startRecordedLocust('1.0.3');
    const swarm = ['swarm', '--users', '1', '--run-time'];
    const refused = await run([...swarm, 'soon', '--locust-url', newest.url]);
    const impossible = await run([...swarm, '5m', '--locust-url', old.url]);
    await Promise.all([newest.close(), old.close()]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /Valid run_time formats/);
    assert.equal(impossible.code, 1);
    assert.match(impossible.stderr, /2\.12\.1/);
  });

  it('wants to know how many users', async () => {
    const { code, stderr } = await run(['swarm', '--spawn-rate', '0']);
    assert.equal(code, 2);
    assert.match(stderr, /--users: expected a whole number, got nothing/);
    assert.match(stderr, /--spawn-rate: expected a number above 0, got "0"/);
  });

  for (const host of [
    'notaurl',
    'shop.example:80',
    'file:///x',
    '',
    'https://h/?a',
    'https://h/#a',
  ]) {
    it(`wants a URL for the host under test, not "${host}"`, async () => {
      const args = ['swarm', '--users', '1', '--locust-url', 'http://127.0.0.1:1'];
      const { code, stderr } = await run([...args, `--host=${host}`]);
      assert.equal(code, 2);
      assert.match(stderr, /--host: expected a URL without query and fragment, such as https:/);
    });
  }

  it('shows no secret of the host under test', async () => {
    const args = ['swarm', '--users', '1', '--locust-url', 'http://127.0.0.1:1', '--host'];
    const { stderr } = await run([...args, 'https://svc:hush@h/?token=hush']);
    assert.match(stderr, /got "https:\/\/\*\*\*@h\/\?\*\*\*"/);
    for (const host of ['https://svc:hush@h', 'ws://h:1/a']) {
      assert.match((await run([...args, host])).stderr, /connection refused/);
    }
  });

  it('takes no empty value for zero users', async () => {
    const { code, stderr } = await run(['swarm', '--users=', '--locust-url', 'http://127.0.0.1:1']);
    assert.equal(code, 2);
    assert.match(stderr, /--users: expected a whole number, got ""/);
  });

  it('says when Locust is not there', async () => {
    const { code, stderr } = await run(['stats', '--locust-url', 'http://127.0.0.1:1']);
    assert.equal(code, 1);
    assert.match(stderr, /connection refused/);
  });
});
