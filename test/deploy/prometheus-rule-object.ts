import { join } from 'node:path';
import { stringify } from 'yaml';
import { ROOT, ruleGroups } from './prometheus-rules.ts';

export const PROMETHEUS_RULE_FILE = join(ROOT, 'deploy/kubernetes/prometheus-rule.yaml');

const HEAD = `\
# The rules of deploy/prometheus/rules for the Prometheus Operator.
# \`npm run deploy:rules\` writes this file: change the rules there.
#
# A Prometheus takes it only if its ruleSelector fits. That of kube-prometheus-stack wants
# a label "release" with the name of its Helm release.
`;

/** The text of PROMETHEUS_RULE_FILE. */
export function prometheusRule(): string {
  const object = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'locust-exporter', labels: { 'app.kubernetes.io/name': 'locust-exporter' } },
    spec: { groups: ruleGroups() },
  };
  return HEAD + stringify(object, { singleQuote: true, lineWidth: 0 });
}
