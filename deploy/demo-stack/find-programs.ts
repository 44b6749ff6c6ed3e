import { execFile } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

import { findOnPath, isExecutable } from '../../test/helpers/find-on-path.ts';
import { LOCUST_VERSIONS, locustPath } from '../../test/helpers/locust-versions.ts';
import { ROOT } from './places.ts';

export const PROGRAM_NAMES = ['python', 'locust', 'prometheus', 'grafana'] as const;
export type ProgramName = (typeof PROGRAM_NAMES)[number];

/** A program that is installed: how it is called, and which release it says that it is. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  readonly version: string;
}

export type Programs = Readonly<Record<ProgramName, Program | undefined>>;

interface Candidate {
  readonly path: string | undefined;
  readonly args?: readonly string[];
}

interface Lookup {
  /** In the order in which they are wanted. */
  readonly candidates: () => readonly Candidate[];
  readonly versionFlag: string;
  /** What the release is in the answer to that flag. */
  readonly version: RegExp;
}

const LOOKUPS: Readonly<Record<ProgramName, Lookup>> = {
  python: {
    candidates: () => [{ path: findOnPath('python3') }],
    versionFlag: '--version',
    version: /^Python (\S+)/m,
  },
  locust: {
    candidates: () => [
      { path: findOnPath('locust') },
      { path: findOnPath('python3'), args: ['-m', 'locust'] },
      ...LOCUST_VERSIONS.toReversed().map((version) => ({ path: locustPath(version) })),
    ],
    versionFlag: '--version',
    version: /^locust (\S+)/m,
  },
  prometheus: {
    candidates: () => [
      { path: findOnPath('prometheus') },
      { path: path.join(ROOT, '.cache/prometheus/prometheus') },
    ],
    versionFlag: '--version',
    version: /^prometheus, version (\S+)/m,
  },
  grafana: {
    candidates: () => [
      withHomePath({ path: findOnPath('grafana'), args: ['server'] }),
      withHomePath({ path: findOnPath('grafana-server') }),
    ],
    versionFlag: '-v',
    version: /^(?:grafana )?version (\S+)/im,
  },
};

/** Grafana does not start without the folder of its own files. */
function withHomePath({ path: file, args = [] }: Candidate): Candidate {
  if (file === undefined) return { path: undefined };
  const home = ['/usr/share/grafana', path.resolve(realpathSync(file), '../..')].find((folder) =>
    existsSync(path.join(folder, 'conf/defaults.ini')),
  );
  return home === undefined
    ? { path: undefined }
    : { path: file, args: [...args, '--homepath', home] };
}

export async function findPrograms(): Promise<Programs> {
  const found = await Promise.all(
    PROGRAM_NAMES.map(async (name) => [name, await findFirst(LOOKUPS[name])] as const),
  );
  return Object.fromEntries(found) as Programs;
}

async function findFirst({
  candidates,
  versionFlag,
  version,
}: Lookup): Promise<Program | undefined> {
  for (const { path: file, args = [] } of candidates()) {
    if (file === undefined || !isExecutable(file)) continue;
    const answer = await outputOf(file, [...args, versionFlag]);
    const release = version.exec(answer ?? '')?.[1];
    if (release !== undefined) return { path: file, args, version: release };
  }
  return undefined;
}

/** @returns undefined where it cannot be run */
async function outputOf(file: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await promisify(execFile)(file, args, { timeout: 20_000 });
    return stdout + stderr;
  } catch {
    return undefined;
  }
}
