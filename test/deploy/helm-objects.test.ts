import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';

import { helm } from '../helpers/helm.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { CHART, exporterOf, MANY, NAME, one, ONE, render, withHelm, type Values } from './chart.ts';
import { endpointsOf, selects, type Labels, type PodSpec } from './manifests.ts';
import { ROOT, ruleGroups } from './prometheus-rules.ts';

describe('what the chart makes', () => {
  const ALL = {
    ...MANY,
    monitoring: {
      labels: { release: 'prometheus' },
      serviceMonitor: { enabled: true, endpoint: { tlsConfig: { insecureSkipVerify: true } } },
      prometheusRule: { enabled: true },
      scrapeConfig: { enabled: true, namespaces: ['a', 'b'] },
      probe: { enabled: true, targets: ['shop.load-tests.svc:8089'], labels: { team: 'shop' } },
    },
    dashboards: { enabled: true, namespace: 'grafana' },
    networkPolicy: { enabled: true },
  };

  it('selects the pod of the exporter and no other', withHelm, async () => {
    const manifests = await render(ALL);
    const labels = exporterOf(manifests).template.metadata!.labels;
    const { selector } = exporterOf(manifests).workload.spec as {
      selector: { matchLabels: Labels };
    };
    const test = one(manifests, 'Pod').metadata.labels;
    const policy = one(manifests, 'NetworkPolicy').spec as {
      podSelector: { matchLabels: Labels };
      ingress: { from: { podSelector: { matchLabels: Labels } }[] }[];
    };
    const services = manifests.filter(({ kind }) => kind === 'Service');
    const selectors = [
      selector.matchLabels,
      policy.podSelector.matchLabels,
      ...services.map(({ spec }) => (spec as { selector: Labels }).selector),
    ];
    assert.equal(selectors.length, 4);
    for (const each of selectors) {
      assert.ok(selects(each, labels));
      assert.ok(!selects(each, test));
    }
    const from = policy.ingress[0]!.from;
    assert.ok(selects(from.at(-1)!.podSelector.matchLabels, test), 'helm test comes in');
    const monitor = one(manifests, 'ServiceMonitor').spec as { selector: { matchLabels: Labels } };
    const found = services.filter(({ metadata }) =>
      selects(monitor.selector.matchLabels, metadata.labels),
    );
    assert.deepEqual(
      found.map(({ metadata }) => metadata.name),
      [NAME],
      'and is scraped once',
    );
  });

  it('has every label that a Prometheus selects by', withHelm, async () => {
    const kinds = ['ServiceMonitor', 'PrometheusRule', 'ScrapeConfig', 'Probe'];
    const manifests = await render(ALL);
    for (const kind of kinds) {
      assert.equal(one(manifests, kind).metadata.labels!['release'], 'prometheus', kind);
    }
    const [endpoint] = endpointsOf(one(manifests, 'ServiceMonitor'));
    assert.deepEqual((endpoint as unknown as Values)['tlsConfig'], { insecureSkipVerify: true });
  });

  it('asks for native histograms where that is on', withHelm, async () => {
    const monitoring = { ...ALL.monitoring, nativeHistograms: true };
    const manifests = await render({ ...ALL, monitoring });
    for (const kind of ['ServiceMonitor', 'ScrapeConfig', 'Probe']) {
      assert.equal((one(manifests, kind).spec as Values)['scrapeNativeHistograms'], true, kind);
    }
    const pods = await render({
      ...ONE,
      monitoring: { nativeHistograms: true, podMonitor: { enabled: true } },
    });
    assert.equal((one(pods, 'PodMonitor').spec as Values)['scrapeNativeHistograms'], true);
  });

  it('has the rules of Prometheus, word for word', withHelm, async () => {
    const { groups } = one(await render(ALL), 'PrometheusRule').spec as {
      groups: { name: string }[];
    };
    const byName = <T extends { name: string }>(all: readonly T[]) =>
      [...all].sort((a, b) => (a.name < b.name ? -1 : 1));
    assert.deepEqual(byName(groups), byName(parse(stringify(ruleGroups())) as typeof groups));
  });

  it('has the dashboards, byte for byte', withHelm, async () => {
    const maps = (await render(ALL)).filter(
      ({ metadata }) => metadata.labels?.['grafana_dashboard'],
    );
    const folder = path.join(ROOT, 'deploy/grafana/dashboards');
    const files = globSync('*.json', { cwd: folder }).sort();
    const data = Object.assign(
      {},
      ...maps.map((map) => (map as unknown as { data: object }).data),
    ) as Record<string, string>;
    assert.deepEqual(Object.keys(data).sort(), files);
    for (const file of files) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      assert.equal(data[file]!.trimEnd(), text.trimEnd(), file);
    }
    for (const map of maps)
      assert.equal((map.metadata as unknown as Values)['namespace'], 'grafana');
  });

  it('is the same from a package, which has no links', withHelm, async () => {
    const folder = await temporaryFolder('package');
    try {
      const { code, stderr } = await helm(['package', CHART, '--destination', folder.path]);
      assert.equal(code, 0, stderr);
      const [file] = globSync('*.tgz', { cwd: folder.path });
      assert.deepEqual(await render(ALL, path.join(folder.path, file!)), await render(ALL));
    } finally {
      await folder.remove();
    }
  });

  it('tests the health of the exporter by its Service', withHelm, async () => {
    const service = { port: 80 };
    const { containers } = one(await render({ ...ONE, service }), 'Pod').spec as PodSpec;
    assert.deepEqual(containers![0]!.args, ['healthcheck', `--listen-address=${NAME}:80`]);
  });

  it('never has two Deployments of one Locust at a time', withHelm, async () => {
    const { workload } = exporterOf(await render(ONE));
    assert.deepEqual((workload.spec as Values)['strategy'], { type: 'Recreate' });
    assert.equal((workload.spec as Values)['replicas'], 1);
  });

  it('takes further manifests, with templates in them', withHelm, async () => {
    const extraObjects = [
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-a' } },
      'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: "{{ .Release.Name }}-b" }',
    ];
    const maps = (await render({ ...ONE, extraObjects })).filter(
      ({ kind }) => kind === 'ConfigMap',
    );
    assert.deepEqual(
      maps.map(({ metadata }) => metadata.name),
      ['my-a', 'my-b'],
    );
  });
});
