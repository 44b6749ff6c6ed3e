import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, it, type TestContext } from 'node:test';

import { negotiateFormat } from '../../src/http/negotiate.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { Family } from '../../src/metrics/exposition/family.ts';
import {
  CONTENT_TYPES,
  createPage,
  type ExpositionFormat,
} from '../../src/metrics/exposition/formats.ts';
import { runSync } from '../../src/async/run-yielding.ts';
import { companionReport, COUNTS_BY_NAME } from '../helpers/companion-report.ts';
import { NO_LABELS } from '../../src/metrics/exposition/labels.ts';
import { checkMetrics, whyPromtoolIsMissing } from '../helpers/promtool.ts';
import {
  startPrometheus,
  whyPrometheusIsMissing,
  type PrometheusKind,
  type RealPrometheus,
} from '../helpers/real-prometheus.ts';
import { needs, needsOptional } from '../helpers/requirement.ts';
import { waitUntil } from '../helpers/wait-until.ts';

/* A real Prometheus stores the same series from each format, and native histograms that are true. */

const FORMATS = ['text', 'openmetrics', 'protobuf'] as const;
const HISTOGRAM = 'locust_request_duration_seconds';

/** How each Prometheus is told to take native histograms, and to keep the classic ones. */
const NATIVE: Readonly<
  Record<PrometheusKind, { readonly args: readonly string[]; readonly scrape: readonly string[] }>
> = {
  installed: { args: ['--enable-feature=native-histograms'], scrape: [] },
  newer: {
    args: ['--enable-feature=native-histograms'],
    scrape: ['scrape_classic_histograms: true'],
  },
  newest: {
    args: [],
    scrape: ['scrape_native_histograms: true', 'always_scrape_classic_histograms: true'],
  },
};

/** 2.42 keeps no classic buckets beside native ones. */
const keepsClassic = (kind: PrometheusKind) => kind !== 'installed';

/** A histogram with classic buckets alone, as prom-client has it. */
const CLASSIC_ONLY: Family = {
  name: 'classic_only_seconds',
  type: 'histogram',
  help: 'Bounds that are whole numbers.',
  samples: {
    rows: 1,
    ofRow: (_row, sink) => {
      const classic = { bounds: [0.5, 1, 60, 1e6], cumulativeCounts: [1, 2, 3, 4] };
      sink.histogram(NO_LABELS, { count: 5, sum: 61.5, classic, native: () => null });
    },
  },
};

interface Served {
  readonly port: number;
  /** What `/negotiated` was answered with last. */
  readonly negotiated: () => ExpositionFormat | undefined;
}

/** Serves each format at its own path, and at `/negotiated` the one that is asked for. */
async function serve(t: TestContext): Promise<Served> {
  const families = [...buildFamilies(CATALOG, 'locust', companionReport()), CLASSIC_ONLY];
  let negotiated: ExpositionFormat | undefined;
  const server: Server = createServer((request, response) => {
    let format = FORMATS.find((one) => request.url === `/${one}`);
    format ??= negotiated = negotiateFormat(request.headers.accept);
    const page = createPage(format);
    runSync(page.write(families));
    page.end();
    response.setHeader('Content-Type', CONTENT_TYPES[format]).end(page.bytes());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return { port: (server.address() as AddressInfo).port, negotiated: () => negotiated };
}

async function scrape(
  t: TestContext,
  kind: PrometheusKind,
  port: number,
  settings: (typeof NATIVE)[PrometheusKind],
  paths: readonly string[] = [...FORMATS, 'negotiated'],
): Promise<RealPrometheus> {
  const jobs = paths.flatMap((name) => [
    `  - job_name: ${name}`,
    `    metrics_path: /${name}`,
    ...settings.scrape.map((line) => `    ${line}`),
    `    static_configs: [{ targets: ['127.0.0.1:${port}'] }]`,
  ]);
  const config = ['global: { scrape_interval: 1s }', 'scrape_configs:', ...jobs, ''].join('\n');
  const prometheus = await startPrometheus({ config, kind, args: settings.args });
  t.after(() => prometheus.stop());
  await waitUntil('all targets are scraped', async () => {
    const up = await prometheus.query('up == 1');
    return up.length === paths.length;
  });
  return prometheus;
}

interface RawSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly histogram?: unknown;
}

/** Values of the float series of a job by name and labels, without what Prometheus itself adds. */
async function storedSeries(prometheus: RealPrometheus, job: string): Promise<Map<string, string>> {
  const { result } = (await prometheus.api('/api/v1/query', { query: `{job="${job}"}` })) as {
    result: readonly RawSeries[];
  };
  const own = result.filter(
    ({ metric, value }) =>
      value !== undefined && /^(?:locust|classic)_/.test(metric['__name__'] ?? ''),
  );
  return new Map(
    own.map(({ metric, value }) => {
      const pairs = Object.entries(metric).filter(([label]) => label !== 'job');
      return [JSON.stringify(pairs.sort(([a], [b]) => (a < b ? -1 : 1))), value![1]];
    }),
  );
}

/** What is in one and not in the other, or has another value there. */
function differences(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>) {
  const keys = new Set([...one.keys(), ...other.keys()]);
  return [...keys].filter((key) => one.get(key) !== other.get(key)).sort();
}

const isOf = (key: string, pattern: RegExp) =>
  pattern.test((JSON.parse(key) as [string, string][]).find(([name]) => name === '__name__')![1]);

/** The rows with times below 0, which have no sum. */
const hasNoSum = (key: string) => key.includes('"/negative"') || isOf(key, /^locust_aggregated/);

describe('a real Prometheus', () => {
  for (const kind of ['installed', 'newer', 'newest'] as const) {
    const missing = whyPrometheusIsMissing(kind);
    const options = kind === 'installed' ? needs(missing) : needsOptional(missing);

    describe(`(${kind})`, options, () => {
      it('stores equal series from text, OpenMetrics and protobuf', async (t) => {
        const { port, negotiated } = await serve(t);
        const prometheus = await scrape(t, kind, port, NATIVE[kind]);
        assert.equal(negotiated(), 'protobuf');
        const [text, openmetrics, protobuf] = await Promise.all(
          FORMATS.map((format) => storedSeries(prometheus, format)),
        );
        assert.ok(text!.size > 250, `${text!.size} series`);
        assert.equal([...text!.keys()].filter((key) => key.includes('["le","1.0"]')).length, 8);

        // A count without a sum is an error in OpenMetrics.
        for (const key of differences(text!, openmetrics!)) {
          assert.ok(isOf(key, /_count$/) && hasNoSum(key) && text!.has(key), key);
        }
        for (const key of differences(text!, protobuf!)) {
          const isDroppedClassic = isOf(key, /request_duration_seconds_/) && !keepsClassic(kind);
          const isNaN = isOf(key, /_sum$/) && hasNoSum(key) && protobuf!.get(key) === 'NaN';
          assert.ok(isDroppedClassic || isNaN, key);
        }
        const ofClassic = [...protobuf!.keys()].filter((key) =>
          isOf(key, /duration_seconds_bucket$/),
        );
        assert.equal(ofClassic.length, keepsClassic(kind) ? 7 * 25 : 0);
      });

      it('has native histograms that are what took how long', async (t) => {
        const { port } = await serve(t);
        const prometheus = await scrape(t, kind, port, NATIVE[kind]);
        await assertNativeIsTrue(prometheus, 'protobuf');
        await assertNativeIsTrue(prometheus, 'negotiated');
      });
    });
  }

  it(
    'that knows nothing of native histograms asks for OpenMetrics',
    needs(whyPrometheusIsMissing()),
    async (t) => {
      const { port, negotiated } = await serve(t);
      await scrape(t, 'installed', port, { args: [], scrape: [] }, ['negotiated']);
      assert.equal(negotiated(), 'openmetrics');
    },
  );
});

it(
  'promtool finds nothing to complain of in histograms',
  needs(whyPromtoolIsMissing()),
  async () => {
    const families = buildFamilies(CATALOG, 'locust', companionReport());
    const page = createPage('text');
    runSync(page.write(families.filter(({ type }) => type === 'histogram')));
    assert.deepEqual(await checkMetrics(page.bytes().toString()), { code: 0, output: '' });
  },
);

/** Of each endpoint: count, sum, the share up to a bound, and quantiles to the width of a bucket. */
async function assertNativeIsTrue(prometheus: RealPrometheus, job: string): Promise<void> {
  const valuesOf = async (wrap: (series: string) => string) => {
    const found = await prometheus.query(wrap(`${HISTOGRAM}{job="${job}"}`));
    return new Map(found.map(({ labels, value }) => [labels['name'], value]));
  };
  const counts = await valuesOf((series) => `histogram_count(${series})`);
  const sums = await valuesOf((series) => `histogram_sum(${series})`);
  const upToOne = await valuesOf((series) => `histogram_fraction(-Inf, 1, ${series})`);
  const known = Object.entries(COUNTS_BY_NAME).filter(([, times]) => times !== null);
  assert.deepEqual([...counts.keys()].sort(), known.map(([name]) => name).sort());
  for (const [name, times] of known) {
    const entries = Object.entries(times ?? {}).map(([ms, count]) => [Number(ms), count] as const);
    entries.sort(([a], [b]) => a - b);
    const total = entries.reduce((sum, [, count]) => sum + count, 0);
    const isNegative = entries.some(([ms]) => ms < 0);
    const sum = entries.reduce((all, [ms, count]) => all + ms * count, 0) / 1000;
    assert.equal(counts.get(name), total, name);
    if (isNegative) assert.equal(sums.get(name), NaN);
    else
      assert.ok(Math.abs(sums.get(name)! - sum) < 1e-9, `${name}: ${sums.get(name)} is not ${sum}`);
    if (total === 0) continue;
    const within = entries.reduce((all, [ms, count]) => all + (ms <= 1000 ? count : 0), 0);
    // 1 s is the bound of a bucket.
    assert.ok(Math.abs(upToOne.get(name)! - within / total) < 1e-9, `${name} up to 1 s`);
  }
  for (const quantile of [0.5, 0.9, 0.95, 0.99]) {
    const found = await valuesOf((series) => `histogram_quantile(${quantile}, ${series})`);
    for (const [name, times] of known) {
      const truth = quantileOf(times ?? {}, quantile);
      if (truth === null || truth <= 0) continue;
      const buckets = Math.abs(Math.log2((found.get(name)! * 1000) / truth)) * 2 ** 4;
      assert.ok(buckets <= 1, `${name}, ${quantile}: ${found.get(name)} s is not ${truth} ms`);
    }
  }
}

function quantileOf(times: Readonly<Record<number, number>>, quantile: number): number | null {
  const entries = Object.entries(times).map(([ms, count]) => [Number(ms), count] as const);
  entries.sort(([a], [b]) => a - b);
  let rank = quantile * entries.reduce((sum, [, count]) => sum + count, 0);
  for (const [ms, count] of entries) {
    rank -= count;
    if (rank <= 0) return ms;
  }
  return null;
}
