import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig } from '../../src/config/load-config.ts';
import { HEALTH_PATHS, SETTINGS } from '../../src/config/settings.ts';
import { whyKustomizeIsMissing } from '../helpers/kustomize.ts';
import { needs } from '../helpers/requirement.ts';
import {
  buildExample,
  EXAMPLES,
  EXPORTERS,
  golden,
  IN_EXAMPLES,
  locustValues,
  MANIFESTS,
  NAME,
  OF_EXPORTER_CHART,
  OF_LOCUST_CHART,
} from './deployed.ts';
import {
  containerViolations,
  deployFiles,
  endpointsOf,
  GOLDEN,
  problemsOf,
  problemsOfContainer,
  type Container,
} from './manifests.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');

const { version } = JSON.parse(read('package.json')) as { version: string };
const IMAGE = `ghcr.io/locust-exporter/locust-exporter:${version}`;
const PORT = Number(/:(\d+)$/.exec(SETTINGS.LISTEN_ADDRESS.default)![1]);
const USER = Number(/^USER (\d+):\1$/m.exec(read('Dockerfile'))![1]);
const MEMORY = `${/Allow (\d+) MiB of memory/.exec(read('docs/deploy.md'))![1]}Mi`;

describe('the examples', () => {
  for (const example of EXAMPLES) {
    const name = `${example} is what kustomize builds (UPDATE_GOLDEN=1 writes it)`;
    it(name, needs(whyKustomizeIsMissing()), async () => {
      assert.equal(await buildExample(example), readFileSync(golden(example), 'utf8'));
    });
  }

  it('are all there is', () => {
    assert.deepEqual(deployFiles('example/*/kustomization.yaml').length, EXAMPLES.length);
    assert.equal(readdirSync(GOLDEN).length, EXAMPLES.length);
  });
});

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
        if (container === OF_EXPORTER_CHART) return;
        assert.equal(settings.SCRAPE_MODE, 'loop');
        assert.ok(settings.LINGER >= 15_000);
      });

      it('has health checks on the port that it serves', () => {
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
    const there = IN_EXAMPLES.filter(({ container }) => container.name === NAME);
    assert.deepEqual(
      there.map(({ manifest }) => `${manifest.kind} ${manifest.metadata.name}`),
      ['Deployment web-locust-master', ...EXAMPLES.slice(1).map(() => 'Job job-locust-master')],
    );
  });

  it('is a native sidecar, except for old clusters', async () => {
    for (const { example, pod, container } of IN_EXAMPLES) {
      if (container.name !== NAME) continue;
      const isPlain = example === 'job-plain-sidecar';
      assert.equal(pod.initContainers?.includes(container) ?? false, !isPlain, example);
      assert.equal(container.restartPolicy, isPlain ? undefined : 'Always');
      // A native sidecar that ends by itself is only started again.
      const { EXIT_AFTER_LOCUST_GONE } = (await loadConfig(environment(container), {})).settings;
      assert.equal(EXIT_AFTER_LOCUST_GONE, isPlain ? 30_000 : null);
    }
    assert.equal(OF_LOCUST_CHART.restartPolicy, 'Always');
  });

  it('lingers for more than a scrape and less than Kubernetes waits', async () => {
    const intervals = MANIFESTS.flatMap(([, manifest]) => endpointsOf(manifest)).map(
      ({ interval }) => SETTINGS.POLL_INTERVAL.parse(interval),
    );
    assert.equal(intervals.length, 3, 'a monitor too many or too few');
    for (const [where, container] of EXPORTERS) {
      if (container === OF_EXPORTER_CHART) continue;
      const { LINGER } = (await loadConfig(environment(container), {})).settings;
      assert.ok(LINGER >= 2 * Math.max(...intervals), where);
      assert.ok(LINGER < 30_000, where);
    }
    for (const { pod } of IN_EXAMPLES) assert.equal(pod.terminationGracePeriodSeconds, undefined);
    assert.equal(locustValues.master.terminationGracePeriodSeconds, 30);
  });

  it('has a port with a name of its own', () => {
    for (const [where, { ports }] of EXPORTERS) {
      const [name] = (ports ?? []).map((port) => port.name);
      // The chart for it has a pod of its own.
      assert.equal(name, where.includes('exporter.yaml') ? 'prometheus' : 'locust-metrics', where);
    }
  });

  it('has the name that the documents give it', () => {
    for (const file of ['docs/migrate.md', 'docs/deploy.md', 'README.md']) {
      const names = read(file).match(/ghcr\.io\/[\w./-]+:[\w.]+/g) ?? [];
      assert.deepEqual([...new Set(names)], [IMAGE], file);
    }
  });
});

function environment({ env = [] }: Container): Record<string, string> {
  return Object.fromEntries(env.map(({ name, value }) => [name, value]));
}
