import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createLogDestination, type LogDestination } from '../src/log-destination.ts';
import { namedPipe } from './helpers/named-pipe.ts';
import { temporaryFolder } from './helpers/temporary-folder.ts';
import { waitUntil } from './helpers/wait-until.ts';

const KIB = 1024;

/** What a pipe holds by itself. */
const PIPE_BYTES = 64 * KIB;

const lostLines = (count: number) => `lost ${count}\n`;

function opened(t: TestContext, name: string, flags: number | string): number {
  const fd = openSync(name, flags);
  t.after(() => {
    try {
      closeSync(fd);
    } catch {
      // The test closed it.
    }
  });
  return fd;
}

/** Both ends of a pipe that nobody reads by himself. */
async function pipe(
  t: TestContext,
): Promise<{ readonly end: number; readonly read: () => string }> {
  const name = await namedPipe(t);
  const reader = opened(t, name, constants.O_RDONLY | constants.O_NONBLOCK);
  const end = opened(t, name, 'w');
  const buffer = Buffer.alloc(16 * KIB);
  const read = () => {
    try {
      return buffer.toString('latin1', 0, readSync(reader, buffer));
    } catch {
      return '';
    }
  };
  return { end, read };
}

function flushed(log: LogDestination): Promise<void> {
  return new Promise((resolve) => {
    log.flush(resolve);
  });
}

/** Lines of a kibibyte with a number at their beginning. */
function writeLines(log: LogDestination, count: number, first = 0): void {
  for (let at = first; at < first + count; at++) log.write(`${at}`.padEnd(KIB - 1, '.') + '\n');
}

function numbersIn(text: string): number[] {
  return text.split('\n').flatMap((line) => (/^\d/.test(line) ? [parseInt(line)] : []));
}

const upTo = (count: number) => Array.from({ length: count }, (_, at) => at);

describe('a pipe', () => {
  it('has each line at once', async (t) => {
    const { end, read } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    log.write('a\n');
    assert.equal(read(), 'a\n');
    log.write('b\n');
    log.write('c\n');
    assert.equal(read(), 'b\nc\n');
  });

  it('that is full keeps lines, up to a limit, and then reports how many were lost', async (t) => {
    const { end, read } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    const startMs = performance.now();
    writeLines(log, 1000);
    assert.ok(performance.now() - startMs < 1000);
    let text = '';
    await waitUntil(
      'the last line',
      () => {
        text += read();
        return text.endsWith('lost 680\n');
      },
      { everyMs: 5, timeoutMs: 10_000 },
    );
    const kept = PIPE_BYTES / KIB + 256;
    assert.deepEqual(numbersIn(text), upTo(kept));
    assert.equal(text.length, kept * KIB + 'lost 680\n'.length);
    log.write('later\n');
    assert.equal(read(), 'later\n');
  });

  it('that is full has the last lines, once it is read', async (t) => {
    const { end, read } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    writeLines(log, 70);
    let text = read();
    const reading = setInterval(() => (text += read()), 10);
    await flushed(log);
    clearInterval(reading);
    text += [read(), read(), read(), read(), read()].join('');
    assert.deepEqual(numbersIn(text), upTo(70));
  });

  it('without a reader delays the end for half a second', async (t) => {
    const { end } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    writeLines(log, 70);
    const startMs = performance.now();
    await flushed(log);
    const tookMs = performance.now() - startMs;
    assert.ok(tookMs > 400 && tookMs < 2000, `${tookMs} ms`);
  });

  it('that has room does not hold up the end', async (t) => {
    const { end } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    writeLines(log, 1);
    const startMs = performance.now();
    await flushed(log);
    assert.ok(performance.now() - startMs < 40);
  });

  it('has a line that is longer than what it holds, piece by piece', async (t) => {
    const { end, read } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    const line = `${Array.from({ length: 60_000 }, (_, at) => at).join(' ')}\n`;
    log.write(line);
    let text = '';
    await waitUntil('its end', () => (text += read()).endsWith('\n'), { everyMs: 5 });
    assert.equal(text, line);
  });

  it('whose reader left does not keep what is lost', async (t) => {
    const name = await namedPipe(t);
    const first = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = createLogDestination(opened(t, name, 'w'), lostLines);
    closeSync(first);
    writeLines(log, 1000);
    const second = opened(t, name, constants.O_RDONLY | constants.O_NONBLOCK);
    log.write('a\n');
    const buffer = Buffer.alloc(KIB);
    assert.equal(buffer.toString('utf8', 0, readSync(second, buffer)), 'lost 1000\na\n');
  });

  it('whose reader left loses lines, and has the next ones of another reader', async (t) => {
    const name = await namedPipe(t);
    const first = opened(t, name, constants.O_RDONLY | constants.O_NONBLOCK);
    const log = createLogDestination(opened(t, name, 'w'), lostLines);
    log.write('a\n');
    closeSync(first);
    log.write('b\n');
    log.write('c\n');
    const second = opened(t, name, constants.O_RDONLY | constants.O_NONBLOCK);
    log.write('d\n');
    const buffer = Buffer.alloc(KIB);
    assert.equal(buffer.toString('utf8', 0, readSync(second, buffer)), 'a\nlost 2\nd\n');
  });

  it('does not become one that its other writers have to wait for', async (t) => {
    const { end, read } = await pipe(t);
    const log = createLogDestination(end, lostLines);
    log.write('a\n');
    const { O_NONBLOCK } = constants;
    const flags = /^flags:\s+(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${end}`, 'utf8'))![1]!;
    assert.equal(parseInt(flags, 8) & O_NONBLOCK, 0);
    assert.equal(read(), 'a\n');
  });
});

describe('a file', () => {
  it('is written at its end, as others write it too', async (t) => {
    const folder = await temporaryFolder('log');
    t.after(() => folder.remove());
    const name = path.join(folder.path, 'log');
    const log = createLogDestination(opened(t, name, 'a'), lostLines);
    log.write('a\n');
    execFileSync('sh', ['-c', `echo b >> ${name}`]);
    log.write('c\n');
    assert.equal(readFileSync(name, 'utf8'), 'a\nb\nc\n');
  });

  it('that cannot be written loses lines, and nothing else', async (t) => {
    const log = createLogDestination(opened(t, '/dev/full', 'w'), lostLines);
    writeLines(log, 3);
    await flushed(log);
    const closed = openSync('/dev/null', 'w');
    const gone = createLogDestination(closed, lostLines);
    closeSync(closed);
    gone.write('a\n');
    await sleep(1);
  });
});

/** A file that may grow to some kibibytes, for a script that writes to it as its standard error. */
async function inLimitedFile(t: TestContext, kib: number, script: string): Promise<string[]> {
  const folder = await temporaryFolder('log');
  t.after(() => folder.remove());
  const name = path.join(folder.path, 'log');
  const module = path.join(import.meta.dirname, '../src/log-destination.ts');
  const code = [
    `import { ftruncateSync } from 'node:fs';`,
    `import { createLogDestination } from '${module}';`,
    `const log = createLogDestination(2, (count) => 'lost ' + count + '\\n');`,
    script,
  ].join('\n');
  // Node.js would write its coverage into a file of that size, too, which no one could read.
  const command = `unset NODE_V8_COVERAGE; ulimit -f ${kib}; exec "$0" --input-type=module -e "$1" 2>>"$2"`;
  execFileSync('bash', ['-c', command, process.execPath, code, name]);
  return readFileSync(name, 'utf8').split('\n');
}

describe('a disk that is full', () => {
  it('has the number of lost lines as soon as there is room, on a line of its own', async (t) => {
    const lines = await inLimitedFile(
      t,
      1,
      `const line = 'x'.repeat(999) + '\\n';
       for (let at = 0; at < 5; at++) log.write(line);
       // Room for what follows the part of a line that got in.
       ftruncateSync(2, 1010);
       log.write('a\\n');
       log.write('b\\n');`,
    );
    assert.deepEqual(lines, ['x'.repeat(999), 'x'.repeat(10), 'lost 4', 'a', 'b', '']);
  });
});
