import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const NAMES = ['locust_exporter_companion.py', 'auto/sitecustomize.py'];

const execute = promisify(execFile);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeEach(async () => {
  folder = await temporaryFolder('companion');
});

afterEach(() => folder.remove());

async function run(...args: string[]): Promise<Ended> {
  const command = [path.join(ROOT, 'src/bin.ts'), 'companion', ...args];
  try {
    const { stdout, stderr } = await execute(process.execPath, command, { timeout: 20_000 });
    return { code: 0, stdout, stderr };
  } catch (error) {
    return error as Ended;
  }
}

function shipped(name: string): string {
  return readFileSync(path.join(ROOT, 'deploy/locust', name), 'utf8');
}

describe('companion DIR', () => {
  it('writes both files, into a folder that need not be there, and again over its own', async () => {
    const target = path.join(folder.path, 'new/one');
    const { code, stdout } = await run(target);
    assert.equal(code, 0);
    assert.match(stdout, /locust -f locustfile.py,\S+\/new\/one\/locust_exporter_companion.py\n/);
    assert.match(stdout, /PYTHONPATH=\S+\/new\/one\/auto locust/);
    for (const name of NAMES) {
      const file = path.join(target, name);
      assert.equal(readFileSync(file, 'utf8'), shipped(name));
      assert.equal(statSync(file).mode & 0o777, 0o644);
      writeFileSync(file, `# an older one of locust-exporter\n`);
    }
    assert.equal((await run(target)).code, 0);
    for (const name of NAMES) {
      assert.equal(readFileSync(path.join(target, name), 'utf8'), shipped(name));
    }
    assert.deepEqual(readdirSync(target).sort(), ['auto', 'locust_exporter_companion.py']);
  });

  it('leaves files of others alone, and then writes nothing', async () => {
    mkdirSync(path.join(folder.path, 'auto'));
    const foreign = path.join(folder.path, 'auto/sitecustomize.py');
    writeFileSync(foreign, 'import mine\n');
    const { code, stderr } = await run(folder.path);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /sitecustomize.py is there and is not the exporter's: choose another folder/,
    );
    assert.equal(readFileSync(foreign, 'utf8'), 'import mine\n');
    assert.deepEqual(readdirSync(folder.path), ['auto']);
  });

  it('leaves a pipe of that name alone, without waiting for what comes out of it', async () => {
    execFileSync('mkfifo', [path.join(folder.path, NAMES[0]!)]);
    const { code, stderr } = await run(folder.path);
    assert.equal(code, 1);
    assert.match(stderr, /locust_exporter_companion.py is there and is not the exporter's/);
  });

  it('prints commands that a shell takes as they are', async () => {
    const target = path.join(folder.path, "it's one");
    const { stdout } = await run(target);
    const [, command] = /^ +(PYTHONPATH=.+) locust /m.exec(stdout)!;
    const shown = execFileSync('sh', ['-c', `${command!} printenv PYTHONPATH`], {
      encoding: 'utf8',
    });
    assert.equal(shown, `${path.join(target, 'auto')}\n`);
  });

  const impossible: readonly (readonly [string, () => string, RegExp])[] = [
    [
      'a file',
      () => path.join(ROOT, 'build.js'),
      /cannot write to \S+build.js: a part of its path is a file/,
    ],
    ['a place where no folder can be', () => '/proc/x', /cannot write to \/proc\/x: /],
    ...(process.getuid?.() === 0
      ? []
      : [
          [
            'a folder of others',
            () => {
              chmodSync(folder.path, 0o555);
              return folder.path;
            },
            /permission denied; name a folder that can be written to/,
          ] as const,
        ]),
  ];
  for (const [what, target, message] of impossible) {
    it(`says what is wrong with ${what}`, async () => {
      const { code, stderr } = await run(target());
      assert.equal(code, 1);
      assert.match(stderr, message);
    });
  }

  it('wants one folder, and no more', async () => {
    const without = await run();
    assert.deepEqual([without.code, without.stdout], [2, '']);
    assert.match(without.stderr, /companion: expected DIR after it/);
    assert.deepEqual((await run('')).code, 2);
    const surplus = await run(folder.path, 'b');
    assert.equal(surplus.code, 2);
    assert.match(surplus.stderr, /argument 3: expected no more arguments/);
    assert.deepEqual(readdirSync(folder.path), []);
  });
});
