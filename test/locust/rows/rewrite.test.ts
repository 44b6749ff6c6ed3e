import { MAX_GONE, withLastKnown } from '../../../src/locust/rows/known-rows.ts';
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runSync } from '../../../src/async/run-yielding.ts';
import { cutText, memoize } from '../../../src/locust/text.ts';
import { keepMonotonic, trackRun, type RunTrack } from '../../../src/locust/history.ts';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import { ENDPOINT_IDENTITY, ERROR_IDENTITY, OTHER } from '../../../src/locust/rows/identity.ts';
import { createRowShaper, type RowRules } from '../../../src/locust/rows/rewrite.ts';
import type { Endpoint, Snapshot } from '../../../src/locust/snapshot.ts';
import { aggregate, NO_RULES, report, row } from '../samples.ts';

function snapshotOf(names: readonly string[], errors: readonly object[] = []): Snapshot {
  return parseStats(report([...names.map((name) => row(name)), aggregate()], { errors }));
}

function error(name: string, text: string, method = 'GET'): object {
  return { method, name, error: text, occurrences: 2 };
}

/** Shapes the snapshots of one read after another. */
function shaper(rules: RowRules): (snapshot: Snapshot, began: boolean) => Snapshot {
  const shape = createRowShaper(rules);
  return (snapshot, began) => runSync(shape(snapshot, began));
}

function shaped(rules: Partial<RowRules>, snapshot: Snapshot): Snapshot {
  return shaper({ ...NO_RULES, ...rules })(snapshot, false);
}

function namesOf({ endpoints }: Snapshot): string[] {
  return endpoints.map(({ name }) => name);
}

it('the row for the others is called what the documentation says', () => {
  assert.equal(OTHER, '(other)');
});

const noId = (name: string) => name.replace(/\d+/, ':id');

describe('without rules', () => {
  it('a snapshot is itself', () => {
    const snapshot = snapshotOf(['/a', '/b'], [error('/a', 'x')]);
    assert.equal(shaped({}, snapshot), snapshot);
    assert.equal(shaped({ maxEndpoints: 2, maxErrors: 1, maxLabelLength: 16 }, snapshot), snapshot);
  });
});

describe('rewritten names', () => {
  it('add rows up, method by method, and these do not count as folded', () => {
    const stats = [row('/u/1', { num_failures: 0, max_response_time: 70 }), row('/u/2')];
    const others = [row('/u/3', { method: 'PUT' }), row('/'), aggregate({ num_requests: 99 })];
    const snapshot = parseStats(report([...stats, ...others]));
    const result = shaped({ nameRewrites: [noId] }, snapshot);
    assert.deepEqual(
      result.endpoints.map(({ method, name, requests, failures }) => [
        ...[method, name, requests, failures],
      ]),
      [
        ['GET', '/u/:id', 20, 1],
        ['PUT', '/u/:id', 10, 1],
        ['GET', '/', 10, 1],
      ],
    );
    const { sumSeconds, minSeconds, maxSeconds } = result.endpoints[0]!.responseTime;
    assert.deepEqual([sumSeconds, minSeconds, maxSeconds], [0.4, 0.005, 0.07]);
    assert.equal(result.foldedEndpoints, 0);
    assert.equal(result.aggregate, snapshot.aggregate);
  });

  it('are those of errors too, whose texts have rules of their own', () => {
    const errors = [error('/u/1', 'no 1'), error('/u/2', 'no 2'), error('/u/2', 'late')];
    const rules = {
      nameRewrites: [noId],
      errorRewrites: [(text: string) => text.replace(/ \d/, '')],
    };
    const result = shaped(rules, snapshotOf([], errors));
    assert.deepEqual(result.errors, [
      { method: 'GET', name: '/u/:id', error: 'no', occurrences: 4 },
      { method: 'GET', name: '/u/:id', error: 'late', occurrences: 2 },
    ]);
    assert.equal(result.foldedErrors, 0);
  });

  it('are made by each rule in turn, once for each name', () => {
    let runs = 0;
    const first = (name: string) => (runs++, `${name}/b`);
    const second = (name: string) => name.replace('a/b', 'c');
    const shape = shaper({ ...NO_RULES, nameRewrites: [first, second] });
    for (let read = 0; read < 3; read++) {
      assert.deepEqual(namesOf(shape(snapshotOf(['a'], [error('a', 'x')]), false)), ['c']);
    }
    assert.equal(runs, 1);
  });
});

describe('INCLUDE_NAMES and EXCLUDE_NAMES', () => {
  const snapshot = snapshotOf(['/a/1', '/a/2', '/b'], [error('/a/1', 'x'), error('/b', 'x')]);

  it('go by the names that Locust gives', () => {
    const rules = {
      includeNames: (name: string) => name.startsWith('/a'),
      excludeNames: (name: string) => name.endsWith('2'),
      nameRewrites: [(name: string) => name.replace('/a', '/b')],
    };
    const result = shaped(rules, snapshot);
    assert.deepEqual(namesOf(result), ['/b/1']);
    assert.deepEqual(
      result.errors.map(({ name }) => name),
      ['/b/1'],
    );
    assert.equal(result.aggregate, snapshot.aggregate);
    assert.equal(result.foldedEndpoints + result.foldedErrors, 0);
  });

  it('each stand alone', () => {
    const isB = (name: string) => name === '/b';
    assert.deepEqual(namesOf(shaped({ includeNames: isB }, snapshot)), ['/b']);
    assert.deepEqual(namesOf(shaped({ excludeNames: isB }, snapshot)), ['/a/1', '/a/2']);
  });
});

describe('a label value', () => {
  it('is cut where it is one character too long', () => {
    assert.equal(cutText('abcd', 4), 'abcd');
    assert.equal(cutText('abcde', 4), 'abc…');
    assert.equal(cutText('😀😀😀😀', 4), '😀😀😀😀');
    assert.equal(cutText('a😀😀😀😀', 4), 'a😀😀…');
    assert.equal(cutText('', 4), '');
  });

  it('is whole, well-formed and not cut twice', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '日', '😀') });
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 20 }), (value, most) => {
        const result = cutText(value, most);
        const points = Array.from(value);
        assert.ok(result.isWellFormed());
        assert.equal(cutText(result, most), result);
        const expected = points.length <= most ? value : `${points.slice(0, most - 1).join('')}…`;
        assert.equal(result, expected);
      }),
    );
  });

  it('is the method of an endpoint, too', () => {
    const stats = [row('/', { method: 'M'.repeat(17) }), aggregate()];
    const result = shaped({ maxLabelLength: 16 }, parseStats(report(stats)));
    assert.equal(result.endpoints[0]?.method, `${'M'.repeat(15)}…`);
  });

  it('that is the same after cutting makes one row, which counts as folded', () => {
    const long = 'x'.repeat(15);
    const snapshot = snapshotOf(
      [`${long}12`, `${long}34`, '/'],
      [error(`${long}12`, `${long}12`, `${long}12`), error(`${long}12`, `${long}13`, `${long}12`)],
    );
    const result = shaped({ maxLabelLength: 16 }, snapshot);
    assert.deepEqual(namesOf(result), [`${long}…`, '/']);
    assert.equal(result.endpoints[0]?.requests, 20);
    const cut = `${long}…`;
    assert.deepEqual(result.errors, [{ method: cut, name: cut, error: cut, occurrences: 4 }]);
    assert.deepEqual([result.foldedEndpoints, result.foldedErrors], [2, 2]);
  });
});

describe('rows above a limit', () => {
  it('are none at the limit, and one above it is (other)', () => {
    const rules = { maxEndpoints: 2, maxErrors: 1 };
    const snapshot = snapshotOf(['a', 'b', 'c'], [error('a', 'x'), error('b', 'x')]);
    assert.deepEqual(namesOf(shaped(rules, snapshotOf(['a', 'b']))), ['a', 'b']);
    const result = shaped(rules, snapshot);
    assert.deepEqual(
      result.endpoints.map(({ method, name }) => [method, name]),
      [
        ['GET', 'a'],
        ['GET', 'b'],
        ['', OTHER],
      ],
    );
    assert.deepEqual(result.errors[1], { method: '', name: OTHER, error: OTHER, occurrences: 2 });
    assert.deepEqual([result.foldedEndpoints, result.foldedErrors], [1, 1]);
    const more = shaped(rules, snapshotOf(['a', 'b', 'c', 'd', 'e']));
    assert.equal(more.endpoints[2]?.requests, 30);
    assert.equal(more.foldedEndpoints, 3);
  });

  it('are those whose labels no longer fit into the bytes for all, escaped as in the metrics', () => {
    const long = (first: string, character: string) => first + character.repeat(1022);
    for (const [character, fits] of [
      ['x', 1018],
      ['"', 511],
      ['\n', 511],
      ['\\', 511],
      ['é', 511],
      ['€', 341],
    ] as const) {
      // 1 MiB by the bytes of a name, its method and the length of that: 1030, 2052, 3074.
      const names = Array.from({ length: 1100 }, (_, index) =>
        long(String.fromCodePoint(0x4e00 + index), character),
      );
      const { endpoints, foldedEndpoints } = shaped({ maxEndpoints: 2000 }, snapshotOf(names));
      assert.ok(Math.abs(endpoints.length - 1 - fits) < 5, `${character}: ${endpoints.length}`);
      assert.equal(endpoints.at(-1)?.name, OTHER);
      assert.equal(foldedEndpoints, names.length - endpoints.length + 1);
      const requests = endpoints.reduce((sum, endpoint) => sum + (endpoint.requests ?? 0), 0);
      assert.equal(requests, 11_000);
    }
  });

  it('have 128 bytes for each row that may be where that is more, anew when counts begin again', () => {
    const names = Array.from({ length: 2000 }, (_, index) => `${1e6 + index}${'x'.repeat(1000)}`);
    const shape = shaper({ ...NO_RULES, maxEndpoints: 16_384 });
    assert.equal(shape(snapshotOf(names), false).foldedEndpoints, 0);
    const others = names.map((name) => `-${name}`);
    assert.notEqual(shape(snapshotOf(others), false).foldedEndpoints, 0);
    assert.equal(shape(snapshotOf(others), true).foldedEndpoints, 0);
  });

  it('are those that came later, until the counts begin again', () => {
    const shape = shaper({ ...NO_RULES, maxEndpoints: 2 });
    shape(snapshotOf(['m', 'n']), false);
    const later = shape(snapshotOf(['a', 'm', 'n', 'z']), false);
    assert.deepEqual(namesOf(later), [OTHER, 'm', 'n']);
    assert.equal(later.endpoints[0]?.requests, 20);
    assert.deepEqual(namesOf(shape(snapshotOf(['a', 'm', 'n', 'z']), true)), ['a', 'm', OTHER]);
  });

  it('are not those that were there when the counts began again', () => {
    const shape = shaper({ ...NO_RULES, maxEndpoints: 2 });
    for (const began of [false, false, true]) shape(snapshotOf(['m', 'n']), began);
    assert.deepEqual(namesOf(shape(snapshotOf(['a', 'm', 'n']), false)), [OTHER, 'm', 'n']);
  });

  it('are added to an endpoint that is called so itself', () => {
    const own = row(OTHER, { method: '', num_requests: 5 });
    const stats = [own, row('a'), row('b'), row('c'), aggregate()];
    const result = shaped({ maxEndpoints: 2 }, parseStats(report(stats)));
    assert.deepEqual(namesOf(result), [OTHER, 'a', 'b']);
    assert.equal(result.endpoints[0]?.requests, 15);
    assert.equal(result.foldedEndpoints, 2);
  });
});

describe('a row that Locust pushes off its list', () => {
  /** As Locust lists them: by name, the first few. */
  function listed(counts: Readonly<Record<string, number>>, most: number): Snapshot {
    const names = Object.keys(counts).sort();
    const rows = names.map((name) => row(name, { num_requests: counts[name], num_failures: 0 }));
    const snapshot = parseStats(report([...rows.slice(0, most), aggregate()]));
    return { ...snapshot, endpointsTruncated: names.length > most };
  }

  it('stays in what it was added to, with the counts it had and no rate', () => {
    const shape = shaper({ ...NO_RULES, nameRewrites: [noId], maxEndpoints: 1 });
    shape(listed({ '/u/2': 20, '/u/3': 30, '/v': 7 }, 3), false);
    const after = shape(listed({ '/u/1': 1, '/u/2': 21, '/u/3': 31, '/v': 8 }, 2), false);
    assert.deepEqual(
      after.endpoints.map(({ name, requests, currentRps }) => [name, requests, currentRps]),
      [['/u/:id', 52, 4]],
    );
    const later = shape(listed({ '/t': 3, '/u/1': 2, '/u/2': 22 }, 2), false);
    assert.deepEqual(
      later.endpoints.map(({ name, requests }) => [name, requests]),
      [
        [OTHER, 10],
        ['/u/:id', 53],
      ],
    );
    const again = shape(listed({ '/t': 3, '/u/1': 2 }, 2), true);
    assert.deepEqual(
      again.endpoints.map(({ name, requests }) => [name, requests]),
      [
        ['/t', 3],
        [OTHER, 2],
      ],
    );
  });

  it('does not count twice when it comes back', () => {
    const shape = shaper({ ...NO_RULES, nameRewrites: [noId] });
    const sums = [{ '/u/1': 10, '/u/2': 20 }, { '/u/1': 11 }, { '/u/1': 12, '/u/2': 21 }].map(
      (counts) => shape(listed(counts, 9), false).endpoints[0]?.requests,
    );
    assert.deepEqual(sums, [30, 31, 33]);
  });

  it('stays in its sum however many go', () => {
    const shape = shaper({ ...NO_RULES, nameRewrites: [noId] });
    const first = Array.from({ length: MAX_GONE + 10 }, (_, id) => [`/u/${id}`, 2]);
    shape(
      listed({ ...Object.fromEntries(first), '/u/0': 5 } as Record<string, number>, 2000),
      false,
    );
    for (const requests of [5, 6]) {
      const { endpoints } = shape(listed({ '/u/0': requests }, 2000), false);
      assert.equal(endpoints[0]?.requests, 2 * (MAX_GONE + 9) + requests);
    }
  });

  it('is gone where it had a row to itself', () => {
    const shape = shaper(NO_RULES);
    shape(listed({ b: 1, c: 1 }, 2), false);
    assert.deepEqual(namesOf(shape(listed({ a: 1, b: 1, c: 1 }, 2), false)), ['a', 'b']);
  });
});

describe('a row whose counts are lower while the run goes on', () => {
  const read = (first: unknown, second: unknown) =>
    parseStats(
      report([
        row('/u/1', { num_requests: first, num_failures: 0 }),
        row('/u/2', { num_requests: second, num_failures: 0 }),
        aggregate({ num_requests: 1000 }),
      ]),
    );
  const requestsOf = ({ endpoints }: Snapshot) => endpoints.map(({ requests }) => requests);

  it('is lower where it has a row to itself', () => {
    const shape = shaper(NO_RULES);
    const reads = [read(10, 20), read(3, 21), read(4, 22)];
    const shown = reads.map((one) => requestsOf(shape(one, false)));
    assert.deepEqual(shown, [
      [10, 20],
      [3, 21],
      [4, 22],
    ]);
  });

  it('does not lower a sum', () => {
    for (const rules of [{ nameRewrites: [noId] }, { maxLabelLength: 2 }]) {
      const shape = shaper({ ...NO_RULES, ...rules });
      const reads = [read(10, 20), read(3, 21), read(4, 1)];
      const shown = reads.map((one) => requestsOf(shape(one, false)));
      assert.deepEqual(shown, [[30], [34], [36]]);
      assert.deepEqual(requestsOf(shape(read(4, 1), true)), [5]);
    }
  });

  it('does not lower (other), which it may be alone in', () => {
    const shape = shaper({ ...NO_RULES, maxEndpoints: 1 });
    const reads = [read(10, 20), read(3, 5), read(4, 6)];
    const shown = reads.map((one) => requestsOf(shape(one, false)));
    assert.deepEqual(shown, [
      [10, 20],
      [3, 25],
      [4, 26],
    ]);
  });

  it('counts in a sum as it was last known while its count is odd', () => {
    const shape = shaper({ ...NO_RULES, nameRewrites: [noId] });
    const reads = [read(10, 20), read('odd', 21), read(11, 22), read('odd', 'odd')];
    const shown = reads.map((one) => requestsOf(shape(one, false)));
    assert.deepEqual(shown, [[30], [31], [33], [33]]);
    const late = shaper({ ...NO_RULES, nameRewrites: [noId] });
    assert.deepEqual(requestsOf(late(read('odd', 20), false)), [20]);
  });

  it('is absent with an odd count where it has a row to itself', () => {
    const shape = shaper(NO_RULES);
    shape(read(10, 20), false);
    assert.deepEqual(requestsOf(shape(read('odd', 21), false)), [null, 21]);
    assert.deepEqual(requestsOf(shape(read('odd', 22), false)), [null, 22]);
    const beside = shaper({ ...NO_RULES, maxEndpoints: 1 });
    beside(read(10, 20), false);
    assert.deepEqual(requestsOf(beside(read('odd', 21), false)), [null, 21]);
  });
});

describe('the state and the workers', () => {
  it('are cut and limited', () => {
    const workers = ['a', 'b', 'c'].map((id) => ({ id, state: 'ready', user_count: 1 }));
    const snapshot = parseStats(report([aggregate()], { state: 's'.repeat(20), workers }));
    const result = shaped({ maxLabelLength: 16, maxWorkers: 1 }, snapshot);
    assert.equal(result.state, `${'s'.repeat(15)}…`);
    assert.deepEqual(
      result.workers?.list.map(({ id, users }) => [id, users]),
      [
        ['a', 1],
        ['(other)', 2],
      ],
    );
    assert.equal(result.foldedWorkers, 2);
    assert.equal(shaped({ maxLabelLength: 20, maxWorkers: 3 }, snapshot), snapshot);
  });

  it('of which two have the same id count as folded', () => {
    const workers = [1, '1', 'b'].map((id) => ({ id, state: 'ready', user_count: 1 }));
    const snapshot = parseStats(report([aggregate()], { workers }));
    assert.equal(shaped({}, snapshot).foldedWorkers, 2);
    assert.equal(shaped({ maxLabelLength: 16, maxWorkers: 1 }, snapshot).foldedWorkers, 3);
  });
});

interface Step {
  readonly reset: boolean;
  /** Requests that come, by the number of the endpoint. */
  readonly requests: readonly number[];
}

const step = fc.record<Step>({
  reset: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
  requests: fc.array(fc.nat(29), { minLength: 1, maxLength: 12 }),
});
const rulesets = fc.record({
  nameRewrites: fc.constantFrom([], [(name: string) => name.replace(/\d$/, ':n')]),
  errorRewrites: fc.constantFrom([], [(text: string) => text.slice(0, 6)]),
  maxEndpoints: fc.integer({ min: 1, max: 8 }),
  maxErrors: fc.integer({ min: 1, max: 8 }),
  maxLabelLength: fc.constantFrom(16, 1024),
});
/** Locust's own limit: 30 is none here. */
const listLength = fc.constantFrom(30, 12);

describe('over any sequence of reports', () => {
  it('sums stay true, counts do not fall while those of Locust do not, no row comes twice', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), rulesets, listLength, (steps, rules, most) => {
        const shape = shaper({ ...NO_RULES, ...rules });
        let counts = new Map<number, number>();
        let run: RunTrack | null = null;
        let knownSums: Snapshot | null = null;
        const before = new Map<string, number>();
        for (const { reset, requests } of steps) {
          if (reset) {
            counts = new Map();
            run = trackRun(run, locustOf(counts, most), 0);
            shape(run.snapshot, run.began);
            knownSums = null;
            before.clear();
          }
          for (const number of requests) counts.set(number, (counts.get(number) ?? 0) + 1);
          const snapshot = locustOf(counts, most);
          run = trackRun(run, snapshot, 0);
          assert.equal(run.began, false);
          const held: Snapshot = keepMonotonic(knownSums, shape(snapshot, false));
          knownSums = withLastKnown(knownSums, held);
          checkRows(held);
          if (!snapshot.endpointsTruncated && most === 30) checkSums(snapshot, held);
          checkGrowth(held, before);
        }
      }),
      { numRuns: 300 },
    );
  });

  function locustOf(counts: ReadonlyMap<number, number>, most: number): Snapshot {
    const all = [...counts].sort(([a], [b]) => a - b);
    const total = all.reduce((sum, [, count]) => sum + count, 0);
    const nameOf = (number: number) => `/endpoints/${String(number).padStart(4, '0')}`;
    const shown = all.slice(0, most);
    const fields = (count: number) => ({
      ...{ num_requests: count, num_failures: count, avg_response_time: 10 / 3 },
    });
    const snapshot = parseStats(
      report(
        [
          ...shown.map(([number, count]) => row(nameOf(number), fields(count))),
          aggregate(fields(total)),
        ],
        {
          errors: shown.map(([number, count]) => ({
            ...(error(nameOf(number), `error ${number}`) as Record<string, unknown>),
            occurrences: count,
          })),
        },
      ),
    );
    const truncated = all.length > most;
    return { ...snapshot, endpointsTruncated: truncated, errorsTruncated: truncated };
  }

  function checkRows({ endpoints, errors }: Snapshot): void {
    assert.equal(new Set(endpoints.map(ENDPOINT_IDENTITY.key)).size, endpoints.length);
    assert.equal(new Set(errors.map(ERROR_IDENTITY.key)).size, errors.length);
  }

  function checkSums(locust: Snapshot, result: Snapshot): void {
    const sum = <Row>(rows: readonly Row[], pick: (row: Row) => number | null) =>
      rows.reduce((total, one) => total + pick(one)!, 0);
    const picks: ((row: Endpoint) => number | null)[] = [
      (one) => one.requests,
      (one) => one.failures,
      (one) => one.contentBytes,
      (one) => one.responseTime.count,
    ];
    for (const pick of picks)
      assert.equal(sum(result.endpoints, pick), sum(locust.endpoints, pick));
    const seconds = (one: Endpoint) => one.responseTime.sumSeconds;
    const difference = sum(result.endpoints, seconds) - sum(locust.endpoints, seconds);
    assert.ok(Math.abs(difference) < 1e-9, String(difference));
    assert.equal(
      sum(result.errors, (one) => one.occurrences),
      sum(locust.errors, (one) => one.occurrences),
    );
  }

  function checkGrowth({ endpoints, errors }: Snapshot, before: Map<string, number>): void {
    const check = (key: string, value: number | null) => {
      assert.ok(value !== null && value >= (before.get(key) ?? 0), `${key} fell to ${value}`);
      before.set(key, value);
    };
    for (const one of endpoints) {
      check(`requests ${ENDPOINT_IDENTITY.key(one)}`, one.requests);
      check(`bytes ${ENDPOINT_IDENTITY.key(one)}`, one.contentBytes);
      check(`seconds ${ENDPOINT_IDENTITY.key(one)}`, one.responseTime.sumSeconds);
    }
    for (const one of errors) check(`errors ${ERROR_IDENTITY.key(one)}`, one.occurrences);
  }
});

describe('the memory for names', () => {
  it('is bounded, and forgetting changes no response', () => {
    const asked: string[] = [];
    const upper = memoize((text) => (asked.push(text), text.toUpperCase()), 8);
    for (const text of ['ab', 'ab', 'cd', 'ef', 'ab', 'abcdef', 'abcdef']) {
      assert.equal(upper(text), text.toUpperCase());
    }
    assert.deepEqual(asked, ['ab', 'cd', 'ef', 'ab', 'abcdef', 'abcdef']);
  });

  it('knows a name that is left out', () => {
    let runs = 0;
    const nothing = memoize(() => (runs++, null));
    assert.deepEqual([nothing('a'), nothing('a'), runs], [null, null, 1]);
  });
});

it('many rows are shaped in steps of a few hundred', () => {
  const names = Array.from({ length: 5000 }, (_, index) => `/${index}`);
  const shape = createRowShaper({ ...NO_RULES, nameRewrites: [noId] });
  const steps = [...shape(snapshotOf(names), false)];
  assert.ok(steps.length >= 10, `${steps.length} steps`);
});

describe('classes of users', () => {
  const companion = {
    ...{ targetUsers: null, spawnRate: null, exceptions: null },
    ...{ runStartSeconds: null, statsStartSeconds: null },
  };
  const of = (userClassUsers: ReadonlyMap<string, number>): Snapshot => ({
    ...snapshotOf(['/a']),
    companion: { ...companion, userClassUsers },
  });

  it('above a hundred are one, and their names are cut', () => {
    const users = new Map(
      Array.from({ length: 300 }, (_, index) => [`${'U'.repeat(index < 2 ? 999 : 3)}${index}`, 2]),
    );
    const shown = shaped({ maxLabelLength: 256 }, of(users)).companion!.userClassUsers;
    assert.equal(shown.size, 101);
    assert.equal([...shown.keys()].at(-1), OTHER);
    assert.equal(
      [...shown.values()].reduce((sum, one) => sum + one, 0),
      600,
    );
    assert.ok([...shown.keys()].every((name) => name.length <= 256));
  });

  it('stay as they are where nothing is to be changed', () => {
    const snapshot = of(new Map([['Buyer', 3]]));
    assert.equal(shaped({}, snapshot), snapshot);
  });
});
