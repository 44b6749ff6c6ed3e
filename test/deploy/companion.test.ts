import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';

import { whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { EXPORTERS, golden, IN_EXAMPLES, locustValues, PODS } from './deployed.ts';
import {
  containersOf,
  containerViolations,
  podTemplate,
  podViolations,
  problemsOfContainer,
  readAll,
  readOne,
  type Container,
  type Manifest,
  type PodSpec,
} from './manifests.ts';
import { ROOT } from './prometheus-rules.ts';
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
} from './workloads.ts';

const NAME = 'locust-exporter-companion';
const PYTHONPATH = '/mnt/locust-exporter/auto';
const EXAMPLES = ['web', 'job', 'job-headless'];

/** Asserts that a pod has all of the companion: its files, their volume, and the way into Locust. */
function assertHasCompanion(pod: PodSpec, locust: Container): void {
  const [init, ...others] = (pod.initContainers ?? []).filter(({ name }) => name === NAME);
  assert.deepEqual(others, []);
  assert.deepEqual(init!.args?.[0], 'companion');
  assert.equal(init!.restartPolicy, undefined, 'it ends before Locust starts');
  assert.deepEqual(problemsOfContainer(init!), []);
  assert.deepEqual(containerViolations(init!), []);
  const [, exporter] = EXPORTERS[0]!;
  assert.deepEqual(
    [init!.image, init!.resources, init!.securityContext],
    [exporter.image, exporter.resources, exporter.securityContext],
  );
  const [volume] = (pod.volumes ?? []).filter(({ name }) => name === NAME);
  assert.deepEqual(volume, { name: NAME, emptyDir: { sizeLimit: '1Mi' } });
  const mountOf = ({ volumeMounts = [] }: Container) =>
    volumeMounts.filter(({ name }) => name === NAME);
  const written = mountOf(init!)[0]!;
  assert.deepEqual([written.mountPath, written.readOnly], [init!.args[1], undefined]);
  const [mount] = mountOf(locust);
  assert.equal(mount!.readOnly, true);
  const value = locust.env!.find(({ name }) => name === 'PYTHONPATH')!.value;
  assert.equal(value, path.join(mount!.mountPath, 'auto'));
}

for (const components of [
  ['companion'],
  ['component', 'companion'],
  ['companion', 'component'],
  ['plain-sidecar', 'companion'],
]) {
  describe(components.join(' and '), () => {
    let built: Promise<Manifest[]> | undefined;
    const buildOf = async (kind: string, name: string): Promise<Manifest> => {
      built ??= buildWith(
        components,
        [...MASTERS, ...OTHERS].map((one) => manifestOf(one)),
      );
      return (await built).find((one) => one.kind === kind && one.metadata.name === name)!;
    };

    for (const master of MASTERS) {
      const name = `loads the companion into a ${master.kind} with the label ${master.where}`;
      it(name, needs(whyKustomizeIsMissing()), async () => {
        const manifest = await buildOf(master.kind, master.name);
        const { spec, metadata } = podTemplate(manifest)!;
        const [locust, ...others] = containersOf(spec).filter((one) => one.name === 'locust');
        assert.deepEqual(others, []);
        assertHasCompanion(spec, locust!);
        assert.equal(locust!.image, 'locust');
        assert.deepEqual(manifest.metadata.labels ?? {}, master.own ?? {});
        assert.deepEqual(metadata?.labels ?? {}, master.pods ?? {});
        assert.deepEqual(Object.keys(manifest).sort(), ['apiVersion', 'kind', 'metadata', 'spec']);
        const names = containersOf(spec).map((one) => one.name);
        assert.deepEqual(names, [...new Set(names)]);
        const exporters = names.filter((one) => one === 'locust-exporter');
        assert.equal(exporters.length, components.length - 1);
      });
    }

    it('leaves all others as they are', needs(whyKustomizeIsMissing()), async () => {
      for (const other of OTHERS) {
        const manifest = await buildOf(other.kind, other.name);
        const before = manifestOf(other);
        assert.deepEqual(podTemplate(manifest)!.spec, podTemplate(before)!.spec);
        assert.deepEqual(manifest.metadata.labels ?? {}, other.own ?? {});
        assert.deepEqual(podTemplate(manifest)!.metadata?.labels ?? {}, other.pods ?? {});
      }
    });
  });
}

describe('the companion', () => {
  for (const workload of SUPPORTED) {
    const master = { ...workload, own: MASTER };

    it(
      `is refused by a ${workload.kind} without the container of Locust`,
      needs(whyKustomizeIsMissing()),
      () =>
        assert.rejects(
          buildWith(['companion'], [manifestOf(master, { name: 'main' })]),
          /no container has the name of the one in (?:locust|cron-job)\.yaml/,
        ),
    );

    it(
      `is refused by a ${workload.kind} that has a PYTHONPATH`,
      needs(whyKustomizeIsMissing()),
      () =>
        assert.rejects(
          buildWith(
            ['companion'],
            [
              manifestOf(master, {
                env: [
                  { name: 'A', value: 'a' },
                  { name: 'PYTHONPATH', value: '/lib' },
                ],
              }),
            ],
          ),
          /Locust has a PYTHONPATH of its own: move it to the kustomization of the companion/,
        ),
    );
  }

  it('keeps the other variables and mounts of Locust', needs(whyKustomizeIsMissing()), async () => {
    const env = [{ name: 'LOCUST_HOST', value: 'http://shop.example' }];
    const volumeMounts = [{ name: 'locustfile', mountPath: '/mnt/locust' }];
    const master = { ...SUPPORTED[0]!, own: MASTER };
    const [manifest] = await buildWith(['companion'], [manifestOf(master, { env, volumeMounts })]);
    const locust = podTemplate(manifest!)!.spec.containers!.find(({ name }) => name === 'locust')!;
    assert.deepEqual(locust.env, [{ name: 'PYTHONPATH', value: PYTHONPATH }, ...env]);
    assert.deepEqual(locust.volumeMounts!.slice(1), volumeMounts);
  });

  for (const workload of REFUSED) {
    it(`refuses a ${workload.kind} and says why`, needs(whyKustomizeIsMissing()), async () => {
      const worker = manifestOf({ ...workload, own: WORKER });
      assert.deepEqual(await buildWith(['companion'], [worker]), [worker]);
      await assert.rejects(
        buildWith(['companion'], [manifestOf({ ...workload, own: MASTER })]),
        /the companion cannot be added to this kind; use a Deployment, StatefulSet, Job or CronJob/,
      );
    });
  }

  it(
    'leaves other kinds alone, whatever their labels',
    needs(whyKustomizeIsMissing()),
    async () => {
      const revision: Manifest = {
        apiVersion: 'apps/v1',
        kind: 'ControllerRevision',
        metadata: { name: 'a', labels: MASTER },
      };
      const job = manifestOf(JOB_OF_ANOTHER_API);
      const manifests = await buildWith(['companion'], [revision, job]);
      assert.deepEqual(manifests, [revision, job]);
    },
  );

  it('is the same for a CronJob as for the others', () => {
    const [others, cronJob] = ['locust.yaml', 'cron-job.yaml'].map(
      (file) => podTemplate(readOne(path.join('companion', file)) as Manifest)!.spec,
    );
    assert.deepEqual(cronJob, others);
  });
});

describe('the init container', () => {
  it('writes what PYTHONPATH loads, for every user to read', async () => {
    const folder = await temporaryFolder('companion');
    try {
      const [init] = locustValues.master.initContainers;
      const args = init!.args!.map((arg) => (arg.startsWith('/') ? folder.path : arg));
      const program = path.join(ROOT, 'src/bin.ts');
      await promisify(execFile)(process.execPath, [program, ...args], { timeout: 60_000 });
      for (const file of ['auto/sitecustomize.py', 'locust_exporter_companion.py']) {
        assert.equal(statSync(path.join(folder.path, file)).mode & 0o777, 0o644, file);
      }
      assert.equal(path.basename(PYTHONPATH), 'auto');
      assert.equal(statSync(path.join(folder.path, 'auto')).mode & 0o777, 0o755);
    } finally {
      await folder.remove();
    }
  });
});

describe('the examples with the companion', () => {
  it('have it in each master and in no worker', () => {
    for (const { example, template } of PODS) {
      const isMaster = template.metadata!.labels!['app.kubernetes.io/component'] === 'master';
      const [locust] = template.spec.containers!.filter(({ name }) => name === 'locust');
      if (isMaster && EXAMPLES.includes(example)) {
        assertHasCompanion(template.spec, locust!);
        assert.deepEqual(podViolations(template.spec), []);
        const names = template.spec.initContainers!.map(({ name }) => name);
        assert.deepEqual(names, [NAME, 'locust-exporter']);
      } else {
        assert.doesNotMatch(JSON.stringify(template), /companion|PYTHONPATH/, example);
      }
    }
  });

  it('differ in nothing but the web UI where one has none', () => {
    const argsOf = (example: string) =>
      IN_EXAMPLES.filter(
        (one) => one.example === example && one.container.args?.[0] === '--master',
      ).flatMap(({ container }) => container.args!);
    assert.deepEqual(
      argsOf('job-headless'),
      argsOf('job').flatMap((arg) => {
        if (arg.startsWith('--autoquit')) return [];
        return arg === '--autostart' ? ['--headless'] : [arg];
      }),
    );
    const rest = (example: 'job' | 'job-headless') =>
      readAll(golden(example)).filter(({ metadata }) => metadata.name !== 'job-locust-master');
    assert.deepEqual(rest('job-headless'), rest('job'));
  });
});

describe('the values for the chart locust', () => {
  it('load the companion by what the chart has for volumes and variables', () => {
    const { initContainers, extraVolumes, extraVolumeMounts, environment } = locustValues.master;
    const locust = {
      name: 'locust',
      image: 'locustio/locust',
      env: Object.entries(environment).map(([name, value]) => ({ name, value })),
      volumeMounts: extraVolumeMounts,
    };
    assertHasCompanion({ initContainers, volumes: extraVolumes }, locust);
  });
});
