import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import { differences, expectedAtRest, seriesKey, type SeriesValues } from './expected-series.ts';
import { runProgram, startExporter, type Exporter } from './exporter.ts';
import type { RealLocust } from './real-locust.ts';
import { startPrometheus, type PrometheusKind, type RealPrometheus } from './real-prometheus.ts';
import { waitUntil } from './wait-until.ts';

export interface ScrapedExporter {
  readonly exporter: Exporter;
  readonly prometheus: RealPrometheus;
}

/**
 * The built exporter, and a Prometheus that scrapes it every second as job "locust".
 * @param env may tell the exporter where Locust is by LOCUST_EXPORTER_URI, instead of LOCUST_URL.
 */
export async function startScrapedExporter(
  t: TestContext,
  locustUrl: string,
  env: Record<string, string> = {},
  kind: PrometheusKind = 'installed',
): Promise<ScrapedExporter> {
  const target = 'LOCUST_EXPORTER_URI' in env ? {} : { LOCUST_URL: locustUrl };
  const exporter = await startExporter({ ...target, ...env });
  stopAfter(t, 'exporter', exporter.process);
  const prometheus = await startPrometheus({
    kind,
    config: `
scrape_configs:
  - job_name: locust
    scrape_interval: 1s
    static_configs: [{ targets: ['${new URL(exporter.url).host}'] }]
`,
  });
  stopAfter(t, 'Prometheus', prometheus);
  return { exporter, prometheus };
}

/** Stops it when the test ends; what it wrote is shown when that failed. */
export function stopAfter(
  t: TestContext,
  name: string,
  running: { output(): string; stop(): Promise<void> },
): void {
  t.after(async () => {
    await running.stop();
    // The types do not know it yet.
    const { passed } = t as TestContext & { passed: boolean };
    if (!passed) t.diagnostic(`output of ${name}:\n${running.output()}`);
  });
}

/** Runs a command of the program against a Locust, which has to succeed. */
export async function command(locustUrl: string, ...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await runProgram([...args, '--locust-url', locustUrl]);
  assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
  return stdout;
}

/** All that Prometheus holds of Locust at this moment. */
export async function currentSeries(prometheus: RealPrometheus): Promise<SeriesValues> {
  const samples = await prometheus.query(
    '{job="locust",__name__=~"locust_.*",__name__!~"locust_exporter_.*"}',
  );
  return new Map(
    samples.map(({ labels: { __name__: name, ...labels }, value }) => {
      delete labels['instance'];
      delete labels['job'];
      return [seriesKey(name!, labels), value];
    }),
  );
}

/** The value of the only series of an expression. */
export async function valueOf(prometheus: RealPrometheus, expr: string): Promise<number> {
  const samples = await prometheus.query(expr);
  assert.equal(samples.length, 1, `${expr}: ${JSON.stringify(samples)}`);
  return samples[0]!.value;
}

export async function waitForValue(
  prometheus: RealPrometheus,
  expr: string,
  value: number,
  timeoutMs = 20_000,
): Promise<void> {
  await waitUntil(
    `${expr} is ${value}`,
    async () => {
      assert.equal(await valueOf(prometheus, expr), value);
      return true;
    },
    { timeoutMs, everyMs: 250 },
  );
}

const START = seriesKey('locust_run_start_time_seconds', {});

/**
 * Waits until Prometheus holds just what Locust answers of a run at rest, and no other series.
 * @param startedAt Unix time of the run's start, give or take the time that takes to be seen.
 */
export async function assertHoldsTheAnswer(
  prometheus: RealPrometheus,
  locust: RealLocust,
  startedAt: number,
): Promise<void> {
  const start = await waitUntil(
    'Prometheus holds what Locust answers',
    async () => {
      const found = await currentSeries(prometheus);
      const expected = expectedAtRest(locust.version, await locust.report());
      const started = found.get(START);
      found.delete(START);
      const lines = differences(found, expected);
      assert.equal(lines.length, 0, `\n${lines.join('\n')}`);
      return { at: started };
    },
    { timeoutMs: 30_000, everyMs: 500 },
  );
  assert.ok(
    start.at !== undefined && Math.abs(start.at - startedAt) < 6,
    `the run started at ${String(start.at)}, expected ${startedAt}`,
  );
}
