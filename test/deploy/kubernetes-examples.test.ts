import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { promisify } from 'node:util';
import { locustPath, LOCUST_VERSIONS, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { needs } from '../helpers/requirement.ts';
import { EXAMPLES, golden, IN_EXAMPLES, MANIFESTS, PODS, type Example } from './deployed.ts';
import {
  deployFiles,
  FOLDER,
  podViolations,
  readAll,
  readOne,
  selects,
  type Labels,
  type Manifest,
} from './manifests.ts';

const COMPONENT = 'app.kubernetes.io/component';
const INSTANCE = 'app.kubernetes.io/instance';
const MASTER_HOST = 'LOCUST_MASTER_NODE_HOST';
/** One namespace may have both of these, but only one way of each. */
const TOGETHER: readonly Example[] = ['web', 'job'];

describe('the pods of the examples', () => {
  it('may run in their namespace, whose level is restricted', () => {
    assert.equal(PODS.length, 2 * EXAMPLES.length);
    for (const { template } of PODS) assert.deepEqual(podViolations(template.spec), []);
    for (const example of EXAMPLES) {
      const namespace = readAll(golden(example)).find(({ kind }) => kind === 'Namespace')!;
      assert.equal(namespace.metadata.labels?.['pod-security.kubernetes.io/enforce'], 'restricted');
    }
  });

  it('have the labels that all selectors require', () => {
    const selectors = MANIFESTS.filter(
      ([where]) => where !== 'deliveryhero-locust.yaml' && !where.includes('operator'),
    ).flatMap(([where, manifest]) =>
      selectorsOf(manifest).map((labels) => [where, labels] as const),
    );
    assert.ok(selectors.length > 10);
    for (const [where, selector] of selectors) {
      const { [COMPONENT]: component = '', [INSTANCE]: instance } = selector;
      assert.ok(['master', 'worker'].includes(component), `${where}: ${component}`);
      for (const { template, manifest } of PODS) {
        const { labels } = template.metadata!;
        assert.deepEqual(labels, manifest.metadata.labels);
        assert.equal(
          selects(selector, labels),
          labels?.[COMPONENT] === component &&
            (instance === undefined || labels[INSTANCE] === instance),
          where,
        );
      }
    }
  });

  it('have a requirement of CPU that the limit of limit-range.yaml leaves room for', () => {
    const { limits } = (readOne('limit-range.yaml') as Manifest).spec as {
      limits: { type: string; default: Record<string, string> }[];
    };
    assert.deepEqual(limits, [{ type: 'Container', default: { cpu: '1' } }]);
    for (const { container } of IN_EXAMPLES) {
      const { requests, limits: own } = container.resources!;
      assert.match(requests.cpu!, /^\d{2,3}m$/);
      // One with a limit of its own needs none by default.
      assert.equal(own.cpu, undefined);
    }
  });

  const locusts = IN_EXAMPLES.filter(({ container }) => container.name === 'locust');
  const [tag, ...others] = new Set(locusts.map(({ container }) => container.image.split(':')[1]!));

  it('run a Locust that the exporter is tested with', () => {
    assert.deepEqual(others, []);
    assert.ok(LOCUST_VERSIONS.includes(tag!), tag);
  });

  it('give Locust flags that it knows', needs(whyLocustIsMissing(tag!)), async () => {
    const locustfile = path.join(FOLDER, 'example/parts/common/locustfile.py');
    const lines = new Set(locusts.map(({ container }) => container.args!.join('\n')));
    assert.equal(lines.size, 5);
    for (const line of lines) {
      const args = line.replace('/mnt/locust/locustfile.py', locustfile).split('\n');
      const { stdout } = await promisify(execFile)(locustPath(tag!), [...args, '--list'], {
        timeout: 60_000,
        env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' },
      });
      assert.match(stdout, /Visitor/);
    }
  });

  it('tell Locust by a variable where the master is', needs(whyLocustIsMissing(tag!)), async () => {
    const python = path.join(path.dirname(locustPath(tag!)), 'python');
    const code =
      'from locust.argument_parser import parse_options; print(parse_options(["--worker"]).master_host)';
    const { stdout } = await promisify(execFile)(python, ['-c', code], {
      timeout: 60_000,
      env: { ...process.env, [MASTER_HOST]: 'a-master' },
    });
    assert.match(stdout, /^a-master$/m);
  });
});

describe('two examples in one namespace', () => {
  const all = TOGETHER.flatMap((example) =>
    readAll(golden(example)).filter(({ kind }) => kind !== 'Namespace'),
  );
  const pods = PODS.filter(({ example }) => TOGETHER.includes(example));

  it('have no name in common', () => {
    const names = all.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    assert.deepEqual(names, [...new Set(names)]);
  });

  it('have Services that each select one master, and nothing else', () => {
    const services = all.filter(({ kind }) => kind === 'Service');
    assert.equal(services.length, TOGETHER.length);
    const masters = services.map(({ spec }) => {
      const { selector } = spec as { selector: Labels };
      const selected = pods.filter(({ template }) => selects(selector, template.metadata!.labels));
      assert.equal(selected.length, 1);
      assert.equal(selected[0]!.manifest.metadata.labels?.[COMPONENT], 'master');
      return selected[0]!.example;
    });
    assert.deepEqual(masters, TOGETHER);
  });

  it('have controllers that own no pods of each other', () => {
    for (const { manifest } of pods) {
      const { selector } = manifest.spec as { selector?: { matchLabels: Labels } };
      // Kubernetes makes the selector of a Job, by its uid.
      if (selector === undefined) continue;
      const selected = pods.filter(({ template }) =>
        selects(selector.matchLabels, template.metadata!.labels),
      );
      assert.deepEqual(
        selected.map((pod) => pod.manifest),
        [manifest],
      );
    }
  });
});

for (const example of EXAMPLES) {
  it(`the workers of ${example} look for the master where its Service is`, () => {
    const service = readAll(golden(example)).find(({ kind }) => kind === 'Service')!;
    const hosts = IN_EXAMPLES.filter(
      (one) => one.example === example && one.container.args?.includes('--worker'),
    ).map(({ container }) => container.env);
    assert.deepEqual(hosts, [[{ name: MASTER_HOST, value: service.metadata.name }]]);
  });
}

describe('a further run of the job example', () => {
  const text = readFileSync(path.join(FOLDER, 'example/job/kustomization.yaml'), 'utf8');

  it('deletes all that cannot be changed, and nothing of another example', () => {
    const [, kinds, label, value] =
      /kubectl -n load-test delete ([\w,]+) -l ([\w./]+)=(\w+) --cascade=foreground\n/.exec(text)!;
    const deleted = (manifest: Manifest) =>
      kinds!.split(',').includes(manifest.kind.toLowerCase()) &&
      manifest.metadata.labels?.[label!] === value;
    for (const example of EXAMPLES) {
      const names = readAll(golden(example)).filter(deleted);
      assert.deepEqual(
        names.map(({ kind }) => kind),
        example === 'web' ? [] : ['ConfigMap', 'Job', 'Job'],
        example,
      );
    }
  });

  it('is waited for under its name', () => {
    const [, name] = /job\/([\w-]+)\n/.exec(text)!;
    const jobs = readAll(golden('job')).filter(({ kind }) => kind === 'Job');
    assert.ok(jobs.some(({ metadata }) => metadata.name === name));
  });

  it('is never forced', () => {
    const files = deployFiles('../../{README.md,docs/*.md,deploy/**/*.{md,yaml,yml}}');
    assert.ok(files.length > 20);
    for (const file of files) {
      assert.doesNotMatch(readFileSync(path.join(FOLDER, file), 'utf8'), /replace --force/, file);
    }
  });
});

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
