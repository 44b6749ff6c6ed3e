import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { parse } from 'yaml';

const ROOT = path.resolve(import.meta.dirname, '../..');

interface Job {
  readonly uses?: string;
  readonly container?: unknown;
  readonly needs?: string | readonly string[];
  readonly permissions?: Readonly<Record<string, string>>;
  readonly 'timeout-minutes'?: number;
  readonly steps?: readonly { readonly uses?: string; readonly run?: string }[];
}

interface Workflow {
  readonly permissions?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

const WORKFLOWS = globSync('.github/workflows/*', { cwd: ROOT }).map((file) => {
  const text = readFileSync(path.join(ROOT, file), 'utf8');
  return { file, text, workflow: parse(text) as Workflow };
});
const JOBS = WORKFLOWS.flatMap(({ file, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${file}: ${name}`, workflow, job })),
);

describe('the workflows', () => {
  it('are found', () => {
    const names = WORKFLOWS.map(({ file }) => path.basename(file)).sort();
    assert.deepEqual(names, ['ci.yml', 'codeql.yml', 'newest-locust.yml', 'release.yml']);
  });

  it('pin every action to a commit, and say of which version', () => {
    const lines = WORKFLOWS.flatMap(({ text }) => text.split('\n')).filter((line) =>
      /\buses:/.test(line),
    );
    const foreign = lines.filter((line) => !/uses: \.\/\S+$/.test(line));
    assert.ok(foreign.length > 5);
    const commits = new Map<string, string>();
    for (const line of foreign) {
      const [, action = '', commit = ''] =
        /uses: ([\w-]+\/[\w-]+)(?:\/[\w-]+)?@([0-9a-f]{40} # v\d+\.\d+\.\d+)$/.exec(line) ?? [];
      assert.notEqual(action, '', line);
      assert.equal(commit, commits.get(action) ?? commit, `two versions of ${action}`);
      commits.set(action, commit);
    }
  });

  it('have only the rights that a job requests', () => {
    for (const { file, workflow } of WORKFLOWS) {
      const rights = Object.entries(workflow.permissions ?? { all: 'write' });
      assert.deepEqual(
        rights.filter(([name, right]) => name !== 'contents' || right !== 'read'),
        [],
        file,
      );
    }
    const writers = JOBS.flatMap(({ name, job }) =>
      Object.entries(job.permissions ?? {})
        .filter(([, right]) => right === 'write')
        .map(([right]) => `${name} ${right}`),
    );
    assert.deepEqual(writers, [
      '.github/workflows/codeql.yml: analyze security-events',
      '.github/workflows/release.yml: publish packages',
      '.github/workflows/release.yml: publish id-token',
      '.github/workflows/release.yml: publish attestations',
      '.github/workflows/release.yml: announce contents',
    ]);
  });

  it('end in time, and put nothing into a script that others may choose', () => {
    for (const { name, job } of JOBS) {
      assert.ok(job.uses !== undefined || job['timeout-minutes'] !== undefined, name);
      for (const { run = '' } of job.steps ?? []) assert.doesNotMatch(run, /\$\{\{/, name);
    }
  });
});

describe('the test on the oldest Node.js', () => {
  it('runs on the one that the package requires', () => {
    const { engines } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const { container } = WORKFLOWS.find(({ file }) => file.endsWith('ci.yml'))!.workflow.jobs[
      'oldest-node'
    ]!;
    const oldest = engines.node.replace(/^>=(\d+\.\d+)\.0$/, '$1');
    assert.equal(container, `node:${oldest}-bookworm`);
  });

  it('and that against the newest Locust name scripts that there are', () => {
    const { scripts } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')) as {
      scripts: Readonly<Record<string, string>>;
    };
    const named = WORKFLOWS.flatMap(({ text }) =>
      [...text.matchAll(/npm run (\S+)/g)].map(([, name]) => name!),
    );
    assert.deepEqual(named.sort(), ['test:newest-locust', 'test:oldest-node']);
    for (const name of named) assert.ok(scripts[name] !== undefined, name);
  });
});

describe('the release', () => {
  const { jobs, env } = WORKFLOWS.find(({ file }) => file.endsWith('release.yml'))!.workflow;
  const before = (name: string): string[] =>
    [jobs[name]!.needs ?? []].flat().flatMap((one) => [one, ...before(one)]);

  it('publishes what was tested, tried and scanned, and nothing else', () => {
    assert.deepEqual([...new Set(before('publish'))].sort(), ['build', 'check', 'test', 'try']);
    const scans = jobs['try']!.steps!.filter(({ uses }) => uses?.startsWith('anchore/scan-action'));
    assert.equal(scans.length, 2);
    assert.equal(jobs['test']!.uses, './.github/workflows/ci.yml');
    const building = Object.entries(jobs).filter(([, { steps = [] }]) =>
      steps.some(({ uses }) => uses?.startsWith('docker/build-push-action')),
    );
    assert.deepEqual(
      building.map(([name]) => name),
      ['build'],
    );
  });

  it('publishes the image that the manifests name', () => {
    const source = /image\.source="https:\/\/github\.com\/(.+)"/.exec(
      readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8'),
    )![1]!;
    const image = env!['IMAGE']!.replace('${{ github.repository }}', source);
    const manifest = readFileSync(
      path.join(ROOT, 'deploy/kubernetes/component/kustomization.yaml'),
      'utf8',
    );
    assert.equal(/newName: (.+)/.exec(manifest)![1], image);
  });
});
