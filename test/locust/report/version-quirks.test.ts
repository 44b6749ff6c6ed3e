import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { detectQuirks } from '../../../src/locust/report/version-quirks.ts';
import { IgnoredCollector } from '../../../src/locust/report/values.ts';
import { parseVersion, type Version } from '../../../src/locust/version.ts';
import { isSince } from '../../helpers/locust-versions.ts';
import { fixtureNames, readReport } from '../samples.ts';

type Fields = Record<string, unknown>;

function detect(report: Fields, version: Version | null = null) {
  const { stats = [], errors = [] } = report as { stats?: Fields[]; errors?: unknown[] };
  return detectQuirks(report, stats, errors, version, new IgnoredCollector());
}

describe('the generation of a recorded response', () => {
  for (const name of fixtureNames('.stats-requests.json')) {
    const release = /^locust-([^/]+)\//.exec(name)?.[1];
    if (release === undefined) continue;
    it(`of ${name} is told with the version and without it`, () => {
      const report = readReport(name);
      const { stats, errors } = report;
      for (const version of [parseVersion(release), null]) {
        const found = detect(report, version);
        // Where nothing was counted, or no error was met, it does not matter.
        if (stats.some(({ num_failures: failures }) => failures > 0)) {
          assert.equal(found.countExcludesFailures, !isSince(release, '0.10'));
        }
        if (JSON.stringify(errors).includes('&')) {
          const escaped: boolean = isSince(release, '1.0') && !isSince(release, '2.28.0');
          assert.equal(found.errorsEscaped, escaped);
        }
      }
    });
  }
});

describe('whether failures are counted apart', () => {
  const at = (report: Fields, row: Fields, version: Version | null = null) =>
    detect({ ...report, stats: [{ name: '/' }, { name: 'Total', ...row }] }, version)
      .countExcludesFailures;
  const window = { current_response_time_percentile_50: null };

  it('is told by any key that only some versions have', () => {
    assert.equal(at(window, { num_reqs: 1 }), true);
    assert.equal(at({ ...window, slave_count: 0 }, { safe_name: '/' }), true);
    assert.equal(at({}, {}), true);
    for (const later of [{ safe_name: '/' }, { current_fail_per_sec: 0 }, { name: 'Aggregated' }]) {
      assert.equal(at({}, later), false, JSON.stringify(later));
    }
    assert.equal(detect({ ...window, stats: [] }).countExcludesFailures, false);
  });

  it('is told by the version where answers are alike, or else by what cannot be', () => {
    const more = { num_requests: 1, num_failures: 2 };
    const fewer = { num_requests: 2, num_failures: 2 };
    assert.deepEqual(
      [at(window, fewer, [0, 9, 9]), at(window, more, [0, 10, 0]), at(window, more, [0, 11, 1])],
      [true, false, false],
    );
    assert.deepEqual([at(window, more), at(window, fewer)], [true, false]);
  });
});

describe('whether errors are escaped', () => {
  const ESCAPED = [{ name: '/', error: 'E(&#x27;a&#x27;)' }];
  const at = (report: Fields, row: Fields = {}, version: Version | null = null) =>
    detect({ errors: ESCAPED, ...report, stats: [{ ninetieth_response_time: 1, ...row }] }, version)
      .errorsEscaped;
  /** Not escaped by their looks, so that only a key can say otherwise. */
  const bare = [{ name: '/', error: "E('a')" }];

  it('is told by any key that came in 1.0 or later', () => {
    for (const since of [
      { workers: [] },
      { current_response_time_percentile_1: null },
      { current_response_time_percentiles: {} },
      ...['spawning', 'cleanup', 'missing'].map((state) => ({ state })),
    ]) {
      assert.equal(at({ errors: bare, ...since }), true, JSON.stringify(since));
    }
    assert.equal(at({ errors: bare }, { ninety_ninth_response_time: 1 }), true);
    for (const state of ['running', 'ready', 'hatching', 'stopped']) {
      assert.equal(at({ errors: bare, state }), false, state);
    }
  });

  it('is told by what only older or newer ones have', () => {
    assert.equal(at({ slaves: [] }), false);
    const { errorsEscaped } = detect({ errors: ESCAPED, workers: [], stats: [{}] });
    assert.equal(errorsEscaped, false);
    assert.equal(detect({ errors: ESCAPED, stats: [] }).errorsEscaped, false);
  });

  it('is told by the version where answers are alike, or else by their looks', () => {
    assert.deepEqual([at({}, {}, [0, 14, 6]), at({ errors: bare }, {}, [1, 0, 0])], [false, true]);
    assert.deepEqual([at({}), at({ errors: bare })], [true, false]);
  });

  it('is no question where there are none', () => {
    assert.equal(at({ errors: [], workers: [] }), false);
  });
});
