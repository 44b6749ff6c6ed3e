import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { runSync } from '../../../src/async/run-yielding.ts';
import { keepMonotonic, trackRun } from '../../../src/locust/history.ts';
import { createCompanionParser } from '../../../src/locust/report/parse-companion.ts';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import { createRowShaper, type RowRules } from '../../../src/locust/rows/rewrite.ts';
import type { Endpoint, Snapshot } from '../../../src/locust/snapshot.ts';
import { companionReport, companionRow, toMsgpack } from '../report/companion-sample.ts';
import { aggregate, NO_RULES, report, row } from '../samples.ts';

const parse = createCompanionParser();

type Pairs = readonly (readonly [number, number])[];

function read(rows: Readonly<Record<string, Pairs | null>>, members = {}): Snapshot {
  const stats = Object.entries(rows).map(([name, times]) =>
    times === null
      ? companionRow(name, new Map([[10, 5]]), { response_times: 'odd' })
      : companionRow(name, new Map(times)),
  );
  const total = companionRow('Aggregated', new Map(Object.values(rows).flatMap((t) => t ?? [])), {
    num_requests: 1000,
  });
  return runSync(parse(toMsgpack(companionReport({ stats, aggregate: total, ...members }))))
    .snapshot;
}

/** The same endpoints as Locust's own report tells them, with a request more each. */
function readWeb(names: readonly string[]): Snapshot {
  const rows = names.map((name) => row(name, { num_requests: 100 }));
  return parseStats(report([...rows, aggregate({ num_requests: 1000 })]));
}

function shaper(rules: Partial<RowRules>): (snapshot: Snapshot) => readonly Endpoint[] {
  const shape = createRowShaper({ ...NO_RULES, ...rules });
  return (snapshot) => runSync(shape(snapshot, false)).endpoints;
}

function countsOf(endpoint: Endpoint | undefined): [number, number][] | null {
  const durations = endpoint?.durations ?? null;
  return durations && [...durations.seconds].map((time, index) => [time, durations.counts[index]!]);
}

const asUser = { nameRewrites: [(name: string) => name.replace(/\d+/, ':id')] };

describe('rows that are added up', () => {
  it('have the distribution of all, with quantiles', () => {
    const [sum] = shaper(asUser)(
      read({
        '/1': [[10, 4]],
        '/2': [
          [20, 4],
          [10, 1],
        ],
        '/3': [[3000, 1]],
      }),
    );
    assert.deepEqual(countsOf(sum), [
      [0.01, 5],
      [0.02, 4],
      [3, 1],
    ]);
    assert.equal(sum?.durations?.sumSeconds, 3.13);
    assert.deepEqual(sum.responseTime.quantiles, [
      { quantile: 0.5, seconds: 0.02 },
      { quantile: 0.95, seconds: 3 },
      { quantile: 0.99, seconds: 3 },
    ]);
    assert.equal(sum.responseTime.medianSeconds, 0.02);
  });

  it('keep what a row counted that is gone', () => {
    const shape = shaper(asUser);
    shape(read({ '/1': [[10, 4]], '/2': [[20, 4]] }));
    const [sum] = shape(read({ '/2': [[20, 6]] }));
    assert.deepEqual(countsOf(sum), [
      [0.01, 4],
      [0.02, 6],
    ]);
    assert.equal(sum?.responseTime.quantiles.length, 3);
  });

  it('keep what a row counted before it began again', () => {
    const shape = shaper(asUser);
    shape(read({ '/1': [[10, 4]], '/2': [[20, 4]] }));
    const [sum] = shape(read({ '/1': [[10, 1]], '/2': [[20, 4]] }));
    assert.deepEqual(countsOf(sum), [
      [0.01, 5],
      [0.02, 4],
    ]);
  });

  it('keep what one read lacks', () => {
    const shape = shaper(asUser);
    shape(read({ '/1': [[10, 5]], '/2': [[20, 4]] }));
    const [sum] = shape(read({ '/1': null, '/2': [[20, 6]] }));
    assert.deepEqual(countsOf(sum), [
      [0.01, 5],
      [0.02, 6],
    ]);
  });

  it('have no quantiles where the distribution of one was never told', () => {
    const [sum] = shaper(asUser)(read({ '/1': null, '/2': [[20, 6]] }));
    assert.deepEqual(countsOf(sum), [[0.02, 6]]);
    assert.deepEqual(sum?.responseTime.quantiles, []);
  });

  it('of which there are many come to the same', () => {
    const names = Array.from({ length: 1000 }, (_, index) => `/${index}`);
    const rows = Object.fromEntries(
      names.map((name, index): [string, Pairs] => [
        name,
        [
          [index % 10, 1],
          [7, 1],
        ],
      ]),
    );
    const [first, second] = shaper({ maxEndpoints: 1 })(read(rows));
    assert.deepEqual([first?.name, second?.name], ['/0', '(other)']);
    const total = countsOf(second)!.map(([, count]) => count);
    // One in ten of the others has each time; in those of 7 the key is there once, with the count 1.
    assert.deepEqual(total, [99, 100, 100, 100, 100, 100, 100, 999, 100, 100]);
  });

  it('have none while the companion is away, and go on when it is back', () => {
    const shape = shaper(asUser);
    shape(read({ '/1': [[10, 4]], '/2': [[20, 4]] }));
    const [away] = shape(readWeb(['/1', '/2']));
    assert.equal(away?.durations, null);
    assert.deepEqual(away.responseTime.quantiles, []);
    assert.equal(away.requests, 200);
  });
});

describe('when the companion comes in mid-run', () => {
  const web = parseStats(
    report([row('/a', { num_requests: 100 }), aggregate({ num_requests: 100 })]),
  );
  const stats = [
    companionRow('/a', new Map([[20, 90]]), {
      num_requests: 101,
      num_none_requests: 11,
      num_failures: 1,
    }),
  ];
  const total = companionRow('Aggregated', new Map([[20, 90]]), {
    ...{ num_requests: 101, num_none_requests: 11, num_failures: 1 },
  });
  const companion = runSync(
    parse(toMsgpack(companionReport({ stats, aggregate: total }))),
  ).snapshot;

  it('no run begins, though it counts fewer requests with a time', () => {
    const known = { ...companion, companion: { ...companion.companion!, runStartSeconds: null } };
    assert.equal(trackRun(trackRun(null, web, 100), known, 105).began, false);
  });

  it('no total falls', () => {
    const [endpoint] = keepMonotonic(web, companion).endpoints;
    assert.equal(endpoint?.responseTime.count, 100);
    assert.equal(endpoint.responseTime.sumSeconds, 2);
    assert.deepEqual(countsOf(endpoint), [[0.02, 90]]);
    assert.equal(endpoint.durations?.sumSeconds, 1.8);
  });
});

it('the sum of a distribution does not fall', () => {
  const sumOf = (total: number) =>
    read(
      { '/a': [[10, 4]] },
      {
        stats: [companionRow('/a', new Map([[10, 4]]), { total_response_time: total })],
      },
    );
  const [endpoint] = keepMonotonic(sumOf(40), sumOf(39.999)).endpoints;
  assert.equal(endpoint?.durations?.sumSeconds, 0.04);
  assert.equal(endpoint.responseTime.sumSeconds, 0.04);
});

describe('the start of a run', () => {
  const at = (state: string, start: number | null, requests = 10, statsStart = start) =>
    read(
      { '/a': [[10, 4]] },
      {
        state,
        run_start_time: start,
        stats_start_time: statsStart,
        aggregate: companionRow('Aggregated', new Map([[10, requests]])),
      },
    );

  it('is what the companion reports, and a reset moves it', () => {
    const running = trackRun(null, at('running', 1000), 1100);
    assert.equal(running.startSeconds, 1000);
    const reset = trackRun(running, at('running', 1000, 2, 1103.5), 1105);
    assert.deepEqual([reset.began, reset.startSeconds], [true, 1103.5]);
  });

  it('is a reset even if more was counted since', () => {
    const running = trackRun(null, at('running', 1000, 50), 1100);
    const reset = trackRun(running, at('running', 1000, 60, 1103), 1105);
    assert.deepEqual([reset.began, reset.startSeconds], [true, 1103]);
  });

  it('is never before the run, nor earlier than it was, by the clock of a worker', () => {
    const running = trackRun(null, at('running', 1000, 10, 400), 1100);
    assert.equal(running.startSeconds, 1000);
    const reset = trackRun(running, at('running', 1000, 2, 1103), 1105);
    const later = trackRun(reset, at('running', 1000, 5, 400), 1110);
    assert.deepEqual([later.began, later.startSeconds], [false, 1103]);
  });

  it('stays while a read comes from elsewhere', () => {
    const running = trackRun(null, at('running', 1000, 50), 1100);
    const web = trackRun(
      running,
      parseStats(report([aggregate({ num_requests: 60, num_failures: 0 })])),
      1105,
    );
    assert.deepEqual([web.began, web.startSeconds], [false, 1000]);
    const back = trackRun(web, at('running', 1000, 70), 1110);
    assert.deepEqual([back.began, back.startSeconds], [false, 1000]);
  });

  it('tells a run apart that has counted more than the one before', () => {
    const running = trackRun(null, at('running', 1000, 50), 1100);
    const next = trackRun(running, at('running', 1102, 60), 1105);
    assert.deepEqual([next.began, next.startSeconds], [true, 1102]);
  });
});
