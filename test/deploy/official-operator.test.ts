import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

import { locustValues, OF_LOCUST_CHART } from './deployed.ts';
import {
  endpointsOf,
  problemsOf,
  problemsOfContainer,
  readAll,
  readOne,
  selects,
  type Container,
  type Labels,
  type Manifest,
} from './manifests.ts';

const POLICY = 'official-operator/sidecar-policy.yaml';
/** What the operator gives the pods of its masters. */
const MASTER: Labels = { 'locust.io/component': 'master', 'locust.io/test-run': 'shop' };

interface Policy {
  readonly failurePolicy: string;
  readonly matchConstraints: {
    readonly objectSelector: { readonly matchLabels: Labels };
    readonly resourceRules: readonly object[];
  };
  readonly mutations: readonly {
    readonly jsonPatch?: { readonly expression: string };
    readonly applyConfiguration?: { readonly expression: string };
  }[];
}

const [manifest, binding] = readAll(POLICY);
const policy = manifest!.spec as Policy;

/**
 * An object of an expression in CEL, whose literals are flow mappings of YAML but for the types.
 *
 * @param start what stands before its type.
 */
function objectAfter(start: string, expression: string): unknown {
  const from = expression.indexOf('{', expression.indexOf(start) + start.length);
  let depth = 0;
  for (let at = from; at < expression.length; at += 1) {
    if (expression[at] === '{') depth += 1;
    if (expression[at] === '}') depth -= 1;
    if (depth === 0) {
      return parse(expression.slice(from, at + 1).replace(/Object[\w.]*\{/g, '{'));
    }
  }
  throw new Error(`no end of what follows ${start}`);
}

const patches = policy.mutations.map(({ jsonPatch }) => jsonPatch?.expression ?? '');
const initContainer = "path: '/spec/initContainers/0', value: ";

describe('the policy for the official operator', () => {
  it('is of kinds that Kubernetes 1.36 has', () => {
    for (const each of [manifest!, binding!]) assert.deepEqual(problemsOf(each), []);
    assert.equal((binding!.spec as { policyName: string }).policyName, manifest!.metadata.name);
  });

  it('concerns new pods of masters, and never keeps one from running', () => {
    const { objectSelector, resourceRules } = policy.matchConstraints;
    assert.ok(selects(objectSelector.matchLabels, MASTER));
    assert.ok(!selects(objectSelector.matchLabels, { ...MASTER, 'locust.io/component': 'worker' }));
    assert.deepEqual(resourceRules, [
      { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
    ]);
    assert.equal(policy.failurePolicy, 'Ignore');
  });

  it('adds the exporter as it is elsewhere', () => {
    const exporter = objectAfter(initContainer, patches[0]!) as Container;
    assert.deepEqual(problemsOfContainer(exporter), []);
    assert.deepEqual(exporter, OF_LOCUST_CHART);
  });

  it('adds the companion as it is elsewhere', () => {
    const { initContainers, extraVolumes, extraVolumeMounts, environment } = locustValues.master;
    assert.deepEqual(objectAfter(initContainer, patches[1]!), initContainers[0]);
    assert.deepEqual(objectAfter("path: '/spec/volumes/0', value: ", patches[1]!), extraVolumes[0]);
    const { expression } = policy.mutations[2]!.applyConfiguration!;
    assert.deepEqual([objectAfter('volumeMounts: [', expression)], extraVolumeMounts);
    assert.ok(expression.includes(`'${environment['PYTHONPATH']!}' + variables.pythonPath`));
    assert.equal(policy.mutations.length, 3);
  });

  it('has a monitor that finds these pods, and their port', () => {
    const monitor = readOne('official-operator/pod-monitor.yaml') as Manifest;
    assert.deepEqual(problemsOf(monitor), []);
    const { selector } = monitor.spec as { selector: { matchLabels: Labels } };
    assert.ok(selects(selector.matchLabels, MASTER));
    const [endpoint] = endpointsOf(monitor);
    assert.equal(endpoint!.port, OF_LOCUST_CHART.ports![0]!.name);
    assert.deepEqual(endpoint!.relabelings, [
      { sourceLabels: ['__meta_kubernetes_pod_label_locust_io_test_run'], targetLabel: 'test' },
    ]);
  });
});
