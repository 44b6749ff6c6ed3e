import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { startSimulatedLocust, type SimulatedLocust } from '../../src/demo/simulated-locust.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const root = join(import.meta.dirname, '../..');
const BIN = join(root, 'dist/bin.js');

let locust: SimulatedLocust;
before(async () => {
  locust = await startSimulatedLocust({ endpoints: 2000 });
});
after(() => locust.close());

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param pipeline of bash, in which $EXPORTER is the built program. */
function shell(pipeline: string): Promise<Result> {
  return new Promise((resolve) => {
    const env = { ...process.env, EXPORTER: `${process.execPath} ${BIN}`, LOCUST_URL: locust.url };
    execFile('bash', ['-c', pipeline], { env, timeout: 30_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ code, stdout, stderr });
    });
  });
}

const COMMANDS = [
  ...['--help', '--version', '--check-config', 'stats', 'stats --json', 'stats --watch'],
  ...['stats --watch --json', 'swarm --users 1', 'stop', 'reset-stats'],
];

describe('the output of a command', { skip: !existsSync(BIN) && 'not built' }, () => {
  for (const command of COMMANDS) {
    it(`may go to a reader that stops to read: ${command}`, async () => {
      const { stdout, stderr } = await shell(
        `$EXPORTER ${command} | head -c 0; echo "\${PIPESTATUS[0]}"`,
      );
      assert.deepEqual({ stdout, stderr }, { stdout: '0\n', stderr: '' });
    });

    it(`is said to be lost on a full disk: ${command}`, async () => {
      const { code, stderr } = await shell(`$EXPORTER ${command} >/dev/full`);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /^locust-exporter: cannot write the output: no space left on the device;.*\(ENOSPC\)\n$/,
      );
    });
  }

  it('ends quietly after the lines that head wants', async () => {
    const { stdout, stderr } = await shell(
      '$EXPORTER stats --watch | head -1; echo "${PIPESTATUS[*]}"',
    );
    assert.match(stdout, /^State: .*\n0 0\n$/);
    assert.equal(stderr, '');
  });

  it('is whole where the reader is slow', async (t) => {
    // Of its own, since other tests reset the statistics and take users away.
    const own = await startSimulatedLocust({ endpoints: 2000 });
    t.after(() => own.close());
    await waitUntil('the run has used many endpoints', async () => {
      const response = await fetch(`${own.url}/stats/requests`);
      const { stats } = (await response.json()) as { stats: unknown[] };
      return stats.length >= 500;
    });
    const { stdout } = await shell(
      `$EXPORTER stats --json --locust-url ${own.url} | (sleep 1; cat)`,
    );
    const { endpoints } = JSON.parse(stdout) as { endpoints: unknown[] };
    assert.ok(endpoints.length >= 499, 'Locust lists 500 rows with that of all endpoints');
    assert.ok(stdout.length > 2 ** 16, 'more than a pipe holds');
  });

  it('goes on, with the right exit code, where problems cannot be written', async () => {
    assert.equal((await shell('$EXPORTER --frob 2>/dev/full')).code, 2);
    assert.equal(
      (await shell('$EXPORTER stats --locust-url http://127.0.0.1:1 2>/dev/full')).code,
      1,
    );
    assert.equal((await shell('$EXPORTER --version >/dev/full 2>&1')).code, 1);
  });

  it('is one JSON object a line with --watch --json, also while Locust is away', async () => {
    const own = await startSimulatedLocust();
    const args = [BIN, 'stats', '--watch', '--json', '--locust-url', own.url];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const output = text(child.stdout);
    const exited = once(child, 'exit');
    await once(child.stdout, 'data');
    await own.close();
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    assert.deepEqual(await exited, [0, null]);
    const [first, second, ...rest] = (await output).split('\n');
    assert.deepEqual(rest, ['']);
    assert.equal(typeof (JSON.parse(first!) as { state: unknown }).state, 'string');
    const { problem } = JSON.parse(second!) as { problem: { code: string; message: string } };
    assert.equal(problem.code, 'connect');
    assert.match(problem.message, /connection refused/);
  });
});
