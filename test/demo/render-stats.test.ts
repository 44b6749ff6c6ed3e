import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { describe, it } from 'node:test';
import { SIMULATED_VERSIONS } from '../../src/demo/locust-features.ts';
import type { SimulatedLocustOptions } from '../../src/demo/locust-web-api.ts';
import { capture } from './capture.ts';
import { clockedLocust } from './clocked-locust.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const SITUATIONS = [
  { situation: 'standalone-ready', workers: 0, seconds: 1 },
  { situation: 'standalone-running', workers: 0, seconds: 60 },
  { situation: 'distributed-ready', workers: 2, seconds: 1 },
  { situation: 'distributed-running', workers: 2, seconds: 60 },
];

describe('the answer to /stats/requests', () => {
  let compared = 0;
  for (const version of SIMULATED_VERSIONS) {
    for (const { situation, workers, seconds } of SITUATIONS) {
      const file = `${situation}.stats-requests.json`;
      if (!existsSync(new URL(`locust-${version}/${file}`, FIXTURES))) continue;
      compared++;
      it(`has the form that Locust ${version} has: ${situation}`, () => {
        const real = capture(version, file);
        const simulated = statsAfter(version, workers, seconds);
        assert.deepEqual(describeForm(simulated), describeForm(real));
      });
    }
  }

  it('was compared with captures of nearly all versions', () => {
    // There is no capture of 0.9.0.
    assert.ok(compared >= 4 * (SIMULATED_VERSIONS.length - 2), String(compared));
  });

  for (const version of ['0.11.1', '2.12.1', '2.46.3']) {
    it(`is cut as Locust ${version} cuts it`, () => {
      const file = 'standalone-running-600-endpoints.stats-requests.json';
      const real = parse(capture(version, file));
      const simulated = parse(statsAfter(version, 0, 60, { endpoints: 600, errors: 600 }));
      const names = (stats: readonly Row[]): unknown => stats.map(({ name }) => name);
      assert.deepEqual(names(simulated.stats), names(real.stats));
      assert.equal(simulated.errors.length, 500);
    });
  }
});

type Row = Readonly<Record<string, unknown>>;
type Report = Row & { readonly stats: readonly Row[]; readonly errors: readonly Row[] };

function parse(body: string): Report {
  return JSON.parse(body) as Report;
}

function statsAfter(
  version: string,
  workers: number,
  seconds: number,
  synthetic: SimulatedLocustOptions = {},
): string {
  const locust = clockedLocust({ version, workers, scenario: 'cycle', ...synthetic });
  locust.pass(seconds);
  return locust.get('/stats/requests').body;
}

/** What depends on the version and not on the load. */
function describeForm(body: string): unknown {
  const report = parse(body);
  const aggregate = report.stats.at(-1);
  const workers = (report['workers'] ?? report['slaves'] ?? []) as readonly Row[];
  const percentiles = report['current_response_time_percentiles'] ?? {};
  return {
    topLevel: Object.keys(report).sort(),
    order: Object.keys(report).join() === Object.keys(report).sort().join(),
    lines: body.includes('\n  "'),
    endsWithNewline: body.endsWith('\n'),
    rows: distinctKeys(report.stats),
    errors: distinctKeys(report.errors),
    errorRowsAreLists: report.errors.some((row) => Array.isArray(row)),
    workers: distinctKeys(workers),
    workerStates: [...new Set(workers.map(({ state }) => state))],
    percentiles: Object.keys(percentiles),
    state: report['state'],
    aggregate: { method: aggregate?.['method'], name: aggregate?.['name'] },
    aggregateMedianIsNull: aggregate?.['median_response_time'] === null,
    ...(report['state'] === 'ready' && { percentile: Object.values(percentiles) }),
    ...(report['state'] === 'ready' && { flat: report['current_response_time_percentile_95'] }),
  };
}

function distinctKeys(rows: readonly object[]): string[] {
  return [...new Set(rows.map((row) => Object.keys(row).sort().join(' ')))];
}
