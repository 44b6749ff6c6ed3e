import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { billOfMaterials } from '../../deploy/image/bill-of-materials.ts';
import { findLibraries } from '../../deploy/image/find-libraries.ts';
import { findPackages } from '../../deploy/image/find-packages.ts';
import { programEntry } from '../../deploy/image/program-entry.ts';
import { findOnPath } from '../helpers/find-on-path.ts';
import { needsOptional } from '../helpers/requirement.ts';
import { SHIPPED_FLAGS } from '../helpers/shipped-flags.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const DOCKERFILE = read('Dockerfile');
const PACKAGE = JSON.parse(read('package.json')) as { version: string; license: string };
const noDpkg = findOnPath('dpkg-query') === undefined ? 'no dpkg on this system' : undefined;
const noElf = process.platform === 'linux' ? undefined : 'not Linux';

describe('the Dockerfile', () => {
  const stage = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM '));
  const label = (name: string) =>
    new RegExp(`org\\.opencontainers\\.image\\.${name}="(.+)"`).exec(stage)?.[1];

  it('labels the image with what the package says', () => {
    assert.equal(label('version'), PACKAGE.version);
    assert.equal(label('licenses'), PACKAGE.license);
    assert.equal(label('documentation'), /'(https:.+#readme)'/.exec(read('src/app.ts'))![1]);
    assert.equal(`${label('source') ?? ''}#readme`, label('documentation'));
  });

  it('runs as a user by number, and has no command that a shell would have to run', () => {
    assert.match(stage, /^\nFROM scratch$/m);
    assert.match(stage, /^USER [1-9]\d*:[1-9]\d*$/m);
    assert.doesNotMatch(stage, /^RUN /m);
    const command = (word: string) =>
      JSON.parse(new RegExp(`^ *${word} (.+)$`, 'm').exec(stage)![1]!) as string[];
    const [node, program] = ['/usr/local/bin/node', '/app/dist/bin.js'];
    assert.deepEqual(command('ENTRYPOINT'), [
      ...[node, ...SHIPPED_FLAGS, '--disable-sigusr1', program],
    ]);
    assert.deepEqual(command('CMD'), [node, program, 'healthcheck']);
  });

  it('copies what is there and what .dockerignore lets in', () => {
    const sources = [...DOCKERFILE.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, names]) =>
      names!.split(' '),
    );
    const allowed = read('.dockerignore').split('\n');
    assert.ok(sources.length > 4);
    for (const name of sources) {
      assert.ok(existsSync(path.join(ROOT, name)), name);
      assert.ok(allowed.includes(`!${name}`), `.dockerignore lacks !${name}`);
    }
  });
});

describe('the libraries of the image', needsOptional(noElf), () => {
  it('are those that Node.js loads', () => {
    const report = process.report.getReport() as unknown as { sharedObjects: string[] };
    const loaded = report.sharedObjects
      .filter((name) => existsSync(name) && name !== process.execPath)
      .map((name) => path.basename(name));
    const found = findLibraries('/', realpathSync(process.execPath)).map((name) =>
      path.basename(name),
    );
    assert.ok(loaded.length > 2, loaded.join());
    assert.deepEqual(
      loaded.filter((name) => !found.includes(name)),
      [],
    );
    assert.deepEqual(
      found.filter((name) => !loaded.includes(name) && !name.startsWith('libnss_')),
      [],
    );
  });

  it('are listed with their packages as dpkg has them', needsOptional(noDpkg), () => {
    const packages = findPackages('/', findLibraries('/', realpathSync(process.execPath)));
    const names = packages.map(({ name }) => name);
    assert.ok(names.includes('libc6') && names.includes('libstdc++6'), names.join());
    const base = names.find((name) => /^gcc-\d+-base$/.test(name));
    assert.ok(base !== undefined && existsSync(`/usr/share/doc/${base}/copyright`), names.join());
    for (const { name, status } of packages) {
      const format = ['-W', '-f', '${Package} ${Version}\n', name];
      const [expected] = execFileSync('dpkg-query', format, { encoding: 'utf8' }).split('\n');
      const [, version] = /^Version: (.+)$/m.exec(status) ?? [];
      assert.equal(`${name} ${version ?? ''}`, expected);
    }
  });

  it('are not guessed where one is missing', async (t) => {
    const folder = await temporaryFolder('image');
    t.after(() => folder.remove());
    assert.throws(() => findLibraries(folder.path, '/node'), /ENOENT/);
    writeFileSync(path.join(folder.path, 'node'), '#!/bin/sh\n');
    assert.throws(() => findLibraries(folder.path, '/node'), /ELF/);
  });
});

describe('the entry of the image', () => {
  const start = async (shebang: string, t: { after(fn: () => unknown): void }) => {
    const folder = await temporaryFolder('entry');
    t.after(() => folder.remove());
    const program = path.join(folder.path, 'program.mjs');
    const entry = path.join(folder.path, 'entry.mjs');
    writeFileSync(program, 'console.log(process.execArgv.join(), process.argv.slice(2).join());');
    const text = programEntry(shebang, program);
    writeFileSync(entry, text.replaceAll('/usr/local/bin/node', process.execPath), { mode: 0o755 });
    return execFileSync(entry, ['a', 'b'], { encoding: 'utf8' }).trim();
  };

  for (const flags of [[], ['--no-warnings'], ['--max-semi-space-size=2', '--no-warnings']]) {
    it(`gives node ${flags.length} of its flags`, async (t) => {
      const shebang = ['#!/usr/bin/env -S node', ...flags].join(' ');
      assert.equal(await start(shebang, t), `${flags.join()} a,b`.trim());
    });
  }

  it('is not made of a first line that it does not understand', () => {
    assert.throws(() => programEntry('#!/bin/sh', '/x'), /unexpected first line/);
  });
});

describe('the bill of materials', () => {
  it('lists what is in the bundle, with versions and licenses', () => {
    const line = '-'.repeat(72);
    const text = `@a/b 1.0.0 (MIT)\n\nThe text\n\n${line}\n\nc 2.0.0 ((MIT OR X))\n\nText\n`;
    const { components } = billOfMaterials({ name: 'n', version: '1', license: 'MIT' }, text) as {
      components: object[];
    };
    assert.deepEqual(components, [
      {
        type: 'library',
        'bom-ref': 'pkg:npm/%40a/b@1.0.0',
        name: '@a/b',
        version: '1.0.0',
        licenses: [{ license: { id: 'MIT' } }],
        purl: 'pkg:npm/%40a/b@1.0.0',
      },
      {
        type: 'library',
        'bom-ref': 'pkg:npm/c@2.0.0',
        name: 'c',
        version: '2.0.0',
        licenses: [{ expression: '(MIT OR X)' }],
        purl: 'pkg:npm/c@2.0.0',
      },
    ]);
    assert.throws(
      () => billOfMaterials({ name: 'n', version: '1', license: 'MIT' }, 'no heading'),
      /expected name, version and license/,
    );
  });
});
