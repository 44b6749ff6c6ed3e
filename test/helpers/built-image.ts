import { execFile } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { existsSync, realpathSync, writeFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import path from 'node:path';
import { promisify } from 'node:util';

import { findLibraries } from '../../deploy/image/find-libraries.ts';
import { findPackages } from '../../deploy/image/find-packages.ts';
import { findOnPath } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const BASE = 'localhost/node';
const IMAGE = 'localhost/locust-exporter';

export function whyBuildahIsMissing(): Missing {
  if (process.getuid?.() !== 0) return 'building an image with buildah needs root';
  const programs = ['buildah', 'dpkg', 'unshare', 'nsenter', 'setpriv', 'chroot'];
  const missing = programs.filter((name) => findOnPath(name) === undefined);
  return missing.length === 0 ? undefined : `not on PATH: ${missing.join(', ')}`;
}

/** What an image says of how to run it, in Docker's terms. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
  readonly ExposedPorts: Readonly<Record<string, object>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

export interface BuiltImage {
  readonly config: ImageConfig;
  /** The folder with its files. */
  readonly root: string;
  remove(): Promise<void>;
}

/** Builds the Dockerfile on a base image that is made of this very system. */
export async function buildImage(revision: string): Promise<BuiltImage> {
  demand(whyBuildahIsMissing());
  const folder = await temporaryFolder('image');
  const storage = [
    ...['--root', path.join(folder.path, 'storage'), '--runroot', path.join(folder.path, 'run')],
    // The only one that works on any file system, such as that of a container.
    ...['--storage-driver', 'vfs'],
  ];
  const buildah = async (...args: string[]) => {
    const { stdout } = await run('buildah', [...storage, ...args], {
      timeout: 200_000,
      maxBuffer: 2 ** 26,
    });
    return stdout.trim();
  };
  try {
    const base = path.join(folder.path, 'base');
    await layOutBase(base);
    const container = await buildah('from', 'scratch');
    await buildah('copy', '--quiet', container, base, '/');
    await buildah('config', '--env', 'PATH=/usr/local/bin:/usr/bin:/bin', container);
    await buildah('commit', '--quiet', '--rm', container, BASE);
    const { stdout: cache } = await run('npm', ['config', 'get', 'cache']);
    await buildah(
      ...['bud', '--isolation', 'chroot', '--network', 'host', '--pull-never'],
      ...['--format', 'docker', '--volume', `${cache.trim()}:/root/.npm`],
      ...['--build-arg', `NODE_IMAGE=${BASE}`, '--build-arg', `REVISION=${revision}`],
      ...['--tag', IMAGE, ROOT],
    );
    const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', IMAGE)) as {
      Docker: { config: ImageConfig };
    };
    const root = await buildah('mount', await buildah('from', '--pull-never', IMAGE));
    return { config: Docker.config, root, remove: () => folder.remove() };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Node.js, npm, a shell, and what they need of this system. */
async function layOutBase(base: string): Promise<void> {
  for (const name of ['bin', 'lib', 'lib64']) {
    mkdirSync(path.join(base, 'usr', name), { recursive: true });
    symlinkSync(`usr/${name}`, path.join(base, name));
  }
  const place = (file: string) => {
    mkdirSync(path.dirname(path.join(base, file)), { recursive: true });
    return path.join(base, file);
  };
  const copy = (from: string, as = from) => {
    copyFileSync(from, place(as));
  };
  const node = realpathSync(process.execPath);
  const programs = { [node]: '/usr/local/bin/node', '/bin/sh': '/bin/sh', '/usr/bin/env': '' };
  const libraries = new Set<string>();
  for (const [from, as] of Object.entries(programs)) {
    copy(from, as === '' ? from : as);
    for (const library of findLibraries('/', from)) libraries.add(library);
  }
  for (const library of libraries) copy(library);
  for (const file of ['/etc/os-release', '/etc/debian_version', '/var/lib/dpkg/status']) copy(file);
  for (const { name } of findPackages('/', [...libraries])) {
    for (const file of readdirSync('/var/lib/dpkg/info')) {
      const isList = file === `${name}.list` || /^([^:]+):.+\.list$/.exec(file)?.[1] === name;
      if (isList) copy(`/var/lib/dpkg/info/${file}`);
    }
    const license = `/usr/share/doc/${name}/copyright`;
    if (existsSync(license)) copy(license);
  }

  const { stdout: packages } = await run('npm', ['root', '--global']);
  const npm = '/usr/local/lib/node_modules/npm';
  cpSync(path.join(packages.trim(), 'npm'), place(npm), { recursive: true });
  symlinkSync(`${npm}/bin/npm-cli.js`, place('/usr/local/bin/npm'));
  const { stdout: registry } = await run('npm', ['config', 'get', 'registry']);
  const authorities = [...getCACertificates('system'), ...getCACertificates('default')];
  writeFileSync(place('/etc/ca.pem'), authorities.join('\n'));
  const settings = [`registry=${registry.trim()}`, 'cafile=/etc/ca.pem', 'prefer-offline=true'];
  writeFileSync(place('/usr/local/etc/npmrc'), settings.join('\n'));
  mkdirSync(path.join(base, 'tmp'));
  chmodSync(path.join(base, 'tmp'), 0o1777);
  mkdirSync(path.join(base, 'root'));
}
