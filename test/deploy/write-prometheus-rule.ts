import { writeFileSync } from 'node:fs';
import { PROMETHEUS_RULE_FILE, prometheusRule } from './prometheus-rule-object.ts';

writeFileSync(PROMETHEUS_RULE_FILE, prometheusRule());
