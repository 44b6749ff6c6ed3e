import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createFinalScrape, type FinalScrape } from '../../src/target/final-scrape.ts';
import type { Outcome } from '../../src/target/outcome.ts';
import { buildFamilies, CATALOG } from '../../src/metrics/catalog.ts';
import { readFamilies } from '../helpers/read-families.ts';
import { LEGACY_CATALOG } from '../../src/metrics/legacy-catalog.ts';
import { snapshot } from '../locust/samples.ts';
import { FakeClock } from './fake-reader.ts';

const DOWN: Outcome = {
  report: { snapshot: null, info: null, runStartSeconds: null },
  problem: { code: 'connect', message: 'refused', sinceMs: 0 },
  atMs: 0,
};

interface Setup {
  readonly ending: FinalScrape;
  readonly clock: FakeClock;
  /** What the reader knows. */
  readonly known: { good: Outcome | null; goneSinceMs: number | null };
}

function good(requests: number, atMs = 0): Outcome {
  const fields = { workers: [{ id: 'w', state: 'running', user_count: 3 }] };
  return {
    report: {
      snapshot: snapshot(fields, { num_requests: requests }),
      info: { version: '2.0.0', host: null },
      runStartSeconds: 5,
    },
    problem: null,
    atMs,
  };
}

function setup({ lingerMs = 10_000, staleAfterMs = 0 } = {}): Setup {
  const clock = new FakeClock();
  const known: Setup['known'] = { good: good(10), goneSinceMs: null };
  const reader = { lastGood: () => known.good, goneSinceMs: () => known.goneSinceMs };
  return { ending: createFinalScrape({ reader, clock, lingerMs, staleAfterMs }), clock, known };
}

function values({ report }: Outcome): Map<string, number> {
  const families = buildFamilies([...CATALOG, ...LEGACY_CATALOG], 'x', report);
  return new Map(
    readFamilies(families).flatMap(({ samples }) =>
      samples.map(({ name, labels, value }) => [[name, ...Object.values(labels)].join(' '), value]),
    ),
  );
}

describe('the final numbers', () => {
  it('are what Locust counted, and say that it is gone', () => {
    const outcome = setup().ending.final()!;
    assert.equal(outcome.problem?.code, 'connect');
    const final = values(outcome);
    assert.equal(final.get('x_up'), 0);
    assert.equal(final.get('x_requests_total GET /'), 10);
    assert.equal(final.get('x_response_time_seconds_sum GET /'), 0.2);
    assert.equal(final.get('x_requests_num_requests GET /'), 10);
    assert.equal(final.get('x_info 2.0.0 '), 1);
    assert.equal(final.get('x_run_start_time_seconds'), 5);
  });

  it('say nothing of now but that rates are 0', () => {
    const final = values(setup().ending.final()!);
    for (const [name, value] of final) {
      assert.doesNotMatch(name, /^x_(users|state|running|workers?_|workers)\b/);
      if (/rps|per_sec/.test(name)) assert.equal(value, 0, name);
    }
    assert.ok(final.has('x_current_rps GET /'));
  });

  it('are not there where Locust was never read', async () => {
    const { ending, known } = setup();
    known.good = null;
    assert.equal(ending.final(), null);
    assert.equal(ending.present(DOWN), DOWN);
    assert.equal(await ending.linger(), true);
  });
});

describe('a Locust that is gone', () => {
  it('is remembered until its final numbers were scraped', () => {
    const { ending, clock, known } = setup();
    assert.equal(ending.present(known.good!), known.good);
    known.goneSinceMs = clock.monotonicMs();
    for (let scrape = 0; scrape < 2; scrape++) {
      const told = ending.present(DOWN);
      assert.equal(told.report, ending.final()!.report);
      assert.equal(told.problem, DOWN.problem);
    }
    ending.sent(DOWN);
    assert.notEqual(ending.present(DOWN), DOWN);
    ending.sent(ending.present(DOWN));
    assert.equal(ending.present(DOWN), DOWN);
  });

  it('is remembered only when it stays away, and not for ever', () => {
    const { ending, clock, known } = setup({ staleAfterMs: 8000 });
    known.goneSinceMs = clock.monotonicMs() + 2000;
    const isRemembered = (atMs: number) => {
      clock.nowMs = atMs;
      return ending.present(DOWN) !== DOWN;
    };
    assert.deepEqual([9999, 10_000, 20_000, 20_001].map(isRemembered), [false, true, true, false]);
  });

  it('that is there, but answers late or badly, is no such thing', () => {
    const { ending, clock } = setup();
    clock.nowMs = 5000;
    assert.equal(ending.present(DOWN), DOWN);
  });

  it('that comes back begins anew', () => {
    const { ending, clock, known } = setup();
    known.goneSinceMs = clock.monotonicMs();
    ending.sent(ending.present(DOWN));
    known.good = good(3, 20_000);
    known.goneSinceMs = null;
    clock.nowMs = 20_000;
    assert.equal(ending.present(known.good), known.good);
    clock.nowMs = 21_000;
    known.goneSinceMs = clock.monotonicMs();
    assert.equal(values(ending.present(DOWN)).get('x_requests_total GET /'), 3);
  });

  it('is down at once where nothing shall linger', async () => {
    const { ending, clock, known } = setup({ lingerMs: 0 });
    known.goneSinceMs = clock.monotonicMs();
    assert.equal(ending.present(DOWN), DOWN);
    assert.equal(await ending.linger(), true);
  });
});

describe('the end of the exporter', () => {
  it('waits for one more scrape of the final numbers', async () => {
    const { ending, known } = setup();
    const over = ending.linger();
    ending.sent(known.good!);
    ending.sent(DOWN);
    const first = await Promise.race([over, Promise.resolve('waits')]);
    assert.equal(first, 'waits');
    ending.sent(ending.final()!);
    assert.equal(await over, true);
    assert.equal(await ending.linger(), true);
  });

  it('does not wait for ever', async () => {
    assert.equal(await setup({ lingerMs: 20 }).ending.linger(), false);
  });

  it('shows what was read at the last moment', () => {
    const { ending, known } = setup();
    ending.final();
    known.good = good(11);
    assert.equal(values(ending.final()!).get('x_requests_total GET /'), 11);
  });
});
