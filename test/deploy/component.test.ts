import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { stringify } from 'yaml';

import { kustomizeBuild, whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import {
  containersOf,
  FOLDER,
  parseManifests,
  podTemplate,
  readOne,
  type Container,
  type Labels,
  type Manifest,
} from './manifests.ts';

const MASTER: Labels = { 'app.kubernetes.io/component': 'master' };
const WORKER: Labels = { 'app.kubernetes.io/component': 'worker' };
const NAME = 'locust-exporter';

interface Workload {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  /** Labels of the object itself. */
  readonly own?: Labels;
  /** Labels of its pods. */
  readonly pods?: Labels;
}

const SUPPORTED: readonly Workload[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'batch/v1', kind: 'CronJob' },
];

const REFUSED: readonly Workload[] = [
  { apiVersion: 'v1', kind: 'Pod' },
  { apiVersion: 'v1', kind: 'ReplicationController' },
  { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' },
];

const JOB_OF_ANOTHER_API = { apiVersion: 'batch.volcano.sh/v1alpha1', kind: 'Job', own: WORKER };

function manifestOf({ apiVersion, kind, name = 'locust', own, pods }: Workload): Manifest {
  const spec = {
    initContainers: [{ name: 'first', image: 'first' }],
    containers: [{ name: 'locust', image: 'locust' }],
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

/** What kustomize makes of the manifests with a component, a folder beside theirs. */
async function build(component: string, manifests: readonly Manifest[]): Promise<Manifest[]> {
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
        components: [path.relative(app, path.resolve(FOLDER, component))],
      }),
    );
    return parseManifests(await kustomizeBuild(app));
  } finally {
    await folder.remove();
  }
}

function exportersOf(manifest: Manifest): Container[] {
  return containersOf(podTemplate(manifest)!.spec).filter(({ name }) => name === NAME);
}

const LABELLED: Readonly<Record<string, Pick<Workload, 'own' | 'pods'>>> = {
  itself: { own: MASTER },
  'on its pods': { pods: MASTER },
  'on both': { own: MASTER, pods: MASTER },
  'itself, with other labels on its pods': { own: MASTER, pods: { a: 'b' } },
  'on its pods, with other labels itself': { own: { a: 'b' }, pods: MASTER },
};

const MASTERS = SUPPORTED.flatMap((workload) =>
  Object.entries(LABELLED).map(([where, labels]) => ({ ...workload, where, ...labels })),
).map((master, index) => ({ ...master, name: `master-${index}` }));

const OTHERS = SUPPORTED.flatMap((workload) => [
  workload,
  { ...workload, own: WORKER, pods: WORKER },
]).map((other, index) => ({ ...other, name: `other-${index}` }));

for (const component of ['component', 'plain-sidecar']) {
  const isNative = component === 'component';

  describe(component, () => {
    let built: Promise<Manifest[]> | undefined;
    /** All are built at once, for kustomize takes a while to start. */
    const buildOf = async (workload: Workload): Promise<Manifest> => {
      built ??= build(component, [...MASTERS, ...OTHERS].map(manifestOf));
      const { kind, name } = workload;
      return (await built).find(
        (manifest) => manifest.kind === kind && manifest.metadata.name === name,
      )!;
    };

    for (const master of MASTERS) {
      const name = `adds the exporter once to a ${master.kind} with the label ${master.where}`;
      it(name, needs(whyKustomizeIsMissing()), async () => {
        const manifest = await buildOf(master);
        const { spec, metadata } = podTemplate(manifest)!;
        const [exporter, ...others] = exportersOf(manifest);
        assert.deepEqual(others, []);
        assert.equal(spec.initContainers?.includes(exporter!), isNative);
        assert.equal(exporter!.restartPolicy, isNative ? 'Always' : undefined);
        assert.match(exporter!.image, /^ghcr\.io\/locust-exporter\/locust-exporter:/);
        assert.equal(
          exporter!.env?.some((variable) => variable.name === 'EXIT_AFTER_LOCUST_GONE'),
          !isNative && master.kind.endsWith('Job'),
          'only what waits for the exporter to end',
        );
        const rest = containersOf(spec).filter((container) => container !== exporter);
        assert.deepEqual(
          rest.map((container) => container.name),
          ['first', 'locust'],
        );
        assert.deepEqual(manifest.metadata.labels ?? {}, master.own ?? {});
        assert.deepEqual(metadata?.labels ?? {}, master.pods ?? {});
        assert.deepEqual(Object.keys(manifest).sort(), ['apiVersion', 'kind', 'metadata', 'spec']);
      });
    }

    it('leaves all others as they are', needs(whyKustomizeIsMissing()), async () => {
      for (const other of OTHERS) {
        const manifest = await buildOf(other);
        assert.deepEqual(exportersOf(manifest), [], other.kind);
        assert.deepEqual(manifest.metadata.labels ?? {}, other.own ?? {});
        assert.deepEqual(podTemplate(manifest)!.metadata?.labels ?? {}, other.pods ?? {});
      }
    });

    for (const workload of REFUSED) {
      it(`refuses a ${workload.kind} and says why`, needs(whyKustomizeIsMissing()), async () => {
        const worker = manifestOf({ ...workload, own: WORKER });
        assert.deepEqual(await build(component, [worker]), [worker]);
        await assert.rejects(
          build(component, [manifestOf({ ...workload, own: MASTER })]),
          /locust-exporter cannot be added to this kind; use a Deployment, StatefulSet, Job or CronJob/,
        );
      });
    }

    it('leaves a Job of another API alone', needs(whyKustomizeIsMissing()), async () => {
      const job = manifestOf(JOB_OF_ANOTHER_API);
      assert.deepEqual(await build(component, [job]), [job]);
    });

    it('has one place for the label of a master', needs(whyKustomizeIsMissing()), async () => {
      const folder = await temporaryFolder('copy');
      try {
        cpSync(path.join(FOLDER, component), folder.path, { recursive: true });
        const file = path.join(folder.path, 'kustomization.yaml');
        const [before, after, ...more] = readFileSync(file, 'utf8').split(
          'app.kubernetes.io/component=master',
        );
        assert.deepEqual(more, []);
        writeFileSync(file, `${before!}role=leader${after!}`);
        const leader = { role: 'leader' };
        const masters = SUPPORTED.flatMap((workload) => [
          { ...workload, name: 'own', own: leader },
          { ...workload, name: 'pods', pods: leader },
        ]);
        const manifests = await build(folder.path, masters.map(manifestOf));
        assert.equal(manifests.length, masters.length);
        for (const manifest of manifests) assert.equal(exportersOf(manifest).length, 1);
      } finally {
        await folder.remove();
      }
    });

    it('has the same container for a CronJob as for the others', () => {
      const [container, inCronJob] = ['sidecar.yaml', 'cron-job.yaml'].map((file) => {
        const [exporter, ...others] = exportersOf(readOne(path.join(component, file)) as Manifest);
        assert.deepEqual(others, []);
        return exporter!;
      });
      const env = inCronJob!.env!.filter(({ name }) => name !== 'EXIT_AFTER_LOCUST_GONE');
      assert.deepEqual({ ...inCronJob, env }, container);
    });
  });
}
