import assert from 'node:assert/strict';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';

import { whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import {
  containersOf,
  FOLDER,
  podTemplate,
  readOne,
  type Container,
  type Manifest,
} from './manifests.ts';
import {
  buildWith,
  JOB_OF_ANOTHER_API,
  manifestOf,
  MASTER,
  MASTERS,
  OTHERS,
  REFUSED,
  SUPPORTED,
  WORKER,
  type Workload,
} from './workloads.ts';

const NAME = 'locust-exporter';

function exportersOf(manifest: Manifest): Container[] {
  return containersOf(podTemplate(manifest)!.spec).filter(({ name }) => name === NAME);
}

for (const component of ['component', 'plain-sidecar']) {
  const isNative = component === 'component';

  describe(component, () => {
    let built: Promise<Manifest[]> | undefined;
    /** All are built at once, for kustomize takes a while to start. */
    const buildOf = async (workload: Workload): Promise<Manifest> => {
      built ??= buildWith(
        [component],
        [...MASTERS, ...OTHERS].map((one) => manifestOf(one)),
      );
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
          ['first', 'other', 'locust'],
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
        assert.deepEqual(await buildWith([component], [worker]), [worker]);
        await assert.rejects(
          buildWith([component], [manifestOf({ ...workload, own: MASTER })]),
          /locust-exporter cannot be added to this kind; use a Deployment, StatefulSet, Job or CronJob/,
        );
      });
    }

    it('leaves a Job of another API alone', needs(whyKustomizeIsMissing()), async () => {
      const job = manifestOf(JOB_OF_ANOTHER_API);
      assert.deepEqual(await buildWith([component], [job]), [job]);
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
        const manifests = await buildWith(
          [folder.path],
          masters.map((one) => manifestOf(one)),
        );
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
