import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import { buildFamilies } from '../../src/metrics/catalog.ts';
import { renderExposition } from '../helpers/render-exposition.ts';
import { chooseCatalog, LEGACY_CATALOG } from '../../src/metrics/legacy-catalog.ts';
import { createSelfMetrics, LEGACY_BUILD_INFO } from '../../src/metrics/self.ts';
import { parseExposition } from '../helpers/parse-exposition.ts';
import { readFamilies } from '../helpers/read-families.ts';
import { requestsOf, type RawReport, type RawRow } from '../helpers/raw-report.ts';
import {
  aggregate,
  fixtureNames,
  parseFixture,
  readReport,
  report as answer,
  row,
  snapshot as sample,
} from '../locust/samples.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';

type Values = Map<string, number>;

function told(snapshot: Snapshot | null): Values {
  const report = { snapshot, info: null, runStartSeconds: null };
  const values: Values = new Map();
  for (const { samples } of readFamilies(buildFamilies(LEGACY_CATALOG, 'x', report))) {
    for (const { name, labels, value } of samples) {
      const key = `${name} ${Object.values(labels).join(' ')}`.trim();
      assert.ok(!values.has(key), `twice: ${key}`);
      values.set(key, value);
    }
  }
  return values;
}

/** Of each row: the fields that are passed on as Locust gives them. */
const ROW_FIELDS = [
  'num_failures',
  'avg_response_time',
  'min_response_time',
  'max_response_time',
  'median_response_time',
  'avg_content_length',
  'current_rps',
  'current_fail_per_sec',
];

/** What the old exporter makes of a response, by the description of its rules. */
function expectedRows(version: string, { stats }: RawReport): Values {
  const values: Values = new Map();
  const add = (field: string, row: RawRow, value: unknown) => {
    const isTotal = row === stats.at(-1);
    const labels = isTotal ? ' Aggregated' : `${row.method ?? ''} ${row.name}`;
    if (typeof value === 'number') values.set(`x_requests_${field} ${labels}`.trim(), value);
  };
  for (const row of stats) {
    add('num_requests', row, requestsOf(version, row));
    for (const field of ROW_FIELDS) add(field, row, row[field]);
  }
  return values;
}

function assertClose(found: Values, expected: Values): void {
  assert.deepEqual([...found.keys()].sort(), [...expected.keys()].sort());
  for (const [key, value] of expected) {
    const other = found.get(key)!;
    assert.ok(
      Math.abs(other - value) <= 1e-12 * Math.abs(value),
      `${key} is ${other}, not ${value}`,
    );
  }
}

const PER_ROW = /^x_requests_(num_|avg_|min_|max_|median_|current_(rps|fail))/;

describe('the old metrics of each row are the numbers of Locust', () => {
  // Up to 0.6.2 the count has another name, and the total of a long list can be cut off.
  const names = fixtureNames('.stats-requests.json').filter(
    (name) =>
      /^locust-(?!0\.[56])/.test(name) &&
      ['Aggregated', 'Total'].includes(readReport(name).stats.at(-1)?.name ?? ''),
  );
  for (const name of names) {
    it(name, () => {
      const raw = readReport(name);
      const version = /^locust-([\d.]+)/.exec(name)![1]!;
      const all = [...told(parseFixture(name))];
      const expected = expectedRows(version, raw);
      // 2.30.0 gives no mean; that of no requests is 0 in every version.
      if (version === '2.30.0' && raw.state === 'ready') {
        expected.set('x_requests_avg_response_time  Aggregated', 0);
      }
      assertClose(new Map(all.filter(([key]) => PER_ROW.test(key))), expected);
    });
  }
});

describe('the old metrics', () => {
  const without = (fields: object, rows: readonly object[] = [row('/'), aggregate()]) =>
    told(parseStats(answer(rows, fields as Record<string, unknown>)));

  it('tell the state in numbers, where hatching is what is now spawning', () => {
    const states = { stopped: 0, ready: 0, hatching: 1, spawning: 1, running: 2, cleanup: 0 };
    for (const [state, value] of Object.entries(states)) {
      assert.equal(told(sample({ state })).get('x_running'), value, state);
    }
  });

  it('count workers, missing ones too, and 0 where there are none', () => {
    const workers = ['running', 'spawning', 'hatching', 'missing', 'ready'].map((state, index) => ({
      ...{ id: `w${index}`, state, user_count: index },
    }));
    const counts = (values: Values) =>
      ['', '_running', '_hatching', '_missing'].map((one) => values.get(`x_workers${one}_count`));
    const values = told(sample({ workers }));
    assert.deepEqual(counts(values), [5, 1, 2, 1]);
    assert.equal(values.get('x_worker_detail w1 spawning'), 1);
    assert.equal(values.get('x_worker_detail w3 missing'), 3);
    assert.deepEqual(counts(told(sample())), [0, 0, 0, 0]);
    assert.deepEqual(counts(told(sample({ slave_count: 3 }))), [
      3,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('have the percentiles of whichever keys Locust gives, and none for null', () => {
    const both = (fields: object) => {
      const values = told(sample(fields as Record<string, unknown>));
      const name = 'x_requests_current_response_time_percentile_';
      return [values.get(`${name}50`), values.get(`${name}95`)];
    };
    const [p50, p95] = [61, 122];
    for (const fields of [
      { current_response_time_percentile_50: p50, current_response_time_percentile_95: p95 },
      { current_response_time_percentile_1: p50, current_response_time_percentile_2: p95 },
      {
        current_response_time_percentiles: {
          'response_time_percentile_0.5': p50,
          'response_time_percentile_0.95': p95,
        },
      },
    ]) {
      assert.deepEqual(both(fields), [p50, p95]);
    }
    assert.deepEqual(both({ current_response_time_percentile_50: null }), [undefined, undefined]);
  });

  it('call the total Aggregated, whatever Locust calls it, and never list it twice', () => {
    for (const name of ['Total', 'Aggregated']) {
      const values = without({}, [row('/'), { ...aggregate({ num_requests: 77 }), name }]);
      assert.equal(values.get('x_requests_num_requests  Aggregated'), 77);
      assert.equal([...values.keys()].filter((key) => key.includes('num_requests')).length, 2);
    }
    const twin = row('Aggregated', { method: null, num_requests: 5 });
    const values = without({}, [twin, row('/'), aggregate({ num_requests: 77 })]);
    assert.equal(values.get('x_requests_num_requests  Aggregated'), 77);
  });

  it('leave out the endpoint of that name that was never shown, and no other', () => {
    const values = without({}, [row('//stats/requests'), row('Total'), row('/'), aggregate()]);
    const names = [...values.keys()].filter((key) => key.startsWith('x_requests_num_requests'));
    assert.deepEqual(
      names.map((key) => key.slice(24)),
      ['GET Total', 'GET /', ' Aggregated'],
    );
  });

  it('are absent where Locust gives null', () => {
    const nulls = Object.fromEntries([...ROW_FIELDS, 'num_requests'].map((key) => [key, null]));
    const values = without({ user_count: null, fail_ratio: null }, [
      row('/', nulls),
      aggregate(nulls),
    ]);
    assert.deepEqual(
      [...values.keys()].filter((key) => PER_ROW.test(key)),
      [],
    );
    assert.equal(values.get('x_requests_fail_ratio'), undefined);
  });

  it('tell each error', () => {
    const errors = [{ method: 'GET', name: '/', error: 'boom', occurrences: 7 }];
    assert.equal(told(sample({ errors })).get('x_errors GET / boom'), 7);
  });

  it('tell nothing while Locust is down', () => {
    assert.deepEqual([...told(null)], []);
  });
});

describe('the metrics that are chosen', () => {
  const NAMES = fixtureNames('.stats-requests.json');
  for (const legacy of ['on', 'off', 'only'] as const) {
    it(`${legacy}: no name means two things, in either format`, async () => {
      const isOld = legacy !== 'off';
      const self = createSelfMetrics({ version: '1', revision: 'r' }, { legacy: isOld });
      const own = await self.families();
      for (const name of NAMES) {
        const report = { snapshot: parseFixture(name), info: null, runStartSeconds: 1 };
        const families = [...buildFamilies(chooseCatalog(legacy), 'locust', report), ...own];
        for (const format of ['text', 'openmetrics'] as const) {
          const parsed = parseExposition(renderExposition(families, format), format);
          const names = parsed.map((family) => family.name);
          const has = (one: string) => names.includes(one);
          assert.equal(has('locust_running'), legacy !== 'off');
          assert.equal(has('locust_state'), legacy !== 'only');
          assert.equal(has(LEGACY_BUILD_INFO.name), legacy !== 'off');
          assert.ok(has('locust_up') && has('locust_exporter_build_info'));
          const owners = new Map<string, string>();
          for (const family of parsed) {
            for (const one of new Set(family.samples.map((each) => each.name))) {
              assert.equal(owners.get(one), undefined, `${one} is of two families`);
              owners.set(one, family.name);
            }
          }
        }
      }
    });
  }

  it('keep the labels of the old build info', async () => {
    const self = createSelfMetrics({ version: '1', revision: 'r' }, { legacy: true });
    const { name } = LEGACY_BUILD_INFO;
    const found = readFamilies(await self.families()).find((family) => family.name === name);
    const labels = { branch: '', goversion: '', revision: 'r', version: '1' };
    assert.deepEqual(found?.samples, [{ name, labels, value: 1 }]);
  });
});

it('what is not finite in ms is not told', () => {
  const values = told(sample({}, { max_response_time: Number.MAX_VALUE }));
  assert.ok([...values.values()].every((value) => Number.isFinite(value)));
});

it('a mean that is not finite is not told', () => {
  const row = parseStats(answer([aggregate({ num_requests: 1 })])).aggregate!;
  const responseTime = { ...row.responseTime, count: 1e-10 };
  const huge = { ...row, contentBytes: 1e308, responseTime };
  const values = told({ ...sample(), aggregate: huge });
  assert.equal(values.has('x_requests_avg_content_length  Aggregated'), false);
});
