import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

import { loadConfig } from '../../src/config/load-config.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { helm } from '../helpers/helm.ts';
import {
  CHART,
  environmentOf,
  EXAMPLES,
  exampleValues,
  exporterOf,
  kindsOf,
  MANY,
  NAME,
  ONE,
  render,
  run,
  withHelm,
  type Values,
} from './chart.ts';
import { OF_LOCUST_CHART } from './deployed.ts';
import { podTemplate, podViolations, problemsOf, type PodSpec } from './manifests.ts';
import { ROOT } from './prometheus-rules.ts';

describe('the chart', () => {
  it('passes helm lint', withHelm, async () => {
    for (const values of [{}, ONE, MANY, ...EXAMPLES.map(exampleValues)]) {
      const { code, stdout } = await helm(['lint', CHART, '--strict'], values);
      assert.equal(code, 0, stdout);
    }
  });

  it('has the version of the program', () => {
    const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      version: string;
    };
    const chart = parse(readFileSync(path.join(CHART, 'Chart.yaml'), 'utf8')) as Values;
    assert.deepEqual([chart['version'], chart['appVersion']], [version, version]);
  });

  it('needs a Locust, and says so', withHelm, async () => {
    const { code, stderr } = await run({});
    assert.notEqual(code, 0);
    assert.match(stderr, /set locust\.url to the Locust that is to be read, or probe\.targets/);
  });

  it('needs nothing that a cluster may be without', withHelm, async () => {
    assert.deepEqual(kindsOf(await render(ONE)), [
      'Deployment',
      'Pod',
      'Service',
      'ServiceAccount',
    ]);
    assert.deepEqual(kindsOf(await render(MANY)), [
      ...['Pod', 'Service', 'Service', 'ServiceAccount', 'StatefulSet'],
    ]);
  });

  for (const example of ['', ...EXAMPLES]) {
    it(`makes what Kubernetes takes of ${example || 'one Locust'}`, withHelm, async () => {
      const manifests = await render(example === '' ? ONE : exampleValues(example));
      for (const manifest of manifests) {
        const where = `${manifest.kind} ${manifest.metadata.name}`;
        assert.deepEqual(problemsOf(manifest), [], where);
        const pod =
          podTemplate(manifest)?.spec ??
          (manifest.kind === 'Pod' ? (manifest.spec as PodSpec) : undefined);
        if (pod !== undefined) assert.deepEqual(podViolations(pod), [], where);
      }
      const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      assert.deepEqual(names, [...new Set(names)]);
    });
  }

  it('makes the same exporter as elsewhere', withHelm, async () => {
    const { container, template } = exporterOf(await render(ONE));
    const { image, resources, livenessProbe, readinessProbe, ports, securityContext } =
      OF_LOCUST_CHART;
    assert.deepEqual(
      { ...container, securityContext: undefined },
      {
        ...{ name: 'locust-exporter', image, resources, livenessProbe, readinessProbe, ports },
        imagePullPolicy: 'IfNotPresent',
        env: [{ name: 'LOCUST_URL', value: ONE.locust.url }],
        securityContext: undefined,
      },
    );
    const { fsGroup, ...ofPod } = template.spec.securityContext as Values;
    assert.equal(fsGroup, 65_534);
    assert.deepEqual({ ...ofPod, ...container.securityContext }, securityContext);
  });

  it('names the image by its digest, or by a tag', withHelm, async () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    const imageOf = async (image: object) =>
      exporterOf(await render({ ...ONE, image })).container.image;
    assert.equal(await imageOf({ repository: 'r/e', digest, tag: '1' }), `r/e@${digest}`);
    assert.equal(await imageOf({ repository: 'r/e', tag: '1' }), 'r/e:1');
  });

  it('gives the exporter settings that are right', withHelm, async () => {
    const { settings, warnings } = await loadConfig(
      environmentOf(
        await render({ ...ONE, env: { SCRAPE_MODE: 'loop', LINGER: '20s', MAX_ENDPOINTS: 5 } }),
      ),
      {},
    );
    assert.deepEqual(warnings, []);
    assert.deepEqual(
      [settings.SCRAPE_MODE, settings.LINGER, settings.MAX_ENDPOINTS],
      ['loop', 20_000, 5],
    );
    const many = environmentOf(await render(exampleValues('ci/many-values.yaml')));
    assert.deepEqual(many, {
      PROBE_TARGETS: '*.load-tests.svc:8089,locust.example.com:443',
      PROBE_MAX_TARGETS: '100',
      PROBE_CONFIG_FILE: '/etc/locust-exporter/config/probe.yml',
    });
  });

  it('gives it secrets as files alone', withHelm, async () => {
    const manifests = await render(exampleValues('ci/one-values.yaml'));
    const { LOCUST_PASSWORD_FILE, ...rest } = environmentOf(manifests);
    const { container, template } = exporterOf(manifests);
    const [mount] = container.volumeMounts!;
    assert.equal(LOCUST_PASSWORD_FILE, `${mount!.mountPath}/scraper`);
    assert.equal(mount!.readOnly, true);
    assert.ok(Object.keys(rest).every((name) => name in SETTINGS && !name.includes('PASSWORD')));
    assert.deepEqual(template.spec.volumes, [
      { name: 'secret', secret: { secretName: 'locust-passwords', defaultMode: 0o440 } },
    ]);
  });

  it('writes the modules into a file, which finds the secrets', withHelm, async () => {
    const values = exampleValues('ci/many-values.yaml') as { probe: { modules: object } };
    const manifests = await render(values);
    const config = manifests.find(
      ({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === NAME,
    )!;
    const { data } = config as unknown as { data: Record<string, string> };
    const { modules } = parse(data['probe.yml']!) as {
      modules: Record<string, { password_file: string }>;
    };
    assert.deepEqual(modules, values.probe.modules);
    const mounts = Object.fromEntries(
      exporterOf(manifests).container.volumeMounts!.map(({ name, mountPath }) => [name, mountPath]),
    );
    const file = path.join(mounts['config']!, 'probe.yml');
    assert.equal(environmentOf(manifests)['PROBE_CONFIG_FILE'], file);
    const secret = path.resolve(path.dirname(file), modules['shop']!.password_file);
    assert.equal(path.dirname(secret), mounts['secret']);
  });
});
