import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { getCACertificates } from 'node:tls';
import path from 'node:path';
import { promisify } from 'node:util';

import { findOnPath } from './find-on-path.ts';

const run = promisify(execFile);

/** Lays out what stands in for the Dockerfile's BUILD_IMAGE: Node.js, npm and a shell. */
export async function layOutBuildImage(root: string): Promise<void> {
  const place = startRoot(root);
  const programs = { '/bin/sh': '/bin/sh', '/usr/bin/env': '/usr/bin/env' };
  await copyPrograms(place, { ...programs, [realNode()]: '/usr/local/bin/node' });
  const npm = '/usr/local/lib/node_modules/npm';
  const command = realpathSync(findOnPath('npm') ?? 'npm');
  cpSync(path.resolve(command, '../..'), place(npm), { recursive: true });
  symlinkSync(`${npm}/bin/npm-cli.js`, place('/usr/local/bin/npm'));
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  const authorities = [...getCACertificates('system'), ...getCACertificates('default')];
  writeFileSync(place('/etc/ca.pem'), authorities.join('\n'));
  const settings = [`registry=${registry.trim()}`, 'cafile=/etc/ca.pem', 'prefer-offline=true'];
  writeFileSync(place('/usr/local/etc/npmrc'), settings.join('\n'));
  mkdirSync(place('/root'));
}

/** Lays out what stands in for the RUNTIME_IMAGE, a distroless one: Node.js, its libraries, users. */
export async function layOutRuntimeImage(root: string): Promise<void> {
  const place = startRoot(root);
  await copyPrograms(place, { [realNode()]: '/nodejs/bin/node' });
  copyFileSync('/etc/os-release', place('/etc/os-release'));
  writeFileSync(
    place('/etc/passwd'),
    'nonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n',
  );
  writeFileSync(place('/etc/nsswitch.conf'), 'hosts: files dns\n');
}

function realNode(): string {
  return realpathSync(process.execPath);
}

/** @returns a function that makes the folder of a path in the root, and gives its place there. */
function startRoot(root: string): (file: string) => string {
  for (const name of ['bin', 'lib', 'lib64']) {
    mkdirSync(path.join(root, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, path.join(root, name));
  }
  mkdirSync(path.join(root, 'tmp'));
  chmodSync(path.join(root, 'tmp'), 0o1777);
  return (file) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    return path.join(root, file);
  };
}

/** Copies programs of this system, each to a place of its own, with the libraries that they load. */
async function copyPrograms(
  place: (file: string) => string,
  programs: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [from, to] of Object.entries(programs)) {
    copyFileSync(from, place(to));
    const { stdout } = await run('ldd', [from]);
    for (const [, library = ''] of stdout.matchAll(/(?:^|\s)(\/\S+) \(0x/g)) {
      copyFileSync(library, place(library));
    }
  }
}
