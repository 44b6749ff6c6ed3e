import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { stringify } from 'yaml';

import { EXAMPLES as VALUES, exampleValues, helmTemplate } from '../deploy/chart.ts';
import { buildExample, EXAMPLES } from '../deploy/deployed.ts';
import {
  containersOf,
  deployFiles,
  endpointsOf,
  FOLDER,
  type Labels,
  type Manifest,
  type PodSpec,
} from '../deploy/manifests.ts';
import { whyHelmIsMissing } from '../helpers/helm.ts';
import { whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import {
  startKubernetes,
  whyKubernetesIsMissing,
  type KubernetesObject,
  type RealKubernetes,
} from '../helpers/real-kubernetes.ts';
import { needsOptional } from '../helpers/requirement.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const NAMESPACE = 'load-test';
const COMPONENT = 'app.kubernetes.io/component';

const missing = [whyKubernetesIsMissing(), whyKustomizeIsMissing(), whyHelmIsMissing()];

describe('a real API server of Kubernetes', needsOptional(...missing), () => {
  let kubernetes: RealKubernetes;
  before(async () => {
    kubernetes = await startKubernetes();
  });
  after(() => kubernetes.stop());

  const podsOf = (namespace: string, labels: Labels) =>
    kubernetes.get(namespace, 'pods', selectorOf(labels));
  /** Waits until the controllers have made pods, which admission has let in. */
  const waitForPods = (namespace: string, labels: Labels, count: number) =>
    waitUntil(`${count} pods with ${selectorOf(labels)}`, async () => {
      const pods = await podsOf(namespace, labels);
      return pods.length === count && pods;
    });
  const makeRestricted = async (name: string) => {
    const labels = { 'pod-security.kubernetes.io/enforce': 'restricted' };
    await kubernetes.apply(
      stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } }),
    );
  };

  for (const example of EXAMPLES) {
    it(`takes the example ${example}, and makes its pods at the level restricted`, async () => {
      const manifests = await buildExample(example);
      await kubernetes.apply(manifests);
      const instance = { 'app.kubernetes.io/instance': example.split('-')[0]! };
      const [master] = await waitForPods(NAMESPACE, { ...instance, [COMPONENT]: 'master' }, 1);
      await waitForPods(NAMESPACE, { ...instance, [COMPONENT]: 'worker' }, 2);
      const services = await kubernetes.get(NAMESPACE, 'services', selectorOf(instance));
      assert.equal(services.length, 1);
      const { selector } = services[0]!.spec as { selector: Labels };
      assert.deepEqual(namesOf(await podsOf(NAMESPACE, selector)), namesOf([master!]));
      if (example === 'web') return;
      // Kubernetes cannot change a Job, and the examples of Jobs have the same names.
      await kubernetes.kubectl(['delete', 'jobs', '--all', '-n', NAMESPACE, '--wait']);
      await waitForPods(NAMESPACE, instance, 0);
    });
  }

  it('takes every other manifest, and monitors find pods and their ports', async () => {
    await kubernetes.apply(namespaceOf('monitoring'));
    for (const file of deployFiles('*.yaml')) {
      const text = readFileSync(path.join(FOLDER, file), 'utf8');
      await kubernetes.apply(text, /^ {2}namespace:/m.test(text) ? undefined : NAMESPACE);
    }
    const [monitor] = (await kubernetes.get(NAMESPACE, 'podmonitors')).filter(
      ({ metadata }) => metadata.name === 'locust',
    );
    await assertScrapes(monitor!, NAMESPACE, 1);
    const [serviceMonitor] = await kubernetes.get(NAMESPACE, 'servicemonitors');
    const { matchLabels } = selectorIn(serviceMonitor!);
    const found = await kubernetes.get(NAMESPACE, 'services', selectorOf(matchLabels));
    assert.ok(namesOf(found).includes('web-locust-master'));
  });

  it('refuses a pod that the level restricted forbids, and a field that there is not', async () => {
    const pod = (spec: object) =>
      stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'bad' }, spec });
    const containers = [{ name: 'a', image: 'a' }];
    await assert.rejects(
      kubernetes.apply(pod({ containers, hostNetwork: true }), NAMESPACE),
      /violates PodSecurity "restricted/,
    );
    await assert.rejects(
      kubernetes.apply(pod({ containers, hostNetwrok: true }), NAMESPACE),
      /hostNetwrok/,
    );
  });

  for (const file of VALUES) {
    const release = path.basename(file, '-values.yaml');
    it(`takes the chart with ${file}, and makes its pods at the level restricted`, async () => {
      await makeRestricted('tools');
      const manifests = await helmTemplate(release, 'tools', exampleValues(file));
      const text = manifests.map((manifest) => stringify(manifest)).join('---\n');
      await kubernetes.apply(text);
      const workload = manifests.find(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind))!;
      const { replicas, selector } = workload.spec as {
        replicas: number;
        selector: { matchLabels: Labels };
      };
      const pods = await waitForPods('tools', selector.matchLabels, replicas);
      for (const { spec } of manifests.filter(({ kind }) => kind === 'Service')) {
        const selected = await podsOf('tools', (spec as { selector: Labels }).selector);
        assert.deepEqual(namesOf(selected), namesOf(pods));
      }
      for (const monitor of manifests.filter(({ kind }) => kind === 'PodMonitor')) {
        await assertScrapes(monitor, 'tools', replicas);
      }
    });
  }

  it('adds the exporter and the companion to the masters of the official operator', async () => {
    await kubernetes.apply(namespaceOf('official'));
    const folder = path.join(FOLDER, 'official-operator');
    const read = (file: string) => readFileSync(path.join(folder, file), 'utf8');
    await kubernetes.apply(read('sidecar-policy.yaml'));
    await kubernetes.apply(read('pod-monitor.yaml'), 'official');
    const own = [{ name: 'PYTHONPATH', value: '/lib' }];
    // The server takes a moment to heed a new policy.
    const master = await waitUntil('the policy is heeded', async () => {
      const name = `probe-${Date.now()}`;
      await kubernetes.apply(operatorPod(name, 'master', own), 'official');
      const [pod] = (await podsOf('official', {})).filter(({ metadata }) => metadata.name === name);
      const isMutated = (pod!.spec as PodSpec).initContainers !== undefined;
      if (!isMutated) await kubernetes.kubectl(['delete', 'pod', name, '-n', 'official', '--now']);
      return isMutated && pod;
    });
    const { initContainers, containers } = master.spec as PodSpec;
    assert.deepEqual(
      initContainers!.map(({ name, restartPolicy }) => [name, restartPolicy]),
      [
        ['locust-exporter-companion', undefined],
        ['locust-exporter', 'Always'],
      ],
    );
    assert.deepEqual(containers![0]!.env, [
      { name: 'PYTHONPATH', value: '/mnt/locust-exporter/auto:/lib' },
    ]);
    const [monitor] = await kubernetes.get('official', 'podmonitors');
    await assertScrapes(monitor!, 'official', 1);

    const fromField = { fieldRef: { fieldPath: 'metadata.name' } };
    // The last is what its variables have, and null where the pod is left as it is.
    const others: readonly (readonly [string, string, object[], unknown[] | null])[] = [
      ['worker', 'worker', own, null],
      ['without', 'master', [], ['/mnt/locust-exporter/auto']],
      ['other-source', 'master', [{ name: 'PYTHONPATH', valueFrom: fromField }], [undefined]],
    ];
    for (const [name, component, env, expected] of others) {
      await kubernetes.apply(operatorPod(name, component, env), 'official');
      const [pod] = (await podsOf('official', {})).filter(({ metadata }) => metadata.name === name);
      const spec = pod!.spec as PodSpec;
      assert.equal(spec.initContainers?.length, expected === null ? undefined : 2, name);
      const values = spec.containers![0]!.env?.map(({ value }) => value);
      assert.deepEqual(values, expected ?? ['/lib'], name);
    }
  });

  /** Asserts that a PodMonitor finds pods, and its port in each of them. */
  async function assertScrapes(
    monitor: KubernetesObject,
    namespace: string,
    count: number,
  ): Promise<void> {
    const pods = await podsOf(namespace, selectorIn(monitor).matchLabels);
    assert.equal(pods.length, count);
    const [endpoint] = endpointsOf(monitor as Manifest);
    for (const { spec } of pods) {
      const ports = containersOf(spec as PodSpec).flatMap((container) => container.ports ?? []);
      assert.equal(ports.filter(({ name }) => name === endpoint!.port).length, 1);
    }
  }
});

function selectorOf(labels: Labels): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
}

function selectorIn({ spec }: KubernetesObject): { matchLabels: Labels } {
  return (spec as { selector: { matchLabels: Labels } }).selector;
}

function namesOf(objects: readonly KubernetesObject[]): string[] {
  return objects.map(({ metadata }) => metadata.name).sort();
}

function namespaceOf(name: string): string {
  return stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
}

/** A pod as the operator's Jobs make them. */
function operatorPod(name: string, component: string, env: object[]): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { 'locust.io/test-run': name, 'locust.io/component': component } },
    spec: {
      restartPolicy: 'Never',
      containers: [
        {
          name: `locust-${component}`,
          image: 'locustio/locust:2.43.4',
          args: [`--${component}`],
          env,
          volumeMounts: [{ name: 'locustfile', mountPath: '/home/locust', readOnly: true }],
        },
      ],
      volumes: [{ name: 'locustfile', configMap: { name: `${name}-locustfile` } }],
    },
  });
}
