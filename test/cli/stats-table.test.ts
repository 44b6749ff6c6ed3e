import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statsTable } from '../../src/cli/stats-table.ts';
import { parseStats } from '../../src/locust/report/parse-stats.ts';
import type { Snapshot } from '../../src/locust/snapshot.ts';
import type { RecentPercentiles } from '../../src/target/recent-requests.ts';
import {
  sampleEndpoint,
  sampleSnapshot,
  sampleStats,
} from '../http/status-page/sample-status-view.ts';
import { report, row } from '../locust/samples.ts';

/** Each number is there once, so that a column cannot show another one's. */
function numbers(of: number): Record<string, unknown> {
  return {
    num_requests: of * 1000 + 1,
    num_failures: of * 100 + 2,
    median_response_time: of * 1000 + 110,
    'response_time_percentile_0.5': of * 1000 + 110,
    'response_time_percentile_0.95': of * 1000 + 220,
    'response_time_percentile_0.99': of * 1000 + 230,
    avg_response_time: of * 1000 + 140,
    min_response_time: of * 1000 + 105,
    max_response_time: of * 1000 + 350,
    avg_content_length: of * 1000 + 500,
    current_rps: of * 10 + 0.6,
    current_fail_per_sec: of * 10 + 0.7,
    total_rps: of * 10 + 0.8,
  };
}

/** What each column has to show of `numbers`. */
const COLUMNS: Readonly<Record<string, (of: number) => number>> = {
  Requests: (of) => of * 1000 + 1,
  Fails: (of) => of * 100 + 2,
  Median: (of) => of * 1000 + 110,
  p95: (of) => of * 1000 + 220,
  Mean: (of) => of * 1000 + 140,
  Max: (of) => of * 1000 + 350,
  'req/s': (of) => of * 10 + 0.6,
  'fail/s': (of) => of * 10 + 0.7,
};

const SNAPSHOT = parseStats(
  report(
    [
      row('/cart', { method: 'POST', ...numbers(1) }),
      row('/a b', { method: 'GET', ...numbers(2) }),
      row('Aggregated', { method: '', ...numbers(3) }),
    ],
    {
      errors: [
        { method: 'POST', name: '/cart', error: 'boom', occurrences: 41 },
        { method: 'GET', name: '/a b', error: 'boom', occurrences: 42 },
      ],
    },
  ),
);

/** The tables of a text, each a list of rows by the names of their columns. */
function tablesOf(
  snapshot: Snapshot,
  recent: RecentPercentiles | null = null,
): Record<string, string>[][] {
  const tables: string[][][] = [];
  let isWithin = false;
  for (const line of statsTable(snapshot, recent).split('\n')) {
    const isRow = line.startsWith('│');
    if (isRow && !isWithin) tables.push([]);
    isWithin = isRow || (isWithin && line.startsWith('├'));
    if (isRow)
      tables.at(-1)!.push(
        line
          .slice(1, -1)
          .split('│')
          .map((cell) => cell.trim()),
      );
  }
  return tables.map(([head = [], ...rows]) =>
    rows.map((cells) => Object.fromEntries(cells.map((cell, index) => [head[index] ?? '', cell]))),
  );
}

describe('the table of stats', () => {
  const [endpoints = [], errors = []] = tablesOf(SNAPSHOT);

  it('has a row of each endpoint and of all together', () => {
    assert.deepEqual(
      endpoints.map(({ Method, Name }) => [Method, Name]),
      [
        ['POST', '/cart'],
        ['GET', '/a b'],
        ['', 'Aggregated'],
      ],
    );
  });

  for (const [column, expected] of Object.entries(COLUMNS)) {
    it(`shows under ${column} what Locust says`, () => {
      assert.deepEqual(
        endpoints.map((one) => Number.parseFloat(one[column] ?? '')),
        [1, 2, 3].map(expected),
      );
    });
  }

  it('has no further column', () => {
    assert.deepEqual(Object.keys(endpoints[0] ?? {}), ['Method', 'Name', ...Object.keys(COLUMNS)]);
  });

  it('shows times in milliseconds', () => {
    for (const column of ['Median', 'p95', 'Mean', 'Max']) {
      assert.match(endpoints[0]?.[column] ?? '', /^\d+(\.\d)? ms$/);
    }
  });

  it('takes p95 from the distribution, whichever percentiles Locust lists', () => {
    const durations = {
      seconds: Float64Array.of(0.01, 0.3, 2),
      counts: Float64Array.of(90, 6, 4),
      sumSeconds: null,
    };
    const [[first] = []] = tablesOf(
      sampleSnapshot({
        endpoints: [
          sampleEndpoint({
            durations,
            responseTime: { ...sampleStats().responseTime, quantiles: [] },
          }),
        ],
      }),
    );
    assert.equal(first?.['p95'], '300 ms');
  });

  it('shows the percentiles of the last minute, with the seconds that they cover', () => {
    const ofRow = (seconds: number) =>
      [0.5, 0.95, 0.99].map((quantile) => ({ quantile, seconds: seconds * quantile }));
    const [[first, , total] = []] = tablesOf(sampleSnapshot(), {
      seconds: 58.7,
      fractions: [0.5, 0.95, 0.99],
      aggregate: ofRow(2),
      ofEndpoint: (index) => (index === 0 ? ofRow(1) : []),
    });
    assert.deepEqual([first?.['p50 59s'], first?.['p99 59s']], ['500 ms', '990 ms']);
    assert.equal(total?.['p95 59s'], '1900 ms');
  });

  it('lists errors, equal texts under different names too', () => {
    assert.deepEqual(errors, [
      { Method: 'POST', Name: '/cart', Error: 'boom', Occurrences: '41' },
      { Method: 'GET', Name: '/a b', Error: 'boom', Occurrences: '42' },
    ]);
  });

  it('shows a dash for what Locust does not tell', () => {
    const bare = { method: 'GET', name: '/', num_requests: 3, num_failures: 0 };
    const [[first] = []] = tablesOf(parseStats(report([bare, { ...bare, name: 'Aggregated' }])));
    assert.deepEqual(
      Object.entries(first ?? {}).filter(([, cell]) => cell !== '-'),
      [
        ['Method', 'GET'],
        ['Name', '/'],
        ['Requests', '3'],
        ['Fails', '0'],
      ],
    );
  });
});
