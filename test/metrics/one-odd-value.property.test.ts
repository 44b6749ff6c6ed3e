import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import { ShapeError } from '../../src/locust/report/values.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { parseVersion } from '../../src/locust/version.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import type { RawReport } from '../helpers/raw-report.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { renderExposition } from '../helpers/render-exposition.ts';
import { fixtureNames, readReport } from '../locust/samples.ts';

/** Where an odd value may cost the whole report: what has no list there is none of Locust. */
const STRUCTURE = ['', 'stats'];

/**
 * Which metrics, without `locust_`, a value may change, by its place with `@` for the aggregate
 * row. A row that gets other labels has other series, so those may be new.
 */
const REACH: readonly (readonly [place: RegExp, metrics: RegExp])[] = [
  [/^state$/, /^state$/],
  [/^user_count$/, /^users$/],
  // Used where there is no aggregate row.
  [/^(total|current)_(rps|fail_per_sec)$|^fail_ratio$/, /^(total_|fail_ratio)/],
  [/^current_response_time_percentile/, /^current_response_time_seconds$/],
  [/^errors(\[\d+\].*)?$/, /^error_occurrences_total$/],
  [/^errors$/, /^errors_truncated$/],
  [/^(workers|slaves)$/, /^worker/],
  [/^(workers|slaves)\[\d+\](\.id)?$/, /^worker/],
  [/^(workers|slaves)\[\d+\]\.state$/, /^worker(s|_state)$/],
  [/^(workers|slaves)\[\d+\]\.user_count$/, /^worker_users$/],
  [/^(workers|slaves)\[\d+\]\.cpu_usage$/, /^worker_cpu_ratio$/],
  [/^(workers|slaves)\[\d+\]\.memory_usage$/, /^worker_memory_bytes$/],
  [/^slave_count$/, /^workers$/],
  [/^stats\[\d+\](\.name|\.method)?$/, /^(requests|failures|content_bytes)_total$/],
  [/^stats\[\d+\](\.name|\.method)?$/, /^(response_time|current)_/],
  [/^stats\[@\](\.name|\.method)?$/, /^(aggregated_|total_|fail_ratio|endpoints_truncated)/],
  [
    /^stats\[@\]\.(name|method)$/,
    /^((requests|failures|content_bytes)_total|(response_time|current)_)/,
  ],
  [/^stats\[.+\]\.num_req/, /^(aggregated_)?(requests|content_bytes)_total$|response_time|^fail_r/],
  [/^stats\[.+\]\.num_failures$/, /^(aggregated_)?(requests|failures)_total$|^fail_ratio$/],
  [/^stats\[.+\]\.avg_content_length$/, /^(aggregated_)?content_bytes_total$/],
  // Without a mean there is no summary, and its quantiles are percentiles of a gauge.
  [
    /^stats\[.+\]\.avg_response_time$/,
    /^(aggregated_)?response_time_(seconds(_sum|_count)?|percentile_seconds|)$/,
  ],
  [/^stats\[.+\]\.min_response_time$/, /^(aggregated_)?response_time_min_seconds$/],
  [/^stats\[.+\]\.max_response_time$/, /^(aggregated_)?response_time_max_seconds$/],
  [
    /^stats\[.+\]\.\w*(median|nine|percentile)\w*/,
    /^(aggregated_)?response_time_(percentile_)?seconds$/,
  ],
  [/^stats\[.+\]\.current_rps$/, /^(current|total)_rps$/],
  [/^stats\[.+\]\.current_fail_per_sec$/, /^(current|total)_failures_per_second$/],
];

interface Case {
  readonly fixture: string;
  readonly report: RawReport;
  readonly path: readonly (string | number)[];
}

function cases(): Case[] {
  return fixtureNames('.stats-requests.json')
    .filter((name) => name.startsWith('locust-') && !name.includes('600'))
    .flatMap((fixture) => {
      const { stats, errors, ...rest } = readReport(fixture);
      const few = stats.filter((_, index) => index < 2 || index === stats.length - 1);
      const report = { ...rest, errors: errors.slice(0, 3), stats: few };
      return [...pathsIn(report)].map((path) => ({ fixture, report: report, path }));
    });
}

function* pathsIn(
  value: unknown,
  path: readonly (string | number)[] = [],
): Generator<Case['path']> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield* pathsIn(inner, [...path, Array.isArray(value) ? Number(key) : key]);
  }
}

function replace(value: unknown, [key, ...rest]: Case['path'], put: unknown): unknown {
  if (key === undefined) return put;
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) };
  const parent = copy as Record<string | number, unknown>;
  parent[key] = replace(parent[key], rest, put);
  return copy;
}

function placeOf({ path, report }: Case): string {
  return path
    .map((key, depth) => {
      if (typeof key === 'string') return depth === 0 ? key : `.${key}`;
      return path[0] === 'stats' && key === report.stats.length - 1 ? '[@]' : `[${key}]`;
    })
    .join('');
}

/** Values by series, in OpenMetrics, which the strict parser has to take. */
function seriesOf(snapshot: Snapshot): Map<string, number> {
  const families = buildFamilies(CATALOG, 'locust', {
    snapshot,
    info: null,
    runStartSeconds: null,
  });
  const parsed = parseExposition(renderExposition(families, 'openmetrics'), 'openmetrics');
  const samples = parsed.flatMap((family) => family.samples);
  return new Map(
    samples.map(({ name, labels, value }) => [
      `${name.replace(/^locust_/, '')} ${JSON.stringify(labels)}`,
      value,
    ]),
  );
}

/** What stands in the labels of the row that holds the place; nothing of the aggregate. */
function labelOf(snapshot: Snapshot, [list, index]: Case['path']): string | undefined {
  const { endpoints, errors, workers } = snapshot;
  const at = Number(index);
  if (list === 'stats') return endpoints[at]?.name;
  return list === 'errors' ? errors[at]?.error : workers?.list[at]?.id;
}

const odd = fc.oneof(
  fc.jsonValue(),
  fc.double(),
  fc.constantFrom(null, -1, -0, 0.5, 1e308, 5e-324, '12.50', '-1', 'NaN', true, [], {}, ['a', 'b']),
);

it('one odd value costs the series of that value and no others', () => {
  const all = cases();
  const before = new Map<RawReport, Map<string, number>>();
  let accepted = 0;
  fc.assert(
    fc.property(fc.constantFrom(...all), odd, (one, put) => {
      const { fixture, report, path } = one;
      const place = placeOf(one);
      const version = parseVersion(/-([\d.]+)\//.exec(fixture)?.[1] ?? null);
      const original = parseStats(report, version);
      const expected = before.get(report) ?? seriesOf(original);
      before.set(report, expected);
      const changed = replace(report, path, put);
      let snapshot: Snapshot;
      try {
        snapshot = parseStats(changed, version);
      } catch (error) {
        assert.ok(
          error instanceof ShapeError && STRUCTURE.includes(place),
          `${place}: ${String(error)}`,
        );
        return;
      }
      if (STRUCTURE.includes(place)) return;
      accepted += 1;
      const reach = REACH.filter(([where]) => where.test(place)).map(([, metrics]) => metrics);
      const found = seriesOf(snapshot);
      const own = labelOf(original, path);
      for (const series of new Set([...expected.keys(), ...found.keys()])) {
        if (expected.get(series) === found.get(series)) continue;
        const name = series.slice(0, series.indexOf(' '));
        const metric = name.startsWith('response_time_seconds_count') ? 'response_time_' : name;
        assert.ok(
          reach.some((metrics) => metrics.test(metric)),
          `${place} changes ${series}`,
        );
        if (path.length < 2 || own === undefined || !expected.has(series)) continue;
        const isOfRow = series.includes(JSON.stringify(own)) || name === 'workers';
        assert.ok(isOfRow, `${place} changes ${series}`);
      }
    }),
    { numRuns: 4000 },
  );
  assert.ok(accepted > 3000, String(accepted));
});
