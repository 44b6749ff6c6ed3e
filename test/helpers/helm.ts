import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';

import { findOnPath, isExecutable } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';
import { temporaryFolder } from './temporary-folder.ts';

const INSTALLED = path.resolve(import.meta.dirname, '../../.cache/helm/helm');

export function whyHelmIsMissing(): Missing {
  return helmPath() === undefined
    ? 'helm is neither on PATH nor installed by test/deploy/install-helm.sh'
    : undefined;
}

function helmPath(): string | undefined {
  return isExecutable(INSTALLED) ? INSTALLED : findOnPath('helm');
}

export interface HelmResult {
  readonly code: number;
  readonly stdout: string;
  /** Without what Helm says of the links in a chart. */
  readonly stderr: string;
}

/** Runs Helm, with no cluster and no configuration of its own. */
export async function helm(args: readonly string[], values?: object): Promise<HelmResult> {
  demand(whyHelmIsMissing());
  const folder = await temporaryFolder('helm');
  try {
    const file = path.join(folder.path, 'values.yaml');
    if (values !== undefined) writeFileSync(file, stringify(values));
    return await new Promise((resolve) => {
      execFile(
        helmPath()!,
        [...args, ...(values === undefined ? [] : ['--values', file])],
        {
          timeout: 60_000,
          maxBuffer: 32 * 2 ** 20,
          env: { PATH: process.env['PATH'] ?? '', HOME: folder.path, KUBECONFIG: '/dev/null' },
        },
        (error, stdout, stderr) => {
          const code = error === null ? 0 : Number(error.code ?? -1);
          resolve({ code, stdout, stderr: stderr.replace(/^walk\.go:\d+: .*\n/gm, '') });
        },
      );
    });
  } finally {
    await folder.remove();
  }
}
