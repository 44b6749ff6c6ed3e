import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { SHIPPED_FLAGS } from '../helpers/shipped-flags.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const DOCKERFILE = read('Dockerfile');
const PACKAGE = JSON.parse(read('package.json')) as {
  version: string;
  license: string;
  homepage: string;
};
const NODE = '/nodejs/bin/node';
const PROGRAM = '/app/dist/bin.js';
const FLAGS = [...SHIPPED_FLAGS, '--disable-sigusr1'];

describe('the Dockerfile', () => {
  const stage = DOCKERFILE.slice(DOCKERFILE.lastIndexOf('\nFROM '));
  const label = (name: string) =>
    new RegExp(`org\\.opencontainers\\.image\\.${name}="(.+)"`).exec(stage)?.[1];

  it('labels the image with what the package says', () => {
    assert.equal(label('version'), PACKAGE.version);
    assert.equal(label('licenses'), PACKAGE.license);
    assert.equal(label('documentation'), PACKAGE.homepage);
    assert.equal(`${label('source') ?? ''}#readme`, label('documentation'));
  });

  it('runs as a user by number, and has no command that a shell would have to run', () => {
    assert.match(stage, /^\nFROM \$\{RUNTIME_IMAGE\}$/m);
    assert.match(stage, /^USER [1-9]\d*:[1-9]\d*$/m);
    assert.doesNotMatch(stage, /^RUN /m);
    const command = (word: string) =>
      JSON.parse(new RegExp(`^ *${word} (.+)$`, 'm').exec(stage)![1]!) as string[];
    assert.deepEqual(command('ENTRYPOINT'), [NODE, ...FLAGS, PROGRAM]);
    assert.deepEqual(command('CMD'), [NODE, PROGRAM, 'healthcheck']);
  });

  it('has a base of each kind that a build argument can replace', () => {
    const names = ['BUILD_IMAGE', 'RUNTIME_IMAGE'];
    const declared = DOCKERFILE.slice(0, DOCKERFILE.indexOf('\nFROM '));
    for (const name of names) assert.match(declared, new RegExp(`^ARG ${name}=\\S+:\\S+$`, 'm'));
    const used = [...DOCKERFILE.matchAll(/^FROM (?:--\S+ )?\$\{(\w+)\}/gm)].map(([, name]) => name);
    assert.deepEqual(used, names);
    assert.equal(DOCKERFILE.match(/^FROM /gm)!.length, names.length);
  });

  it('copies what is there and what .dockerignore lets in', () => {
    const sources = [
      ...DOCKERFILE.matchAll(/^COPY (?!--from)(?:--chmod=\d+ )?(.+) \S+$/gm),
    ].flatMap(([, names]) => names!.split(' '));
    const allowed = read('.dockerignore').split('\n');
    assert.ok(sources.length > 4);
    for (const name of sources) {
      assert.ok(existsSync(path.join(ROOT, name)), name);
      const isAllowed = allowed.some((line) => line === `!${name}` || line.startsWith(`!${name}/`));
      assert.ok(isAllowed, `.dockerignore lacks !${name}`);
    }
  });
});

describe('the program by its name in the image', () => {
  it('gets the flags of the entry point, and all arguments', async (t) => {
    const folder = await temporaryFolder('entry');
    t.after(() => folder.remove());
    const program = path.join(folder.path, 'program.mjs');
    const entry = path.join(folder.path, 'locust_exporter');
    writeFileSync(
      program,
      'console.log(JSON.stringify([process.execArgv, process.argv.slice(2)]))',
    );
    const text = read('deploy/image/locust-exporter.js');
    assert.ok(text.startsWith(`#!${NODE} `) && text.includes(`'${PROGRAM}'`));
    writeFileSync(entry, text.replace(NODE, process.execPath).replace(PROGRAM, program), {
      mode: 0o755,
    });
    const output = execFileSync(entry, ['a', 'b c'], { encoding: 'utf8' });
    assert.deepEqual(JSON.parse(output), [FLAGS, ['a', 'b c']]);
  });
});
