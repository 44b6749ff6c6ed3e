import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClientMetric } from '../../src/metrics/client-families.ts';
import { correctLags } from '../../src/metrics/self.ts';

const LAG = 'nodejs_eventloop_lag';

/** As prom-client gives them: from one look to the next, which are 100 ms apart. */
function metric(name: string, value: number): ClientMetric {
  return { name, help: 'h', type: 'gauge', values: [{ value, labels: {} }] };
}

function corrected(...metrics: ClientMetric[]): Record<string, number | undefined> {
  return Object.fromEntries(
    correctLags(metrics).map(({ name, values }) => [name, values?.[0]?.value]),
  );
}

describe('the lag of the event loop', () => {
  it('is how much later than due a look was', () => {
    const found = corrected(
      metric(`${LAG}_mean_seconds`, 0.125),
      metric(`${LAG}_min_seconds`, 0.1),
      metric(`${LAG}_max_seconds`, 0.85),
      metric(`${LAG}_p50_seconds`, 0.11),
      metric(`${LAG}_p99_seconds`, 0.6),
    );
    const expected = { mean: 0.025, min: 0, max: 0.75, p50: 0.01, p99: 0.5 };
    for (const [statistic, seconds] of Object.entries(expected)) {
      const value = found[`${LAG}_${statistic}_seconds`];
      assert.ok(Math.abs(value! - seconds) < 1e-12, `${statistic}: ${value}`);
    }
  });

  it('is never below 0', () => {
    const found = corrected(metric(`${LAG}_mean_seconds`, 0.1), metric(`${LAG}_min_seconds`, 0.09));
    assert.equal(found[`${LAG}_min_seconds`], 0);
  });

  it('has the spread that prom-client gives', () => {
    const spread = metric(`${LAG}_stddev_seconds`, 0.03);
    const [, same] = correctLags([metric(`${LAG}_mean_seconds`, 0.2), spread]);
    assert.equal(same, spread);
  });

  it('is absent before the first look', () => {
    const found = correctLags([
      metric(`${LAG}_mean_seconds`, NaN),
      metric(`${LAG}_min_seconds`, 9223372036.854776),
      metric(`${LAG}_stddev_seconds`, NaN),
    ]);
    assert.deepEqual(
      found.map(({ values }) => values),
      [[], [], []],
    );
  });

  it('is all that is changed', () => {
    const others = [metric(`${LAG}_seconds`, 0.3), metric('process_cpu_seconds_total', 0.4)];
    const found = correctLags([metric(`${LAG}_mean_seconds`, 0.2), ...others]);
    assert.deepEqual(found.slice(1), others);
  });
});
