import { execFile, execFileSync } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { findOnPath, isExecutable } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';

const INSTALLED = path.resolve(import.meta.dirname, '../../.cache/compose/docker-compose');

export function whyComposeIsMissing(): Missing {
  return composeCommand() === undefined
    ? 'Docker Compose 2 is neither a plugin of docker nor installed by test/deploy/install-compose.sh'
    : undefined;
}

function composeCommand(): readonly [string, ...string[]] | undefined {
  if (isExecutable(INSTALLED)) return [INSTALLED];
  const docker = findOnPath('docker');
  if (docker === undefined) return undefined;
  try {
    execFileSync(docker, ['compose', 'version'], { stdio: 'ignore', timeout: 20_000 });
    return [docker, 'compose'];
  } catch {
    return undefined;
  }
}

/** A service as Compose understands it: all paths absolute, all short forms written out. */
export interface ComposeService {
  image?: string;
  build?: { context: string };
  command: string[] | null;
  entrypoint: string[] | null;
  environment?: Record<string, string>;
  ports?: { host_ip?: string; published: string; target: number }[];
  volumes?: { type: string; source: string; target: string; read_only?: boolean }[];
  healthcheck?: { test?: string[]; interval: string };
  depends_on?: Record<string, { condition: string }>;
  deploy?: { replicas: number };
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  mem_limit?: string;
}

/** The services of a file; needs no Docker that runs. */
export async function composeServices(file: string): Promise<Record<string, ComposeService>> {
  demand(whyComposeIsMissing());
  const [program, ...args] = composeCommand()!;
  const { stdout, stderr } = await promisify(execFile)(
    program,
    [...args, '-f', file, 'config', '--format', 'json'],
    { timeout: 60_000, env: { PATH: process.env['PATH'] ?? '' } },
  );
  if (stderr !== '') throw new Error(stderr);
  return (JSON.parse(stdout) as { services: Record<string, ComposeService> }).services;
}
