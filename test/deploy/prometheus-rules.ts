import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export const ROOT = join(import.meta.dirname, '../..');
export const RULE_FILES = ['locust-recording.yml', 'locust-alerts.yml'].map((name) =>
  join(ROOT, 'deploy/prometheus/rules', name),
);

export interface RecordingRule {
  readonly record: string;
  readonly expr: string;
}

export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface RuleGroup {
  readonly name: string;
  readonly interval: string;
  readonly rules: readonly (RecordingRule | AlertRule)[];
}

export function ruleGroups(): RuleGroup[] {
  return RULE_FILES.flatMap(
    (file) => (parse(readFileSync(file, 'utf8')) as { groups: RuleGroup[] }).groups,
  );
}

export function isAlert(rule: RecordingRule | AlertRule): rule is AlertRule {
  return 'alert' in rule;
}
