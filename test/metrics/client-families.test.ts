import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';
import { type ClientMetric, toFamily } from '../../src/metrics/client-families.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { renderExposition } from '../helpers/render-exposition.ts';

/** Series and values of a text; a number as a label has one spelling. */
function seriesOf(text: string): Map<string, number> {
  const families = parseExposition(text, 'text');
  return new Map(
    families.flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => {
        const spelled = Object.entries(labels).map(([label, one]): [string, string] => [
          label,
          label === 'le' || label === 'quantile'
            ? String(Number(one.replace('+Inf', 'Infinity')))
            : one,
        ]);
        spelled.sort(([a], [b]) => (a < b ? -1 : 1));
        return [`${name} ${JSON.stringify(spelled)}`, value];
      }),
    ),
  );
}

async function assertSame(registry: Registry): Promise<void> {
  const metrics = (await registry.getMetricsAsJSON()) as object[] as ClientMetric[];
  const ours = seriesOf(renderExposition(metrics.map(toFamily), 'text'));
  const theirs = seriesOf((await registry.metrics()).replaceAll(/\n{2,}/g, '\n'));
  assert.ok(theirs.size > 0);
  assert.deepEqual(new Map([...ours].sort()), new Map([...theirs].sort()));
}

describe('a metric of prom-client is the same series as in its own text', () => {
  it('for a counter and a gauge, with and without labels', async () => {
    const registry = new Registry();
    const registers = [registry];
    new Counter({ name: 'reads_total', help: 'Reads.', registers }).inc(3);
    const pushes = new Counter({
      name: 'pushes_total',
      help: 'Pushes.',
      labelNames: ['result'],
      registers,
    });
    pushes.inc({ result: 'ok' }, 2);
    pushes.inc({ result: 'failed' });
    new Gauge({ name: 'age_seconds', help: 'Age.', registers }).set(-1.5);
    await assertSame(registry);
  });

  it('for a histogram, by its labels', async () => {
    const registry = new Registry();
    const duration = new Histogram({
      ...{ name: 'gc_seconds', help: 'Pauses.', labelNames: ['kind'], buckets: [0.001, 1, 2.5] },
      registers: [registry],
    });
    for (const seconds of [0.0005, 0.001, 0.7, 3]) duration.observe({ kind: 'major' }, seconds);
    duration.observe({ kind: 'minor' }, 2);
    await assertSame(registry);
  });

  it('for a summary, by its labels', async () => {
    const registry = new Registry();
    const duration = new Summary({
      ...{ name: 'read_seconds', help: 'Reads.', labelNames: ['mode'], percentiles: [0.5, 0.99] },
      registers: [registry],
    });
    for (const seconds of [0.1, 0.2, 0.4]) duration.observe({ mode: 'loop' }, seconds);
    duration.observe({ mode: 'on-demand' }, 7);
    await assertSame(registry);
  });
});
