import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { parse, stringify } from 'yaml';
import { knownMetrics } from '../helpers/known-metrics.ts';
import {
  newestPromtool,
  promtool,
  whyNewestPromtoolIsMissing,
  whyPromtoolIsMissing,
} from '../helpers/promtool.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { relabelTarget, type ScrapeConfig } from './discovery.ts';
import { PROMETHEUS_RULE_FILE, prometheusRule } from './prometheus-rule-object.ts';
import { isAlert, ROOT, RULE_FILES, ruleGroups, type AlertRule } from './prometheus-rules.ts';

const FOLDER = join(ROOT, 'deploy/prometheus');
const RUNBOOK_URL = 'https://github.com/locust-exporter/locust-exporter/blob/main/docs/runbook.md';
const TEST_FILES = globSync(join(FOLDER, 'tests/*.test.yml'));

const rules = ruleGroups().flatMap((group) => group.rules);
const alerts = rules.filter(isAlert);
const records = rules.flatMap((rule) => (isAlert(rule) ? [] : [rule.record]));
const runbook = readFileSync(join(ROOT, 'docs/runbook.md'), 'utf8');

const knownNames: ReadonlySet<string> = new Set([...(await knownMetrics()).keys(), ...records]);

/** The names of the metrics in an expression: what is left without all the rest of PromQL. */
function metricNames(expr: string): string[] {
  const bare = expr
    .replace(/"[^"]*"/g, '')
    .replace(/#.*/g, '')
    .replace(/\{[^}]*\}|\[[^\]]*\]/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  return Array.from(bare.matchAll(/[a-z_:][\w:]*(?!\s*\(|[\w:])/gi), ([name]) => name).filter(
    (name) => !['and', 'or', 'unless', 'bool', 'offset', 'sum', 'max'].includes(name),
  );
}

async function assertPasses(...args: string[]): Promise<void> {
  const { code, output } = await promtool(args);
  assert.equal(code, 0, output);
}

describe('rules', () => {
  it('are good in the eyes of promtool', needs(whyPromtoolIsMissing()), () =>
    assertPasses('check', 'rules', '--lint=all', '--lint-fatal', ...RULE_FILES),
  );

  for (const file of TEST_FILES) {
    const name = file.slice(FOLDER.length + 1);
    it(`do what ${name} says`, needs(whyPromtoolIsMissing()), () =>
      assertPasses('test', 'rules', file),
    );
  }

  it('use only metrics that there are', () => {
    for (const { expr } of rules) {
      const names = metricNames(expr);
      assert.ok(names.length > 0, expr);
      for (const name of names) assert.ok(knownNames.has(name), `${name} in ${expr}`);
    }
  });

  it('are named level:metric:operation, each once', () => {
    for (const name of records)
      assert.match(name, /^instance(_method_name)?:locust_\w+:[a-z0-9_]+$/);
    const names = [...records, ...alerts.map(({ alert }) => alert)];
    assert.deepEqual(names, [...new Set(names)]);
  });

  it('all have a test of their values', () => {
    const tests = TEST_FILES.map((file) => readFileSync(file, 'utf8')).join('\n');
    for (const name of records) assert.match(tests, new RegExp(`expr:.*\\b${name}\\b`));
  });

  it('are the same in the PrometheusRule (npm run deploy:rules writes it)', () => {
    assert.equal(readFileSync(PROMETHEUS_RULE_FILE, 'utf8'), prometheusRule());
  });
});

interface RuleTests {
  tests: { alert_rule_test?: { alertname: string; exp_alerts?: unknown[] | null }[] }[];
}

describe('each alert', () => {
  const cases = TEST_FILES.flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as RuleTests).tests.flatMap(
      ({ alert_rule_test = [] }) => alert_rule_test,
    ),
  );
  for (const { alert, for: pending, labels, annotations } of alerts) {
    it(`${alert} is complete, and has a case where it fires and one where not`, () => {
      assert.match(alert, /^Locust[A-Z]\w+$/);
      assert.match(pending, /^\d+[sm]$/);
      assert.deepEqual(Object.keys(labels), ['severity']);
      assert.match(labels['severity']!, /^(critical|warning|info)$/);
      assert.deepEqual(Object.keys(annotations), ['summary', 'description', 'runbook_url']);
      // The runbook has it, and what groups alerts compares it.
      assert.doesNotMatch(annotations['summary']!, /\{\{/);
      assert.match(annotations['description']!, /\{\{ \$labels\.instance \}\}/);
      assert.doesNotMatch(annotations['description']!, /\{\{ \$value \}\}/, 'not humanized');
      const [url, anchor] = annotations['runbook_url']!.split('#');
      assert.equal(url, RUNBOOK_URL);
      assert.equal(anchor, alert.toLowerCase());
      assert.equal(runbook.split('\n').filter((line) => line === `### ${alert}`).length, 1);

      const own = cases.filter(({ alertname }) => alertname === alert);
      assert.ok(
        own.some(({ exp_alerts }) => exp_alerts?.length),
        'no case where it fires',
      );
      assert.ok(
        own.some(({ exp_alerts }) => !exp_alerts?.length),
        'no case where it does not',
      );
    });
  }

  it('is named in docs/deploy.md', () => {
    const page = readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8');
    for (const { alert } of alerts) assert.ok(page.includes(`\`${alert}\``), alert);
  });
});

describe('the runbook', () => {
  it('has a section for each alert and no other', () => {
    const sections = Array.from(runbook.matchAll(/^### (.*)$/gm), ([, name]) => name);
    assert.deepEqual(
      sections,
      alerts.map(({ alert }: AlertRule) => alert),
    );
  });

  it('uses only metrics that exist', () => {
    const queries = Array.from(runbook.matchAll(/^ {4,}(.*)$/gm), ([, query]) => query!);
    assert.ok(queries.length > alerts.length);
    for (const query of queries) {
      for (const name of metricNames(query).filter((word) => /^(locust|instance|up)/.test(word))) {
        assert.ok(knownNames.has(name), `${name} in ${query}`);
      }
    }
  });

  it('has queries that promtool can read', needs(whyPromtoolIsMissing()), async () => {
    const queries = Array.from(runbook.matchAll(/^ {4,}(.*)$/gm), ([, query]) => query!);
    const groups = [
      { name: 'runbook', rules: queries.map((expr, i) => ({ record: `query:${i}:a`, expr })) },
    ];
    const folder = await temporaryFolder('runbook');
    try {
      const file = join(folder.path, 'queries.yml');
      writeFileSync(file, stringify({ groups }));
      await assertPasses('check', 'rules', file);
    } finally {
      await folder.remove();
    }
  });
});

describe('prometheus.yml', () => {
  it('is good in the eyes of promtool, with its rules', needs(whyPromtoolIsMissing()), () =>
    assertPasses('check', 'config', '--lint=all', '--lint-fatal', join(FOLDER, 'prometheus.yml')),
  );
});

interface Config {
  rule_files?: string[];
  scrape_configs: ScrapeConfig[];
}

/** A container port of a pod, as Prometheus discovers it. */
interface PodPort {
  address: string;
  phase?: string;
  port?: string;
  portName?: string;
  annotations?: Record<string, string>;
  labels?: Record<string, string>;
}

describe('prometheus-native-histograms.yml', () => {
  const file = join(FOLDER, 'prometheus-native-histograms.yml');

  it('is prometheus.yml with native histograms', () => {
    const [plain, native] = ['prometheus.yml', file].map(
      (name) => parse(readFileSync(resolve(FOLDER, name), 'utf8')) as { global: object },
    );
    const global = { ...plain!.global, scrape_native_histograms: true };
    assert.deepEqual(native, { ...plain, global });
  });

  const missing = whyNewestPromtoolIsMissing();
  it('is good in the eyes of a promtool that knows them', needsOptional(missing), async () => {
    const { code, output } = await newestPromtool(['check', 'config', file]);
    assert.equal(code, 0, output);
  });

  it(
    'is refused by an old Prometheus, which would ignore nothing',
    needs(whyPromtoolIsMissing()),
    async () => {
      const { code, output } = await promtool(['check', 'config', file]);
      assert.equal(code, 1);
      assert.match(output, /scrape_native_histograms/);
    },
  );
});

describe('prometheus-kubernetes.yml', () => {
  const config = parse(readFileSync(join(FOLDER, 'prometheus-kubernetes.yml'), 'utf8')) as Config;
  const [job] = config.scrape_configs;

  it('discovers pods, and has the rules of prometheus.yml', () => {
    assert.deepEqual(job!.kubernetes_sd_configs, [{ role: 'pod' }]);
    assert.match(job!.job_name, /locust/);
    const plain = parse(readFileSync(join(FOLDER, 'prometheus.yml'), 'utf8')) as Config;
    assert.deepEqual(config.rule_files, plain.rule_files);
  });

  /** The labels of what is scraped of a pod; null where nothing is. */
  function relabel(pod: PodPort): Promise<Record<string, string> | null> {
    const { address, phase = 'Running', port = '', portName = '', annotations, labels } = pod;
    const meta: Record<string, string> = {
      namespace: 'load',
      pod_name: 'checkout-master',
      pod_ip: address.replace(/:\d+$/, '').replace(/[[\]]/g, ''),
      pod_phase: phase,
      pod_container_port_number: port,
      pod_container_port_name: portName,
    };
    for (const [name, value] of Object.entries(annotations ?? {})) {
      meta[`pod_annotation_prometheus_io_${name}`] = value;
    }
    for (const [name, value] of Object.entries(labels ?? {})) meta[`pod_label_${name}`] = value;
    return relabelTarget(job!, address, meta);
  }

  const ANNOTATED = { scrape: 'true', port: '9646', path: '/metrics' };
  const yes: readonly [string, PodPort, string][] = [
    [
      'a port locust-metrics',
      { address: '10.0.0.1:9000', port: '9000', portName: 'locust-metrics' },
      '10.0.0.1:9000',
    ],
    [
      'a port metrics on 9646',
      { address: '10.0.0.1:9646', port: '9646', portName: 'metrics' },
      '10.0.0.1:9646',
    ],
    [
      'annotations',
      { address: '10.0.0.1:8089', port: '8089', annotations: ANNOTATED },
      '10.0.0.1:9646',
    ],
    ['annotations and no port', { address: '10.0.0.1', annotations: ANNOTATED }, '10.0.0.1:9646'],
    [
      'annotations, by IPv6',
      { address: '[fd00::1]:8089', port: '8089', annotations: ANNOTATED },
      '[fd00::1]:9646',
    ],
    [
      'an annotation and port 9646',
      { address: '10.0.0.1:9646', port: '9646', annotations: { scrape: 'true' } },
      '10.0.0.1:9646',
    ],
  ];
  for (const [what, pod, expected] of yes) {
    it(`scrapes a pod with ${what}`, needs(whyPromtoolIsMissing()), async () => {
      const labels = await relabel(pod);
      assert.equal(labels?.['__address__'], expected);
      assert.equal(labels['__metrics_path__'], '/metrics');
    });
  }

  const no: readonly [string, PodPort][] = [
    ['nothing that marks it', { address: '10.0.0.1:9646', port: '9646' }],
    [
      'a port metrics of another program',
      { address: '10.0.0.1:8080', port: '8080', portName: 'metrics' },
    ],
    [
      'annotations of another program',
      { address: '10.0.0.1:80', port: '80', annotations: { scrape: 'true', port: '80' } },
    ],
    [
      'another port than 9646',
      { address: '10.0.0.1:8089', port: '8089', annotations: { scrape: 'true' } },
    ],
    [
      'the annotation false',
      {
        address: '10.0.0.1:9646',
        port: '9646',
        portName: 'metrics',
        annotations: { scrape: 'false' },
      },
    ],
    [
      'an end',
      { address: '10.0.0.1:8089', port: '8089', phase: 'Succeeded', annotations: ANNOTATED },
    ],
  ];
  for (const [what, pod] of no) {
    it(`leaves out a pod with ${what}`, needs(whyPromtoolIsMissing()), async () => {
      assert.equal(await relabel(pod), null);
    });
  }

  it('labels namespace, pod and test', needs(whyPromtoolIsMissing()), async () => {
    const pod = { address: '10.0.0.1:8089', annotations: { ...ANNOTATED, path: '/m' } };
    const chart = { app_kubernetes_io_instance: 'chart' };
    const visible = async (labels?: Record<string, string>) =>
      Object.fromEntries(
        Object.entries((await relabel({ ...pod, ...(labels && { labels }) })) ?? {}).filter(
          ([name]) => !name.startsWith('__'),
        ),
      );
    const always = {
      job: 'locust-pods',
      instance: '10.0.0.1:9646',
      namespace: 'load',
      pod: 'checkout-master',
    };
    assert.deepEqual(await visible(), always);
    assert.deepEqual(await visible(chart), { ...always, test: 'chart' });
    assert.deepEqual(await visible({ ...chart, performance_test_name: 'checkout' }), {
      ...always,
      test: 'checkout',
    });
  });
});
