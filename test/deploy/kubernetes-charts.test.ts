import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import { loadConfig } from '../../src/config/load-config.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import {
  exporterValues,
  golden,
  locustValues,
  OF_EXPORTER_CHART,
  OF_LOCUST_CHART,
  operatorValues,
} from './deployed.ts';
import {
  containerViolations,
  endpointsOf,
  FOLDER,
  podTemplate,
  problemsOfContainer,
  readAll,
  readOne,
  selects,
  type Container,
  type Labels,
  type Manifest,
  type Security,
} from './manifests.ts';

describe('the values for the chart locust', () => {
  const { master, podSecurityContext, securityContext, extraObjects } = locustValues;

  it('need no kind that a cluster may be without', () => {
    const kinds = extraObjects.map(({ apiVersion, kind }) => `${apiVersion} ${kind}`);
    assert.deepEqual(kinds, ['v1 Service']);
  });

  it('give Locust what the level restricted requires', () => {
    const locust = { name: 'locust', image: 'locustio/locust', securityContext };
    assert.deepEqual(problemsOfContainer(locust), []);
    assert.deepEqual(containerViolations(locust, podSecurityContext), []);
    // The image names its user, and the kubelet believes only a number.
    assert.equal(typeof securityContext.runAsUser, 'number');
  });

  it('never have two masters at a time', () => {
    assert.equal(master.strategy.type, 'Recreate');
  });

  it('have a Service that service-monitor.yaml finds, with the port that it names', () => {
    const monitor = readOne('service-monitor.yaml') as Manifest;
    const { matchLabels } = (monitor.spec as { selector: { matchLabels: Labels } }).selector;
    const [service] = extraObjects;
    assert.ok(selects(matchLabels, service!.metadata.labels));
    const { ports, selector } = service!.spec as {
      ports: { name: string; targetPort: number }[];
      selector: Labels;
    };
    assert.deepEqual(
      ports.map(({ name, targetPort }) => [name, targetPort]),
      [[endpointsOf(monitor)[0]!.port, OF_LOCUST_CHART.ports![0]!.containerPort]],
    );
    // As the chart labels its masters, and no workers.
    assert.deepEqual(selector, {
      'app.kubernetes.io/name': '{{ include "locust.name" . }}',
      'app.kubernetes.io/instance': '{{ .Release.Name }}',
      component: 'master',
    });
  });
});

describe('the values for the chart prometheus-locust-exporter', () => {
  it('have the port that the chart has', () => {
    assert.deepEqual(
      OF_EXPORTER_CHART.ports?.map(({ containerPort }) => `:${containerPort}`),
      [SETTINGS.LISTEN_ADDRESS.default],
    );
  });

  it('need no Prometheus Operator', () => {
    assert.equal(exporterValues.serviceMonitor.enabled, false);
  });

  it('name the load test in the label test', () => {
    const [relabeling, ...others] = exporterValues.serviceMonitor.relabelings;
    assert.deepEqual(others, []);
    assert.equal(relabeling!.targetLabel, 'test');
    const { hostname } = new URL(exporterValues.config['locust_uri']!);
    assert.equal(hostname, `${relabeling!.replacement}-locust`);
  });

  it('have flags that the exporter takes', async () => {
    const { config } = exporterValues;
    const flags = Object.fromEntries(
      Object.entries(config).map(([name, value]) => {
        const [part, ...words] = name.split('_');
        return [`${part!}.${words.join('-')}`, value];
      }),
    );
    const { settings, warnings } = await loadConfig({}, flags);
    assert.deepEqual(warnings, []);
    assert.equal(settings.LEGACY_METRICS, 'on');
    for (const flag of Object.keys(flags)) {
      assert.ok(
        Object.values(SETTINGS).some(
          (setting) => 'alias' in setting && setting.alias.flag === flag,
        ),
        flag,
      );
    }
    assert.equal(config['web_listen_address'], SETTINGS.LISTEN_ADDRESS.default);
    assert.equal(config['web_telemetry_path'], SETTINGS.METRICS_PATH.default);
  });
});

describe('the values for the chart locust-k8s-operator', () => {
  const { image, port, resources } = operatorValues.locustPods.metricsExporter;
  const exporter = OF_LOCUST_CHART;

  it('make the same exporter as elsewhere', () => {
    assert.deepEqual([image, `:${port}`], [exporter.image, SETTINGS.LISTEN_ADDRESS.default]);
    assert.deepEqual(resources.requests, exporter.resources!.requests);
    assert.equal(resources.limits.memory, exporter.resources!.limits.memory);
  });

  it('do not slow it down', () => {
    // Where the values have no limit of CPU, the chart makes it 250m.
    assert.equal(resources.limits.cpu, '1');
  });

  const text = readFileSync(path.join(FOLDER, 'values/locust-k8s-operator.yaml'), 'utf8');

  it('say how a LocustTest loads the companion', () => {
    const block = /^# {3}env:\n(?:# {3} +.*\n|# {3}volume.*\n)+/m.exec(text)![0];
    const { env, volumes, volumeMounts } = parse(block.replace(/^# {3}/gm, '')) as {
      env: { variables: Container['env'] };
      volumes: { name: string; configMap: { items: { key: string; path: string }[] } }[];
      volumeMounts: { name: string; mountPath: string; readOnly: boolean; target: string }[];
    };
    const [first, ...others] = volumeMounts;
    const { target, ...mount } = first!;
    assert.deepEqual(others, []);
    assert.equal(target, 'master');
    assert.equal(mount.name, volumes[0]!.name);
    const locust = { name: 'locust', image: 'locust', env: env.variables!, volumeMounts: [mount] };
    assert.deepEqual(problemsOfContainer(locust), []);
    const [template] = readAll(golden('job')).flatMap((manifest) => podTemplate(manifest) ?? []);
    const [container] = template!.spec.containers!;
    const ofCompanion = ({ name }: { name: string }) => /PYTHON|companion/.test(name);
    assert.deepEqual(locust.env, container!.env!.filter(ofCompanion), 'as in the component');
    assert.deepEqual(locust.volumeMounts, container!.volumeMounts!.filter(ofCompanion));
    assert.deepEqual(
      volumes[0]!.configMap.items.map((item) => item.path),
      ['locust_exporter_companion.py', 'auto/sitecustomize.py'],
    );
  });

  it('say what a LocustTest needs under restricted', () => {
    const block = /^# {3}security:\n(?:# {5}.*\n)+/m.exec(text)![0].replace(/^# {3}/gm, '');
    const { security } = parse(block) as {
      security: { podSecurityContext: Security; containerSecurityContext: Security };
    };
    const locust = {
      name: 'locust',
      image: 'locustio/locust',
      securityContext: security.containerSecurityContext,
    };
    assert.deepEqual(containerViolations(locust, security.podSecurityContext), []);
    assert.equal(typeof security.containerSecurityContext.runAsUser, 'number');
    // This is what the operator gives the exporter.
    const given: Security = {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
      readOnlyRootFilesystem: true,
    };
    const sidecar = { name: 'exporter', image, securityContext: given };
    assert.deepEqual(containerViolations(sidecar, security.podSecurityContext), []);
    assert.notDeepEqual(containerViolations(sidecar), []);
  });
});
