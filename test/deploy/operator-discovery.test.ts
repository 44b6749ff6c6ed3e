import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

import {
  newestPromtool,
  whyNewestPromtoolIsMissing,
  whyPromtoolIsMissing,
} from '../helpers/promtool.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { exampleValues, helmTemplate, one, withHelm } from './chart.ts';
import { relabelTarget, type ScrapeConfig } from './discovery.ts';
import { readAll, type Manifest } from './manifests.ts';
import { ROOT } from './prometheus-rules.ts';

const FILE = path.join(ROOT, 'deploy/prometheus/prometheus-official-operator.yml');
const REPLICAS = 2;

const config = parse(readFileSync(FILE, 'utf8')) as {
  rule_files: string[];
  scrape_configs: ScrapeConfig[];
};
const [job, ownJob] = config.scrape_configs;

/** A port of a master's pod, as the official operator makes it. */
function relabel(test: string, { phase = 'Running', port = '8089' } = {}) {
  return relabelTarget(job!, `10.0.0.1:${port}`, {
    namespace: 'load-tests',
    pod_phase: phase,
    pod_container_port_number: port,
    pod_label_locust_io_component: 'master',
    pod_label_locust_io_test_run: test,
  });
}

describe('prometheus-official-operator.yml', () => {
  it('has the rules of prometheus.yml', () => {
    const plain = parse(readFileSync(path.join(path.dirname(FILE), 'prometheus.yml'), 'utf8')) as {
      rule_files: string[];
    };
    assert.deepEqual(config.rule_files, plain.rule_files);
  });

  it('asks /probe for the web UI of a test that runs', needs(whyPromtoolIsMissing()), async () => {
    const labels = await relabel('shop');
    assert.equal(labels!['__metrics_path__'], '/probe');
    assert.equal(labels!['__param_target'], 'shop-webui.load-tests.svc:8089');
    const visible = Object.entries(labels!).filter(([name]) => !name.startsWith('__'));
    assert.deepEqual(Object.fromEntries(visible), {
      job: 'locust',
      instance: 'shop-webui.load-tests.svc:8089',
      namespace: 'load-tests',
      test: 'shop',
    });
  });

  it(
    'leaves out other ports, and pods that do not run',
    needs(whyPromtoolIsMissing()),
    async () => {
      assert.equal(await relabel('shop', { port: '5557' }), null);
      for (const phase of ['Pending', 'Succeeded', 'Failed']) {
        assert.equal(await relabel('shop', { phase }), null, phase);
      }
    },
  );

  it('spreads the tests over all replicas', needs(whyPromtoolIsMissing()), async () => {
    const addresses = await Promise.all(
      Array.from('abcdefgh', async (test) => (await relabel(test))!['__address__']!),
    );
    const replicas = [...new Set(addresses)].sort();
    assert.deepEqual(replicas, ownJob!.static_configs![0]!.targets);
    assert.equal(replicas.length, REPLICAS);
    assert.equal((await relabel('a'))!['__address__'], addresses[0], 'always the same');
  });

  it('may look up no more than it needs', () => {
    const role = readAll('prometheus-discovery.yaml').find(({ kind }) => kind === 'ClusterRole');
    assert.deepEqual((role as unknown as { rules: object[] }).rules, [
      { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
    ]);
    assert.deepEqual(
      job!.kubernetes_sd_configs!.map(({ role: looksUp }) => looksUp),
      ['pod'],
    );
  });

  const missing = whyNewestPromtoolIsMissing();
  it(
    'is good in the eyes of a promtool that knows Kubernetes',
    needsOptional(missing),
    async () => {
      const { code, output } = await newestPromtool(['check', 'config', '--lint-fatal', FILE]);
      assert.equal(code, 0, output);
    },
  );
});

describe('the chart with its example of the official operator', () => {
  const rendered = async (): Promise<Manifest[]> =>
    helmTemplate(
      'locust-exporter',
      'monitoring',
      exampleValues('ci/official-operator-values.yaml'),
    );

  it('makes a ScrapeConfig that says the same', withHelm, async () => {
    const { spec } = one(await rendered(), 'ScrapeConfig') as unknown as {
      spec: {
        jobName: string;
        metricsPath: string;
        kubernetesSDConfigs: { role: string }[];
        relabelings: Record<string, unknown>[];
      };
    };
    const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const relabelings = spec.relabelings.map((rule) =>
      Object.fromEntries(Object.entries(rule).map(([name, value]) => [snake(name), value])),
    );
    assert.deepEqual(relabelings, job!.relabel_configs);
    assert.equal(spec.jobName, job!.job_name);
    assert.equal(spec.metricsPath, '/probe');
    const lowerRoles = JSON.stringify(spec.kubernetesSDConfigs).replaceAll('"Pod"', '"pod"');
    assert.deepEqual(JSON.parse(lowerRoles), job!.kubernetes_sd_configs);
  });

  it('makes the replicas that it asks', withHelm, async () => {
    const manifests = await rendered();
    const { metadata, spec } = one(manifests, 'StatefulSet') as Manifest & {
      spec: { replicas: number; serviceName: string };
    };
    const headless = manifests.find(
      ({ kind, metadata: { name } }) => kind === 'Service' && name === spec.serviceName,
    );
    const { ports, clusterIP } = headless!.spec as { ports: { port: number }[]; clusterIP: string };
    assert.equal(clusterIP, 'None');
    assert.deepEqual(
      Array.from({ length: spec.replicas }, (_, index) =>
        [`${metadata.name}-${index}`, spec.serviceName, `monitoring.svc:${ports[0]!.port}`].join(
          '.',
        ),
      ),
      ownJob!.static_configs![0]!.targets,
    );
  });
});
