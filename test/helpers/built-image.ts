import { execFile } from 'node:child_process';
import { readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { findOnPath } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';
import { layOutBuildImage, layOutRuntimeImage } from './stand-in-images.ts';
import { temporaryFolder } from './temporary-folder.ts';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../..');
const BUILD_IMAGE = 'localhost/node';
const RUNTIME_IMAGE = 'localhost/distroless';
const IMAGE = 'localhost/locust-exporter';
/** Where the build finds npm's cache. */
const NPM_CACHE = '/npm-cache';

export function whyBuildahIsMissing(): Missing {
  if (process.getuid?.() !== 0) return 'building an image with buildah needs root';
  const programs = ['buildah', 'ldd', 'npm', 'unshare', 'nsenter', 'setpriv', 'chroot'];
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
  /** Those of RUNTIME_IMAGE. */
  readonly baseFiles: readonly string[];
  remove(): Promise<void>;
}

/** Builds the Dockerfile on base images that are made of this very system. */
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
    const commit = async (
      name: string,
      layOut: (root: string) => Promise<void>,
      env: readonly string[] = [],
    ) => {
      const root = path.join(folder.path, path.basename(name));
      await layOut(root);
      const container = await buildah('from', 'scratch');
      await buildah('copy', '--quiet', container, root, '/');
      const searched = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
      await buildah('config', ...[searched, ...env].flatMap((one) => ['--env', one]), container);
      await buildah('commit', '--quiet', '--rm', container, name);
    };
    await commit(BUILD_IMAGE, layOutBuildImage, [`npm_config_cache=${NPM_CACHE}`]);
    await commit(RUNTIME_IMAGE, layOutRuntimeImage);
    const { stdout: cache } = await run('npm', ['config', 'get', 'cache']);
    await buildah(
      ...['bud', '--isolation', 'chroot', '--network', 'host', '--pull-never'],
      ...['--format', 'docker', '--volume', `${cache.trim()}:${NPM_CACHE}`],
      ...['--build-arg', `BUILD_IMAGE=${BUILD_IMAGE}`],
      ...['--build-arg', `RUNTIME_IMAGE=${RUNTIME_IMAGE}`, '--build-arg', `REVISION=${revision}`],
      ...['--tag', IMAGE, ROOT],
    );
    const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', IMAGE)) as {
      Docker: { config: ImageConfig };
    };
    const root = await buildah('mount', await buildah('from', '--pull-never', IMAGE));
    const baseFiles = listFiles(path.join(folder.path, path.basename(RUNTIME_IMAGE)));
    return { config: Docker.config, root, baseFiles, remove: () => folder.remove() };
  } catch (error) {
    await folder.remove();
    throw error;
  }
}

/** Paths below a root of everything that is no folder, without what links to folders lead to. */
export function listFiles(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory() && realpathSync(entry.parentPath) === entry.parentPath)
    .map((entry) => `/${path.relative(root, path.join(entry.parentPath, entry.name))}`);
}
