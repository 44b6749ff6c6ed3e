import assert from 'node:assert/strict';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { it } from 'node:test';
import { newerSource } from './stale-build.ts';
import { temporaryFolder } from './temporary-folder.ts';

it('a program is stale when any of its sources is newer than it', async (t) => {
  const folder = await temporaryFolder('stale-build');
  t.after(() => folder.remove());
  const write = (file: string, seconds: number) => {
    const where = path.join(folder.path, file);
    mkdirSync(path.dirname(where), { recursive: true });
    writeFileSync(where, '');
    utimesSync(where, seconds, seconds);
    return where;
  };
  const program = write('dist/bin.js', 1000);
  const sources = ['src/bin.ts', 'src/deep/er/part.ts', 'build.js'];
  for (const source of sources) write(source, 900);
  write('test/some.test.ts', 2000);
  assert.equal(newerSource(folder.path, program), undefined);
  for (const source of sources) {
    write(source, 1001);
    assert.equal(newerSource(folder.path, program), source);
    write(source, 1000);
    assert.equal(newerSource(folder.path, program), undefined);
  }
});
