import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { SHIPPED_FLAGS } from './helpers/shipped-flags.ts';
import { startExporter, whyBuildIsMissing } from './helpers/exporter.ts';
import { findOnPath } from './helpers/find-on-path.ts';
import { freePort } from './helpers/free-port.ts';
import { needs } from './helpers/requirement.ts';
import { namedPipe } from './helpers/named-pipe.ts';
import { waitUntil } from './helpers/wait-until.ts';

const PROGRAM = path.resolve(import.meta.dirname, '../dist/bin.js');

/** Nobody listens there: each read of Locust is worth a line. */
const NO_LOCUST = ['--locust-url', 'http://127.0.0.1:1', '--cache-ttl', '0s'];
const ALL_LINES = ['--log-level', 'debug'];

interface Stderr {
  readonly fd: number | 'ignore';
  /** What happens to it while the exporter runs. */
  readonly spoil?: () => void;
}

const SPOILED: Readonly<Record<string, (t: TestContext) => Promise<Stderr>>> = {
  'on a full disk': (t) => Promise.resolve({ fd: open(t, '/dev/full', 'w') }),
  'a pipe that nobody reads': async (t) => {
    const name = await namedPipe(t);
    open(t, name, constants.O_RDONLY | constants.O_NONBLOCK);
    fill(open(t, name, constants.O_WRONLY | constants.O_NONBLOCK));
    return { fd: open(t, name, 'w') };
  },
  'a pipe whose reader leaves': async (t) => {
    const name = await namedPipe(t);
    const reader = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const spoil = () => {
      closeSync(reader);
    };
    return { fd: open(t, name, 'w'), spoil };
  },
  'a pipe whose reader has left': async (t) => {
    const name = await namedPipe(t);
    const reader = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const fd = open(t, name, 'w');
    closeSync(reader);
    return { fd };
  },
};

const pythonMissing = findOnPath('python3') === undefined ? 'python3 is not on PATH' : undefined;

/** Runs a program with standard error on what is closed after its first line. */
const CLOSED = `
import os, pty, signal, socket, subprocess, sys
if sys.argv[1] == 'terminal':
    ours, theirs = pty.openpty()
else:
    ours, theirs = (end.detach() for end in socket.socketpair())
program = subprocess.Popen(sys.argv[2:], stderr=theirs)
signal.signal(signal.SIGTERM, lambda *_: program.terminate())
os.close(theirs)
assert b'listening' in os.read(ours, 4096)
os.close(ours)
sys.exit(program.wait())
`;

function open(t: TestContext, name: string, flags: number | string): number {
  const fd = openSync(name, flags);
  t.after(() => {
    closeSync(fd);
  });
  return fd;
}

function fill(fd: number): void {
  try {
    for (;;) writeSync(fd, '.'.repeat(4096));
  } catch {
    // It is full.
  }
}

interface Surroundings {
  readonly stderr: Stderr['fd'];
  readonly spoil?: (() => void) | undefined;
  /** What runs the program, given as its last arguments. */
  readonly around?: readonly string[];
}

/** An exporter that starts, is scraped, and ends by SIGTERM, whatever standard error is. */
async function checkServes(
  t: TestContext,
  args: readonly string[],
  { stderr, spoil, around = [] }: Surroundings,
): Promise<void> {
  const port = await freePort();
  const address = ['--listen-address', `127.0.0.1:${port}`];
  const program = [process.execPath, ...SHIPPED_FLAGS, PROGRAM, ...address, ...NO_LOCUST];
  const [command, ...words] = [...around, ...program, ...ALL_LINES, ...args];
  const child = spawn(command!, words, { stdio: ['ignore', 'ignore', stderr] });
  t.after(() => child.kill('SIGKILL'));
  const exited = once(child, 'exit');
  const status = async (where: string) => {
    const asked = { signal: AbortSignal.timeout(5000) };
    return (await fetch(`http://127.0.0.1:${port}${where}`, asked)).status;
  };
  await waitUntil('it serves', async () => (await status('/healthz')) === 200, { everyMs: 20 });
  spoil?.();
  for (let time = 0; time < 20; time++) assert.equal(await status('/metrics'), 200);
  assert.equal(await status('/healthz'), 200);
  const startMs = performance.now();
  child.kill('SIGTERM');
  assert.deepEqual(await exited, [0, null]);
  assert.ok(performance.now() - startMs < 4000);
}

describe('an exporter whose standard error is', needs(whyBuildIsMissing()), () => {
  for (const [what, make] of Object.entries(SPOILED)) {
    for (const format of ['json', 'pretty']) {
      it(`${what} serves and ends well, with LOG_FORMAT=${format}`, async (t) => {
        const { fd, spoil } = await make(t);
        await checkServes(t, ['--log-format', format], { stderr: fd, spoil });
      });
    }
  }

  it('on a full disk serves in loop mode as well', async (t) => {
    const stderr = open(t, '/dev/full', 'w');
    await checkServes(t, ['--scrape-mode', 'loop', '--poll-interval', '100ms'], { stderr });
  });

  it('closed serves and ends well', async (t) => {
    const around = ['sh', '-c', 'exec "$@" 2>&-', 'sh'];
    await checkServes(t, [], { stderr: 'ignore', around });
  });

  it('a socket whose reader leaves serves and ends well', needs(pythonMissing), async (t) => {
    await checkServes(t, [], { stderr: 'ignore', around: ['python3', '-c', CLOSED, 'socket'] });
  });

  it('a terminal that is closed serves and ends well', needs(pythonMissing), async (t) => {
    await checkServes(t, [], { stderr: 'ignore', around: ['python3', '-c', CLOSED, 'terminal'] });
  });
});

describe('the log of an exporter', needs(whyBuildIsMissing()), () => {
  /** An exporter in which a script of ours runs when it listens. */
  function startWith(script: string): ReturnType<typeof startExporter> {
    const code = `setTimeout(() => { ${script} }, 1500)`;
    return startExporter({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURI(code)}` });
  }

  it('has an unexpected error, with its stack, before the exporter ends with 1', async (t) => {
    for (const script of ['throw new Error(`odd`)', 'Promise.reject(new Error(`odd`))']) {
      const exporter = await startWith(script);
      t.after(() => exporter.stop());
      assert.equal(await exporter.process.exited, 1);
      const last = exporter.log.at(-1);
      assert.deepEqual([last?.level, last?.msg], ['fatal', 'unexpected error, exiting']);
      assert.match((last?.['err'] as { stack: string }).stack, /^Error: odd\n\s+at /);
    }
  });

  it('has the warnings of Node.js, and nothing else does', async (t) => {
    const exporter = await startWith('process.emitWarning(`odd`)');
    t.after(() => exporter.stop());
    await waitUntil('it is logged', () => exporter.log.length > 1);
    await exporter.stop();
    assert.deepEqual(
      exporter.log.slice(1, -1).map(({ level, msg, err }) => [level, msg, (err as Error).message]),
      [['warn', 'warning of Node.js', 'odd']],
    );
    assert.equal(exporter.process.stdout(), '');
  });
});
