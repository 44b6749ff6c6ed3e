import { describe, it } from 'node:test';

import { whyBuildIsMissing } from '../helpers/exporter.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { startStack } from '../helpers/real-stack.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { checkOutages } from './queries/check-outages.ts';
import { checkPanels } from './queries/check-panels.ts';
import { checkAlerts, checkRecordingRules } from './queries/check-rules.ts';
import { checkSums } from './queries/check-sums.ts';
import { checkAnnotations, checkVariables } from './queries/check-surroundings.ts';
import { conductRun } from './queries/real-run.ts';

/**
 * Every query of deploy/, asked of a Prometheus with the configuration and the rules of deploy/
 * about a real Locust. With the intervals that these have, this takes over three minutes.
 */
describe('queries of a real run', () => {
  const options = needs(
    whyLocustIsMissing('newest'),
    whyPrometheusIsMissing(),
    whyBuildIsMissing(),
  );
  it('give what Locust said', options, async (t) => {
    const stack = await startStack({ workers: 3, trouble: '0-' });
    stopAfter(t, 'the stack', stack);
    const run = await conductRun(stack);
    await t.test('recording rules', (rules) => checkRecordingRules(rules, run));
    await t.test('alerts', (alerts) => checkAlerts(alerts, run));
    await t.test('panels', (panels) => checkPanels(panels, run));
    await t.test('variables', (variables) => checkVariables(variables, run));
    await t.test('annotations', (marks) => checkAnnotations(marks, run));
    await t.test('sums', (sums) => checkSums(sums, run));
    await t.test('outages', (outages) => checkOutages(outages, run));
  });
});
