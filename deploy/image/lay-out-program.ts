// Puts the built program where the image has it: lay-out-program.ts PROJECT TARGET
import { chmodSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { billOfMaterials } from './bill-of-materials.ts';
import { programEntry } from './program-entry.ts';
import { settle } from './settle.ts';

const APP = '/app';
const ENTRY = `${APP}/locust-exporter.js`;
const PROGRAM = `${APP}/dist/bin.js`;
/** The second is that of the program whose place this takes. */
const NAMES = ['/usr/local/bin/locust-exporter', '/bin/locust_exporter'];

const [project = '', target = ''] = process.argv.slice(2);
const read = (path: string) => readFileSync(join(target, path), 'utf8');

for (const name of ['dist', 'package.json', 'LICENSE']) {
  cpSync(join(project, name), join(target, APP, name), { recursive: true });
}

const [shebang = ''] = read(PROGRAM).split('\n', 1);
writeFileSync(join(target, ENTRY), programEntry(shebang, PROGRAM));
chmodSync(join(target, ENTRY), 0o755);
for (const name of NAMES) {
  mkdirSync(dirname(join(target, name)), { recursive: true });
  symlinkSync(ENTRY, join(target, name));
}

const materials = billOfMaterials(
  JSON.parse(read(`${APP}/package.json`)) as Parameters<typeof billOfMaterials>[0],
  read(`${APP}/dist/third-party-licenses.txt`),
);
writeFileSync(join(target, APP, 'sbom.cdx.json'), `${JSON.stringify(materials, null, 2)}\n`);

settle(target);
