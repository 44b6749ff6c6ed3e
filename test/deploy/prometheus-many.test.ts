import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { parseTarget } from '../../src/probe/parse-target.ts';
import { promtool, whyPromtoolIsMissing } from '../helpers/promtool.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
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
