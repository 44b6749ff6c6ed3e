import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { loadConfig } from '../../src/config/load-config.ts';
import { HEALTH_PATHS } from '../../src/config/paths.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { kustomizeBuild, whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import { locustPath, LOCUST_VERSIONS, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { needs } from '../helpers/requirement.ts';
import {
  containersOf,
  containerViolations,
  deployFiles,
  FOLDER,
  GOLDEN,
  podTemplate,
  podViolations,
  problemsOf,
  problemsOfContainer,
  readAll,
  readOne,
  selects,
  type Container,
  type Labels,
  type Manifest,
  type Probe,
  type Resources,
  type Security,
} from './manifests.ts';

// UPDATE_GOLDEN=1 writes the files instead of comparing with them.
const UPDATE = process.env['UPDATE_GOLDEN'] === '1';
const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const { version } = JSON.parse(read('package.json')) as { version: string };
const IMAGE = `ghcr.io/locust-exporter/locust-exporter:${version}`;
const PORT = Number(/:(\d+)$/.exec(SETTINGS.LISTEN_ADDRESS.default)![1]);
const USER = Number(/^USER (\d+):\1$/m.exec(read('Dockerfile'))![1]);
const MEMORY = `${/Allow (\d+) MiB of memory/.exec(read('README.md'))![1]}Mi`;
const NAME = 'locust-exporter';
const COMPONENT = 'app.kubernetes.io/component';

const EXAMPLES = ['web', 'job', 'job-plain-sidecar'] as const;
const golden = (example: string) => path.join(GOLDEN, `${example}.yaml`);

const build = (example: string) => kustomizeBuild(path.join(FOLDER, 'example', example));

if (UPDATE) {
  mkdirSync(GOLDEN, { recursive: true });
  for (const example of EXAMPLES) writeFileSync(golden(example), await build(example));
}

describe('the examples', () => {
  for (const example of EXAMPLES) {
    const name = `${example} is what kustomize builds (UPDATE_GOLDEN=1 writes it)`;
    it(name, needs(whyKustomizeIsMissing()), async () => {
      assert.equal(await build(example), readFileSync(golden(example), 'utf8'));
    });
  }

  it('are all there is', () => {
    assert.deepEqual(deployFiles('example/*/kustomization.yaml').length, EXAMPLES.length);
    assert.equal(readdirSync(GOLDEN).length, EXAMPLES.length);
  });
});

interface LocustValues {
  readonly master: {
    readonly terminationGracePeriodSeconds: number;
    readonly initContainers: readonly Container[];
  };
  readonly extraObjects: readonly Manifest[];
}

interface ExporterValues {
  readonly image: { readonly repository: string; readonly tag: string };
  readonly config: Readonly<Record<string, string>>;
  readonly podSecurityContext: Security;
  readonly securityContext: Security;
  readonly resources: Resources;
  readonly podLivenessProbe: Probe;
  readonly podReadinessProbe: Probe;
}

interface OperatorValues {
  readonly locustPods: {
    readonly metricsExporter: { image: string; port: number; resources: Resources };
  };
}

const locustValues = readOne('values/deliveryhero-locust.yaml') as LocustValues;
const exporterValues = readOne(
  'values/deliveryhero-prometheus-locust-exporter.yaml',
) as ExporterValues;
const operatorValues = readOne('values/locust-k8s-operator.yaml') as OperatorValues;

const PATCHES = deployFiles('*/sidecar.yaml');
const STANDALONE = deployFiles('*.yaml');

/** Every manifest that is complete, by where it is. */
const MANIFESTS: readonly (readonly [string, Manifest])[] = [
  ...[...STANDALONE, ...deployFiles('example/**/!(kustomization).yaml'), ...EXAMPLES.map(golden)]
    .flatMap((file) => readAll(file).map((manifest) => [file, manifest] as const))
    .map(([file, manifest]) => [path.basename(file), manifest] as const),
  ...locustValues.extraObjects.map((manifest) => ['deliveryhero-locust.yaml', manifest] as const),
];

/** The exporter as the chart for it makes it from the values. */
const ofExporterChart: Container = {
  name: NAME,
  image: `${exporterValues.image.repository}:${exporterValues.image.tag}`,
  ports: [{ name: 'prometheus', containerPort: PORT }],
  livenessProbe: exporterValues.podLivenessProbe,
  readinessProbe: exporterValues.podReadinessProbe,
  resources: exporterValues.resources,
  securityContext: { ...exporterValues.podSecurityContext, ...exporterValues.securityContext },
};

const inExamples = EXAMPLES.flatMap((example) =>
  readAll(golden(example)).flatMap((manifest) => {
    const pod = podTemplate(manifest)?.spec;
    return pod === undefined
      ? []
      : containersOf(pod).map((container) => ({ example, manifest, pod, container }));
  }),
);

/** Every container of the exporter, by where it is. */
const EXPORTERS: readonly (readonly [string, Container])[] = [
  ...PATCHES.flatMap((file) =>
    containersOf(podTemplate(readOne(file) as Manifest)!.spec).map(
      (container) => [file, { ...container, image: imageOf(file) }] as const,
    ),
  ),
  ...inExamples.flatMap(({ example, container }) =>
    container.name === NAME ? [[`example/${example}`, container] as const] : [],
  ),
  ...locustValues.master.initContainers.map(
    (container) => ['values/deliveryhero-locust.yaml', container] as const,
  ),
  ['values/deliveryhero-prometheus-locust-exporter.yaml', ofExporterChart],
];

/** What the kustomization beside a patch makes of the image in it. */
function imageOf(file: string): string {
  const { images } = readOne(path.join(path.dirname(file), 'kustomization.yaml')) as {
    images: readonly { name: string; newName: string; newTag: string }[];
  };
  assert.deepEqual(
    images.map(({ name }) => name),
    [NAME],
  );
  return `${images[0]!.newName}:${images[0]!.newTag}`;
}

describe('every manifest', () => {
  for (const [where, manifest] of MANIFESTS) {
    it(`${manifest.kind} ${manifest.metadata.name} in ${where} is one of Kubernetes`, () => {
      assert.deepEqual(problemsOf(manifest), []);
    });
  }

  it('that is wrong is found out', () => {
    const [, job] = MANIFESTS.find(([, { kind }]) => kind === 'Job')!;
    const [, exporter] = EXPORTERS[0]!;
    assert.deepEqual(problemsOfContainer(exporter), []);
    const mistakes: readonly object[] = [
      { restartPolicy: 'Sometimes' },
      { securityContext: { readOnlyRootFilesytem: true } },
      { securityContext: { runAsUser: '65534' } },
      { resources: { limits: { memory: '192 MiB' } } },
      { ports: [{ name: 'metrics_of_locust', containerPort: PORT }] },
    ];
    for (const mistake of mistakes) {
      const problems = problemsOfContainer({ ...exporter, ...mistake });
      assert.notDeepEqual(problems, [], JSON.stringify(mistake));
    }
    assert.notDeepEqual(problemsOf({ ...job, spec: { backOffLimit: 0 } }), []);
    assert.notDeepEqual(problemsOf({ ...job, kind: 'Jobs' }), []);
  });
});

describe('the exporter', () => {
  for (const [where, container] of EXPORTERS) {
    describe(`in ${where}`, () => {
      it('is a container of Kubernetes', () => {
        assert.deepEqual(problemsOfContainer(container), []);
      });

      it('is the image that the documents name', () => {
        assert.equal(container.image, IMAGE);
      });

      it('serves where the program does', () => {
        assert.deepEqual(
          container.ports?.map(({ containerPort }) => containerPort),
          [PORT],
        );
      });

      it('has settings that are right', async () => {
        const { settings, warnings } = await loadConfig(environment(container), {});
        assert.deepEqual(warnings, []);
        assert.deepEqual(
          (container.env ?? []).filter(({ name }) => !(name in SETTINGS)),
          [],
        );
        if (container === ofExporterChart) return;
        assert.equal(settings.SCRAPE_MODE, 'loop');
        assert.ok(settings.LINGER >= 15_000);
      });

      it('is asked for its health where it answers', () => {
        const { startupProbe, livenessProbe, readinessProbe } = container;
        assert.ok(livenessProbe !== undefined && readinessProbe !== undefined);
        for (const { httpGet } of [startupProbe, livenessProbe, readinessProbe].flatMap(
          (probe) => probe ?? [],
        )) {
          assert.ok(HEALTH_PATHS.includes(httpGet.path), httpGet.path);
          assert.ok([PORT, container.ports?.[0]?.name].includes(httpGet.port));
        }
      });

      it('may run at the level restricted, and writes nothing', () => {
        assert.deepEqual(containerViolations(container), []);
        const { runAsUser, runAsGroup, readOnlyRootFilesystem } = container.securityContext!;
        assert.deepEqual([runAsUser, runAsGroup], [USER, USER]);
        assert.equal(readOnlyRootFilesystem, true);
      });

      it('has the memory that it needs', () => {
        assert.deepEqual(container.resources, {
          requests: { cpu: '50m', memory: '128Mi' },
          limits: { memory: MEMORY },
        });
      });
    });
  }

  it('is there once for each master and never else', () => {
    const there = inExamples.filter(({ container }) => container.name === NAME);
    assert.deepEqual(
      there.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
      ['Deployment locust-master', 'Job locust-master', 'Job locust-master'],
    );
  });

  it('is a native sidecar, except for old clusters', async () => {
    for (const { example, pod, container } of inExamples) {
      if (container.name !== NAME) continue;
      const isPlain = example === 'job-plain-sidecar';
      assert.equal(pod.initContainers?.includes(container) ?? false, !isPlain, example);
      assert.equal(container.restartPolicy, isPlain ? undefined : 'Always');
      // A native sidecar that ends by itself is only started again.
      const { EXIT_AFTER_LOCUST_GONE } = (await loadConfig(environment(container), {})).settings;
      assert.equal(EXIT_AFTER_LOCUST_GONE, isPlain ? 30_000 : null);
    }
    assert.equal(locustValues.master.initContainers[0]!.restartPolicy, 'Always');
  });

  it('lingers for more than a scrape and less than Kubernetes waits', async () => {
    const intervals = MANIFESTS.flatMap(([, manifest]) => endpointsOf(manifest)).map(
      ({ interval }) => SETTINGS.POLL_INTERVAL.parse(interval),
    );
    assert.equal(intervals.length, 3);
    for (const [where, container] of EXPORTERS) {
      if (container === ofExporterChart) continue;
      const { LINGER } = (await loadConfig(environment(container), {})).settings;
      assert.ok(LINGER >= 2 * Math.max(...intervals), where);
      assert.ok(LINGER < 30_000, where);
    }
    for (const { pod } of inExamples) assert.equal(pod.terminationGracePeriodSeconds, undefined);
    assert.equal(locustValues.master.terminationGracePeriodSeconds, 30);
  });

  it('takes the flags that the chart for it gives', async () => {
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

  it('is what the operator makes it from', () => {
    const { image, port, resources } = operatorValues.locustPods.metricsExporter;
    assert.deepEqual([image, port], [IMAGE, PORT]);
    assert.deepEqual(resources, { requests: { memory: '128Mi' }, limits: { memory: MEMORY } });
  });

  it('has the name that the documents give it', () => {
    for (const file of ['docs/migrate.md', 'README.md']) {
      const names = read(file).match(/ghcr\.io\/[\w./-]+:[\w.]+/g) ?? [];
      assert.deepEqual([...new Set(names)], [IMAGE], file);
    }
  });
});

function environment({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}

describe('the pods of the examples', () => {
  const pods = EXAMPLES.flatMap((example) =>
    readAll(golden(example)).flatMap((manifest) => {
      const template = podTemplate(manifest);
      return template === undefined ? [] : [{ example, manifest, template }];
    }),
  );

  it('may run in their namespace, whose level is restricted', () => {
    assert.equal(pods.length, 2 * EXAMPLES.length);
    for (const { template } of pods) assert.deepEqual(podViolations(template.spec), []);
    for (const example of EXAMPLES) {
      const namespace = readAll(golden(example)).find(({ kind }) => kind === 'Namespace')!;
      assert.equal(namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
    }
  });

  it('have the labels that all selectors ask for', () => {
    const selectors = MANIFESTS.filter(([where]) => where !== 'deliveryhero-locust.yaml').flatMap(
      ([where, manifest]) => selectorsOf(manifest).map((labels) => [where, labels] as const),
    );
    assert.ok(selectors.length > 10);
    for (const [where, selector] of selectors) {
      const component = selector[COMPONENT] ?? '';
      assert.ok(['master', 'worker'].includes(component), `${where}: ${component}`);
      for (const { template, manifest } of pods) {
        const { labels } = template.metadata!;
        assert.deepEqual(labels, manifest.metadata.labels);
        assert.equal(selects(selector, labels), labels?.[COMPONENT] === component, where);
      }
    }
  });

  it('are scraped by both monitors', () => {
    const monitors = MANIFESTS.filter(([, manifest]) => endpointsOf(manifest).length > 0);
    assert.deepEqual(
      monitors.map(([, { kind }]) => kind),
      ['PodMonitor', 'ServiceMonitor', 'ServiceMonitor'],
    );
    for (const [where, manifest] of monitors) {
      const services = MANIFESTS.filter(
        ([file, { kind }]) =>
          kind === 'Service' &&
          (file === 'deliveryhero-locust.yaml') === (where === 'deliveryhero-locust.yaml'),
      ).map(([, service]) => service);
      const { matchLabels } = (manifest.spec as { selector: { matchLabels: Labels } }).selector;
      for (const { port, path: metricsPath } of endpointsOf(manifest)) {
        assert.equal(metricsPath, SETTINGS.METRICS_PATH.default);
        if (manifest.kind === 'PodMonitor') {
          const ports = EXPORTERS.filter(([file]) => file.startsWith('example/')).map(
            ([, container]) => container.ports?.[0]?.name,
          );
          assert.deepEqual([...new Set(ports)], [port]);
        } else {
          assert.ok(services.length > 0);
          for (const { metadata, spec } of services) {
            assert.ok(selects(matchLabels, metadata.labels));
            const { ports } = spec as { ports: { name: string; targetPort: number }[] };
            assert.equal(ports.find(({ name }) => name === port)?.targetPort, PORT);
          }
        }
      }
    }
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

  const locusts = inExamples.filter(({ container }) => container.name === 'locust');
  const [tag, ...others] = new Set(locusts.map(({ container }) => container.image.split(':')[1]!));

  it('run a Locust that the exporter is tested with', () => {
    assert.deepEqual(others, []);
    assert.ok(LOCUST_VERSIONS.includes(tag!), tag);
  });

  it('give Locust flags that it knows', needs(whyLocustIsMissing(tag!)), async () => {
    const locustfile = path.join(FOLDER, 'example/parts/common/locustfile.py');
    const lines = new Set(locusts.map(({ container }) => container.args!.join('\n')));
    assert.equal(lines.size, 4);
    for (const line of lines) {
      const args = line.replace('/mnt/locust/locustfile.py', locustfile).split('\n');
      const { stdout } = await promisify(execFile)(locustPath(tag!), [...args, '--list'], {
        timeout: 60_000,
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      });
      assert.match(stdout, /Visitor/);
    }
  });
});

interface Endpoint {
  readonly port: string;
  readonly path: string;
  readonly interval: string;
}

/** Of a PodMonitor or a ServiceMonitor. */
function endpointsOf({ kind, spec }: Manifest): readonly Endpoint[] {
  const { podMetricsEndpoints, endpoints } = (spec ?? {}) as Record<string, readonly Endpoint[]>;
  if (kind === 'PodMonitor') return podMetricsEndpoints!;
  return kind === 'ServiceMonitor' ? endpoints! : [];
}

/** The labels by which a manifest finds pods, or Services that have the labels of their pods. */
function selectorsOf({ kind, spec }: Manifest): Labels[] {
  const { selector, podSelector } = (spec ?? {}) as {
    selector?: Labels | { matchLabels: Labels };
    podSelector?: { matchLabels: Labels };
  };
  if (podSelector !== undefined) return [podSelector.matchLabels];
  if (selector === undefined) return [];
  return [
    kind === 'Service' ? (selector as Labels) : (selector as { matchLabels: Labels }).matchLabels,
  ];
}
