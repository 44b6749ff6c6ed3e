import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { parseAllowList } from '../../src/config/probe-config/allow-list.ts';
import { readProbeConfig } from '../../src/config/probe-config/read.ts';
import { parseTarget } from '../../src/probe/parse-target.ts';
import { selfSigned } from '../helpers/certificates.ts';
import { promtool, whyPromtoolIsMissing } from '../helpers/promtool.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { parseManifests, podTemplate, podViolations, problemsOf } from './manifests.ts';
import { ROOT } from './prometheus-rules.ts';

const FILE = join(ROOT, 'deploy/prometheus/prometheus-many.yml');

interface Config {
  readonly scrape_configs: readonly {
    readonly job_name: string;
    readonly metrics_path?: string;
    readonly static_configs: { targets: string[] }[];
  }[];
}

const config = parse(readFileSync(FILE, 'utf8')) as Config;
const [job, exporters] = config.scrape_configs;

/** The labels that Prometheus gives to targets. */
async function discover(targets: string[]): Promise<Record<string, string>[]> {
  const folder = await temporaryFolder('many');
  try {
    const file = join(folder.path, 'prometheus.yml');
    const scrape = { ...job, static_configs: [{ targets }] };
    writeFileSync(file, stringify({ scrape_configs: [scrape] }));
    const { code, output } = await promtool([
      ...['check', 'service-discovery', '--timeout=200ms', file, job!.job_name],
    ]);
    assert.equal(code, 0, output);
    return (JSON.parse(output) as { labels: Record<string, string> }[]).map(({ labels }) => labels);
  } finally {
    await folder.remove();
  }
}

const PAGE = readFileSync(join(ROOT, 'docs/many-locusts.md'), 'utf8');

/** The only block of YAML on the page that has these words. */
function blockWith(words: string): string {
  const blocks = Array.from(PAGE.matchAll(/```yaml\n(.*?)```/gs), ([, text]) => text!);
  const found = blocks.filter((text) => text.includes(words));
  assert.equal(found.length, 1, words);
  return found[0]!;
}

describe('docs/many-locusts.md', () => {
  it('has modules that the exporter takes, with every key in a table', async () => {
    const folder = await temporaryFolder('modules');
    try {
      const { cert } = await selfSigned(folder.path, 'outside');
      copyFileSync(cert, join(folder.path, 'outside-ca.pem'));
      writeFileSync(join(folder.path, 'team-a-password'), 'x');
      writeFileSync(join(folder.path, 'outside-headers'), 'A: b');
      const file = join(folder.path, 'probe.yml');
      writeFileSync(file, blockWith('modules:').replaceAll('/secrets/', ''));
      assert.deepEqual([...readProbeConfig(file).modules.keys()], ['default', 'team-a', 'outside']);
      writeFileSync(file, 'modules: { a: { unknown: 1 } }');
      const [, keys] = /expected one of (.*)$/.exec(messageOf(() => readProbeConfig(file))) ?? [];
      const section = PAGE.split('## Modules')[1]!.split('\n## ')[0]!;
      const rows = Array.from(section.matchAll(/^\| (`[^|]*`) +\|/gm), ([, cell]) => cell!);
      const told = rows.flatMap((cell) => Array.from(cell.matchAll(/`(\w+)`/g), ([, key]) => key!));
      assert.deepEqual(told.toSorted(), keys?.split(', ').toSorted());
    } finally {
      await folder.remove();
    }
  });

  it('has rules that PROBE_TARGETS takes', () => {
    const section = PAGE.split('## Which Locusts may be read')[1]!.split('\n## ')[0]!;
    const rules = Array.from(section.matchAll(/^\| `([^`]*)`/gm), ([, rule]) => rule!);
    assert.ok(rules.length >= 6);
    for (const rule of rules) assert.doesNotThrow(() => parseAllowList(rule), rule);
  });

  it('has manifests of Kubernetes, whose pods have the names of the replicas', () => {
    const manifests = parseManifests(blockWith('kind: StatefulSet'));
    for (const manifest of manifests) assert.deepEqual(problemsOf(manifest), []);
    const [service, set] = manifests;
    assert.deepEqual(podViolations(podTemplate(set!)!.spec), []);
    const { replicas } = set!.spec as { replicas: number };
    const names = Array.from(
      { length: replicas },
      (_, index) => `${set!.metadata.name}-${index}.${service!.metadata.name}.monitoring.svc:9646`,
    );
    const listed = exporters!.static_configs.flatMap(({ targets }) => targets);
    assert.deepEqual(listed, names);
  });

  it('has steps of relabelling that are those of the file', () => {
    const steps = (text: string) => text.replaceAll(/^\s*#.*\n|^\s+/gm, '').trim();
    const shipped = steps(readFileSync(FILE, 'utf8'));
    assert.ok(shipped.includes(steps(blockWith('hashmod'))));
  });
});

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('prometheus-many.yml', needs(whyPromtoolIsMissing()), () => {
  it('is good in the eyes of promtool, with its rules', async () => {
    const result = await promtool(['check', 'config', '--lint=all', '--lint-fatal', FILE]);
    assert.equal(result.code, 0, result.output);
  });

  it('asks for targets that the exporter can read', () => {
    const targets = job!.static_configs.flatMap((one) => one.targets);
    assert.ok(targets.length > 1);
    for (const target of targets) assert.doesNotThrow(() => parseTarget(target), target);
  });

  it('asks one of the replicas for each Locust, always the same', async () => {
    const replicas = exporters!.static_configs.flatMap(({ targets }) => targets);
    const targets = Array.from({ length: 20 }, (_, index) => `test-${index}.load-tests.svc:8089`);
    const found = await discover(targets);
    assert.deepEqual(
      found.map((labels) => labels['__param_target']).toSorted(),
      targets.toSorted(),
    );
    for (const labels of found) {
      assert.equal(labels['instance'], labels['__param_target']);
      assert.equal(labels['__metrics_path__'], '/probe');
      assert.ok(replicas.includes(labels['__address__']!), labels['__address__']);
    }
    const used = new Set(found.map((labels) => labels['__address__']));
    assert.equal(used.size, replicas.length);
    assert.deepEqual(await discover(targets), found);
  });
});
