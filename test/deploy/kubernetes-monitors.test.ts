import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SETTINGS } from '../../src/config/settings.ts';
import { EXPORTERS, MANIFESTS, operatorValues, PODS } from './deployed.ts';
import {
  deployFiles,
  endpointsOf,
  readAll,
  readOne,
  selects,
  type Labels,
  type Manifest,
} from './manifests.ts';

const PORT = Number(/:(\d+)$/.exec(SETTINGS.LISTEN_ADDRESS.default)![1]);
const OPERATOR = 'pod-monitor-locust-k8s-operator.yaml';

const FILES = deployFiles('*-monitor*.yaml');
const monitorOf = (file: string) => readOne(file) as Manifest;
const endpointOf = (file: string) => {
  const [endpoint, ...others] = endpointsOf(monitorOf(file));
  assert.deepEqual(others, []);
  return endpoint!;
};
const selectorOf = (file: string) =>
  (
    monitorOf(file).spec as {
      selector: { matchLabels?: Labels; matchExpressions?: { key: string; operator: string }[] };
    }
  ).selector;

/** What Prometheus calls the label of a pod. */
const discovered = (label: string) =>
  `__meta_kubernetes_pod_label_${label.replace(/[^a-zA-Z0-9_]/g, '_')}`;

describe('the monitors', () => {
  it('are these', () => {
    assert.deepEqual(FILES, [OPERATOR, 'pod-monitor.yaml', 'service-monitor.yaml']);
    const kinds = MANIFESTS.filter(([, manifest]) => endpointsOf(manifest).length > 0);
    assert.deepEqual(
      kinds.map(([where]) => where),
      FILES,
    );
  });

  for (const file of FILES) {
    it(`${file} scrapes the metrics, in time`, () => {
      const { path: metricsPath, interval, scrapeTimeout } = endpointOf(file);
      assert.equal(metricsPath, SETTINGS.METRICS_PATH.default);
      const [every, timeout] = [interval, scrapeTimeout].map((text) =>
        SETTINGS.POLL_INTERVAL.parse(text),
      );
      assert.ok(timeout! < every!);
    });

    it(`${file} makes a job that the alert LocustExporterDown knows`, () => {
      const { metadata, spec } = monitorOf(file);
      const { jobLabel } = spec as { jobLabel?: string };
      const rules = JSON.stringify(readAll('prometheus-rule.yaml'));
      const pattern = /up\{job=~\\"(.*?)\\"/.exec(rules)![1]!;
      // The Operator names the job after the PodMonitor, or after this label.
      const job =
        jobLabel === undefined ? `load/${metadata.name}` : selectorOf(file).matchLabels![jobLabel]!;
      assert.ok(
        monitorOf(file).kind === 'PodMonitor' || jobLabel !== undefined,
        'after the Service, whose name can be anything',
      );
      assert.match(job, new RegExp(`^(?:${pattern})$`));
    });
  }

  it('find the port by a name that all sidecars have', () => {
    const names = EXPORTERS.filter(([where]) => !where.includes('prometheus-locust')).map(
      ([, { ports }]) => ports?.[0]?.name,
    );
    assert.deepEqual([...new Set(names)], [endpointOf('pod-monitor.yaml').port]);
    for (const { template } of PODS) {
      const ports = JSON.stringify(template.spec).split(`"name":"${names[0]!}"`).length - 1;
      assert.ok(ports <= 1, 'no other port has the name');
    }
  });

  it('find the Services, and the port in them', () => {
    const { matchLabels } = selectorOf('service-monitor.yaml');
    const { port } = endpointOf('service-monitor.yaml');
    const services = MANIFESTS.filter(([, { kind }]) => kind === 'Service');
    assert.equal(services.length, 6);
    for (const [where, { metadata, spec }] of services) {
      assert.ok(selects(matchLabels!, metadata.labels), where);
      const { ports } = spec as { ports: { name: string; targetPort: number }[] };
      assert.equal(ports.find(({ name }) => name === port)?.targetPort, PORT, where);
    }
  });

  it('set the label test to the name of the load test', () => {
    for (const file of ['pod-monitor.yaml', 'service-monitor.yaml']) {
      const { matchLabels } = selectorOf(file);
      const [relabeling, ...others] = endpointOf(file).relabelings;
      assert.deepEqual(others, []);
      assert.equal(relabeling!.targetLabel, 'test');
      const tests = PODS.filter(({ template }) =>
        selects(matchLabels!, template.metadata!.labels),
      ).map(({ example, template }) => {
        const [label] = Object.entries(template.metadata!.labels!).flatMap(([name, value]) =>
          relabeling!.sourceLabels.includes(discovered(name)) ? [value] : [],
        );
        return [example, label];
      });
      assert.deepEqual(tests, [
        ['web', 'web'],
        ['job', 'job'],
        ['job-headless', 'job'],
        ['job-plain-sidecar', 'job'],
      ]);
    }
  });

  it('find the pods of locust-k8s-operator by its label, and their port by its number', () => {
    const label = 'performance-test-name';
    assert.deepEqual(selectorOf(OPERATOR), {
      matchExpressions: [{ key: label, operator: 'Exists' }],
    });
    const { port, portNumber, relabelings } = endpointOf(OPERATOR);
    assert.deepEqual([port, portNumber], [undefined, PORT]);
    assert.equal(operatorValues.locustPods.metricsExporter.port, portNumber);
    assert.deepEqual(relabelings, [{ sourceLabels: [discovered(label)], targetLabel: 'test' }]);
    assert.deepEqual(
      (monitorOf(OPERATOR).spec as { namespaceSelector: unknown }).namespaceSelector,
      {
        any: true,
      },
    );
  });

  it('open to Prometheus and to the workers only what these want', () => {
    const policies = readAll('network-policy.yaml').map(({ spec }) => spec) as {
      ingress?: { from: object[]; ports: { port: number }[] }[];
    }[];
    assert.deepEqual(
      policies.map(({ ingress = [] }) =>
        ingress.flatMap(({ ports }) => ports.map(({ port }) => port)),
      ),
      [[PORT, 5557], []],
    );
    for (const { ingress = [] } of policies) {
      for (const { from } of ingress) assert.equal(from.length, 1);
    }
  });
});
