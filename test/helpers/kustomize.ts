import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';

import { findOnPath, isExecutable } from './find-on-path.ts';
import { demand, type Missing } from './requirement.ts';

const INSTALLED = path.resolve(import.meta.dirname, '../../.cache/kustomize/kustomize');

export function whyKustomizeIsMissing(): Missing {
  return kustomizePath() === undefined
    ? 'kustomize is neither on PATH nor installed by test/deploy/install-kustomize.sh'
    : undefined;
}

function kustomizePath(): string | undefined {
  return isExecutable(INSTALLED) ? INSTALLED : findOnPath('kustomize');
}

/** The manifests of a folder with a kustomization. */
export async function kustomizeBuild(folder: string): Promise<string> {
  demand(whyKustomizeIsMissing());
  const { stdout, stderr } = await promisify(execFile)(kustomizePath()!, ['build', folder], {
    timeout: 60_000,
  });
  if (stderr !== '') throw new Error(stderr);
  return stdout;
}
