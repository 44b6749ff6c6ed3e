/** Workloads of every kind and with every place for a label, for the tests of the components. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';

import { kustomizeBuild } from '../helpers/kustomize.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { FOLDER, parseManifests, type Labels, type Manifest } from './manifests.ts';

export const MASTER: Labels = { 'app.kubernetes.io/component': 'master' };
export const WORKER: Labels = { 'app.kubernetes.io/component': 'worker' };

export interface Workload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  /** Labels of the object itself. */
  readonly own?: Labels;
  /** Labels of its pods. */
  readonly pods?: Labels;
}

export const SUPPORTED: readonly Workload[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
];

export const REFUSED: readonly Workload[] = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'ReplicationController' },
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' },
];

export const JOB_OF_ANOTHER_API = {
  apiVersion: 'batch.volcano.sh/v1alpha1',
  kind: 'Job',
  own: WORKER,
};

/** A workload as a user has it; `locust` is the container that runs Locust. */
export function manifestOf(
  { apiVersion, kind, name = 'locust', own, pods }: Workload,
  locust: object = {},
): Manifest {
  const spec = {
    initContainers: [{ name: 'first', image: 'first' }],
    containers: [
      { name: 'other', image: 'other' },
      { name: 'locust', image: 'locust', ...locust },
    ],
  };
  const template = { ...(pods && { metadata: { labels: pods } }), spec };
  const nested: Readonly<Record<string, unknown>> = {
    Pod: spec,
    CronJob: { jobTemplate: { spec: { template } } },
  };
  return {
    apiVersion,
    kind,
    metadata: { name, ...(own && { labels: own }) },
    spec: nested[kind] ?? { template },
  };
}

/** What kustomize makes of the manifests with components of deploy/kubernetes. */
export async function buildWith(
  components: readonly string[],
  manifests: readonly Manifest[],
): Promise<Manifest[]> {
  const folder = await temporaryFolder('component');
  try {
    const app = path.join(folder.path, 'app');
    mkdirSync(app);
    writeFileSync(
      path.join(app, 'workloads.yaml'),
      manifests.map((manifest) => stringify(manifest)).join('---\n'),
    );
    writeFileSync(
      path.join(app, 'kustomization.yaml'),
      stringify({
        resources: ['workloads.yaml'],
        components: components.map((component) =>
          path.relative(app, path.resolve(FOLDER, component)),
        ),
      }),
    );
    return parseManifests(await kustomizeBuild(app));
  } finally {
    await folder.remove();
  }
}

const LABELLED: Readonly<Record<string, Pick<Workload, 'own' | 'pods'>>> = {
  itself: { own: MASTER },
  'on its pods': { pods: MASTER },
  'on both': { own: MASTER, pods: MASTER },
  'itself, with other labels on its pods': { own: MASTER, pods: { a: 'b' } },
  'on its pods, with other labels itself': { own: { a: 'b' }, pods: MASTER },
};

export const MASTERS = SUPPORTED.flatMap((workload) =>
  Object.entries(LABELLED).map(([where, labels]) => ({ ...workload, where, ...labels })),
).map((master, index) => ({ ...master, name: `master-${index}` }));

export const OTHERS = SUPPORTED.flatMap((workload) => [
  workload,
  { ...workload, own: WORKER, pods: WORKER },
]).map((other, index) => ({ ...other, name: `other-${index}` }));
