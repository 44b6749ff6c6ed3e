import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSync } from '../../../src/async/run-yielding.ts';
import { settleRates, trackStandstill } from '../../../src/locust/history.ts';
import { createCompanionParser } from '../../../src/locust/report/parse-companion.ts';
import { parseReport } from '../../../src/locust/report/read-report.ts';
import type { Snapshot } from '../../../src/locust/snapshot.ts';
import { isBefore, parseVersion, type Version } from '../../../src/locust/version.ts';
import { buildFamilies, CATALOG } from '../../../src/metrics/catalog.ts';
import { parseExposition } from '../../helpers/parse-exposition.ts';
import { renderExposition } from '../../helpers/render-exposition.ts';
import { fixtureNames, readFixture, readFixtureBytes } from '../samples.ts';

/*
 * What /stats/requests and the companion said of one real Locust at the same moment. Both are to be
 * the same series, but for what the companion knows better.
 */

const NAMES = fixtureNames('.companion.msgpack');

/** Families that only the companion has; another test holds them. */
const OF_COMPANION =
  /^locust_(?:(?:aggregated_)?request_duration_seconds|target_users|spawn_rate|user_class_users|exceptions_total|companion_up)/;

function seriesOf(snapshot: Snapshot): Map<string, number> {
  const settled = settleRates(snapshot, trackStandstill(null, snapshot, 0), 0);
  const report = { snapshot: settled, info: null, runStartSeconds: null };
  const text = renderExposition(buildFamilies(CATALOG, 'locust', report), 'text');
  const samples = parseExposition(text, 'text').flatMap((family) => family.samples);
  return new Map(
    samples
      .filter(({ name }) => !OF_COMPANION.test(name))
      .map(({ name, labels, value }) => [`${name} ${JSON.stringify(labels)}`, value]),
  );
}

interface Differing {
  readonly series: string;
  readonly web: number | undefined;
  readonly companion: number | undefined;
  /** Rows with requests without a time, as the companion tells; the aggregate is `''`. */
  readonly untimed: ReadonlyMap<string, number>;
  readonly version: Version | null;
}

/** What the companion knows better, and how much the two may differ then. */
const ALLOWED: Readonly<Record<string, (difference: Differing) => boolean>> = {
  'a mean × count is off by rounding': ({ series, web, companion }) =>
    series.includes('_seconds_sum ') &&
    Math.abs((web ?? NaN) - (companion ?? NaN)) <= 1e-12 * (companion ?? NaN),
  'min and max are rounded to whole milliseconds': ({ series, web, companion }) =>
    /_response_time_(?:min|max)_seconds /.test(series) &&
    Math.abs((web ?? NaN) - (companion ?? NaN)) <= 0.0005,
  'requests without a time have no place in sum and count': ({
    series,
    web,
    companion,
    untimed,
  }) => {
    const without = untimed.get(rowOf(series)) ?? 0;
    if (without === 0 || web === undefined || companion === undefined) return false;
    if (series.includes('_seconds_count ')) return web === companion + without;
    return series.includes('_seconds_sum ') && web > companion;
  },
  'a row in which nothing was measured has no min, max and quantiles': ({
    series,
    web,
    companion,
    untimed,
  }) =>
    /_response_time_(?:min_seconds|max_seconds|seconds) /.test(series) &&
    (untimed.get(rowOf(series)) ?? 0) > 0 &&
    web === 0 &&
    companion === undefined,
  'up to 2.46.1 requests without a time shift the percentiles down': ({
    series,
    web,
    companion,
    untimed,
    version,
  }) =>
    version !== null &&
    isBefore(version, [2, 46, 2]) &&
    series.includes('_response_time_seconds ') &&
    (untimed.get(rowOf(series)) ?? 0) > 0 &&
    web !== undefined &&
    companion !== undefined &&
    companion > web,
  '2.30.0 tells no mean, so percentiles are a gauge and sums are missing': ({
    series,
    web,
    companion,
    version,
  }) =>
    version?.join('.') === '2.30.0' &&
    (series.includes('_response_time_percentile_seconds ')
      ? companion === undefined
      : /_response_time_seconds(?:_sum|_count)? /.test(series) && web === undefined),
  'a worker reported itself between the two reads': ({ series }) =>
    /^locust_worker_(?:cpu_ratio|memory_bytes) /.test(series),
  'rows and errors past 500 are there': ({ series, web }) =>
    /"name":"\/m\/005\d\d"/.test(series) && web === undefined,
  'so nothing is cut': ({ series, web, companion }) =>
    /^locust_(?:endpoints|errors)_truncated /.test(series) && web === 1 && companion === 0,
};

/** The labels of a series that name its row; `''` for the aggregate. */
function rowOf(series: string): string {
  const { method, name } = JSON.parse(series.slice(series.indexOf(' '))) as Record<string, string>;
  return name === undefined ? '' : `${method ?? ''} ${name}`;
}

function untimedOf({ aggregate, endpoints }: Snapshot): Map<string, number> {
  const rows = [
    ...endpoints,
    ...(aggregate === null ? [] : [{ ...aggregate, method: '', name: '' }]),
  ];
  return new Map(
    rows.map(({ method, name, requests, responseTime }) => [
      name === '' ? '' : `${method} ${name}`,
      (requests ?? 0) - (responseTime.count ?? 0),
    ]),
  );
}

const seen = new Set<string>();

describe('the companion tells the same series as /stats/requests', () => {
  for (const name of NAMES) {
    it(name.replace('companion/', ''), () => {
      const parse = createCompanionParser();
      const read = runSync(parse(readFixtureBytes(`${name}.companion.msgpack`)));
      const json = runSync(createCompanionParser()(readFixtureBytes(`${name}.companion.json`)));
      const web = parseReport(
        Buffer.from(readFixture(`${name}.stats-requests.json`)),
        parseVersion(read.info.version),
      );
      assert.deepEqual(json, read);
      assert.equal(read.snapshot.ignored.first, null);
      const [own, other] = [seriesOf(read.snapshot), seriesOf(web)];
      assert.ok(own.size > 10);
      const untimed = untimedOf(read.snapshot);
      const version = parseVersion(read.info.version);
      const unexplained = [...new Set([...own.keys(), ...other.keys()])]
        .map((series) => ({
          ...{ series, untimed, version },
          web: other.get(series),
          companion: own.get(series),
        }))
        .filter((difference) => !Object.is(difference.web, difference.companion))
        .filter((difference) => {
          const reason = Object.keys(ALLOWED).find((one) => ALLOWED[one]?.(difference));
          if (reason !== undefined) seen.add(reason);
          return reason === undefined;
        })
        .map(({ series, web, companion }) => ({ series, web, companion }));
      assert.deepEqual(unexplained, []);
    });
  }
});

it('each reason for a difference is met', () => {
  assert.deepEqual([...seen].sort(), Object.keys(ALLOWED).sort());
});
