import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import type { BuiltImage } from './built-image.ts';
import { findOnPath } from './find-on-path.ts';
import { startProcess, type RunningProcess } from './start-process.ts';

/** A root of its own that is read-only, as `docker run --read-only` makes it. */
const MOUNTS = [
  'mount --bind "$0" "$0"',
  'mount -t proc proc "$0/proc"',
  'mount --bind /etc/hosts "$0/etc/hosts"',
  'mount -o remount,ro,bind "$0"',
  'exec "$@"',
].join(' && ');

export interface ImageContainer {
  readonly process: RunningProcess;
  /** Id of process 1, as it is called outside. */
  pid(): number;
  /** SIGTERM, then SIGKILL, to process 1: as another user it does not end with its parent. */
  stop(): Promise<void>;
  /** Like `docker exec`. */
  exec(command: readonly string[]): Promise<RunningProcess>;
}

export interface ContainerOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** UID:GID; that of the image otherwise. */
  readonly user?: string;
  /** Instead of the entry point. */
  readonly command?: readonly string[];
}

/** Runs an image with no capabilities and no way to get any, on the network of this machine. */
export async function startImage(
  { root, config }: Pick<BuiltImage, 'root' | 'config'>,
  { args = [], env = {}, user = config.User, command = config.Entrypoint }: ContainerOptions,
): Promise<ImageContainer> {
  for (const folder of ['proc', 'etc']) mkdirSync(path.join(root, folder), { recursive: true });
  writeFileSync(path.join(root, 'etc/hosts'), '');
  const variables = [...config.Env, ...Object.entries(env).map((pair) => pair.join('='))];
  const [uid, gid] = user.split(':');
  const asUser = (words: readonly string[]) => [
    ...[program('setpriv'), '--no-new-privs', '--inh-caps=-all'],
    '--bounding-set=-all,+sys_chroot,+setuid,+setgid',
    ...[program('chroot'), `--userspec=+${uid}:+${gid}`, '--groups=', root, ...words],
  ];
  const inEnvironment = [program('env'), '-i', ...variables];
  const running = await startProcess('unshare', [
    ...['--mount', '--pid', '--fork', '--kill-child', 'sh', '-c', MOUNTS, root],
    ...[...inEnvironment, ...asUser([...command, ...args])],
  ]);
  const pid = () => {
    const children = readFileSync(`/proc/${running.pid}/task/${running.pid}/children`, 'utf8');
    const id = Number(children.split(' ')[0]);
    if (id === 0) throw new Error('process 1 has ended');
    return id;
  };
  return {
    process: running,
    pid,
    stop: async () => {
      if (running.exit !== undefined) return;
      const first = pid();
      process.kill(first, 'SIGTERM');
      const timer = setTimeout(() => process.kill(first, 'SIGKILL'), 5000);
      await running.exited;
      clearTimeout(timer);
    },
    exec: (words) =>
      startProcess('nsenter', [
        ...[`--target=${pid()}`, '--mount', '--pid', ...inEnvironment, ...asUser(words)],
      ]),
  };
}

function program(name: string): string {
  return findOnPath(name) ?? name;
}
