import assert from 'node:assert/strict';
import { it } from 'node:test';
import fc from 'fast-check';
import { settleRates, trackStandstill } from '../../../src/locust/history.ts';
import { parseStats } from '../../../src/locust/report/parse-stats.ts';
import { ShapeError } from '../../../src/locust/report/values.ts';
import type { Snapshot } from '../../../src/locust/snapshot.ts';
import { buildFamilies, CATALOG } from '../../../src/metrics/catalog.ts';
import { renderExposition } from '../../helpers/render-exposition.ts';
import { parseExposition, type ParsedFamily } from '../../helpers/parse-exposition.ts';
import { aggregate, fixtureNames, readReport, report, row } from '../../locust/samples.ts';

const FORMATS = ['text', 'openmetrics'] as const;

/** What the strict parser finds in the exposition of a snapshot, in both formats. */
function exposed(snapshot: Snapshot, host = ''): ParsedFamily[][] {
  const settled = settleRates(snapshot, trackStandstill(null, snapshot, 0), 0);
  const info = { version: null, host };
  const families = buildFamilies(CATALOG, 'locust', {
    snapshot: settled,
    info,
    runStartSeconds: 1,
  });
  return FORMATS.map((format) => parseExposition(renderExposition(families, format), format));
}

function samplesOf(families: ParsedFamily[], name: string): ParsedFamily['samples'] {
  const samples = families.flatMap((family) => family.samples);
  return samples.filter((sample) => sample.name === name);
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom('\\', '"', '\n', '\r', 'n', '\0', '{', '}', ',', '=', ' ') }),
  fc.string({ unit: fc.constantFrom('\ud800', '\udfff', 'a', '\u2028', '\ufeff', '\x7f') }),
  fc.constantFrom('__proto__', 'constructor', 'Aggregated', 'Total', '# EOF', '\\n', '\\\\"'),
);

it('any text in a label survives the round trip', () => {
  fc.assert(
    fc.property(anyText, anyText, anyText, anyText, (method, name, error, host) => {
      const rows = [row(name, { method }), aggregate()];
      const errors = [{ method, name, error, occurrences: 7 }];
      const workers = [{ id: name, state: error, user_count: 2 }];
      const fields = { errors, workers, state: method };
      const [m, n, e] = [method, name, error].map((text) => text.toWellFormed());
      for (const families of exposed(parseStats(report(rows, fields)), host.toWellFormed())) {
        const labels = (metric: string) =>
          samplesOf(families, metric).map((sample) => ({ ...sample.labels }));
        assert.deepEqual(labels('locust_requests_total'), [{ method: m, name: n }]);
        assert.deepEqual(labels('locust_error_occurrences_total'), [
          { method: m, name: n, error: e },
        ]);
        assert.deepEqual(labels('locust_worker_users'), [{ worker: n }]);
        assert.deepEqual(labels('locust_info'), [{ version: '', host: host.toWellFormed() }]);
        const states = samplesOf(families, 'locust_state').filter(({ value }) => value === 1);
        assert.deepEqual(
          states.map(({ labels: { state } }) => state),
          [method === '' ? 'unknown' : method === 'hatching' ? 'spawning' : m],
        );
      }
    }),
    { numRuns: 500 },
  );
});

it('rows with any texts are all there, the same ones added up', () => {
  const texts = fc.array(fc.tuple(anyText, anyText), { maxLength: 12 });
  fc.assert(
    fc.property(texts, (pairs) => {
      const rows = pairs.map(([method, name]) => row(name, { method, num_requests: 3 }));
      for (const families of exposed(parseStats(report([...rows, aggregate()])))) {
        const samples = samplesOf(families, 'locust_requests_total');
        const sum = samples.reduce((total, { value }) => total + value, 0);
        assert.equal(sum, 3 * pairs.length);
      }
    }),
  );
});

const realAnswer = fc
  .constantFrom(...fixtureNames('.stats-requests.json'))
  .map((name) => readReport(name))
  .map(({ stats, errors, ...others }) => ({
    ...others,
    stats: [...stats.slice(0, 3), ...stats.slice(-1)],
    errors: errors.slice(0, 3),
  }));

const replacement = fc.oneof(
  fc.double(),
  anyText,
  fc.jsonValue(),
  fc.constantFrom(null, -1, -0, 1e308, 5e-324, Number.MAX_VALUE, '', [], {}, 'Total'),
);

interface Mutation {
  readonly steps: readonly number[];
  readonly put: unknown;
  readonly how: 'replace' | 'remove' | 'double' | 'rename';
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  steps: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
  put: replacement,
  how: fc.constantFrom('replace', 'replace', 'replace', 'remove', 'double', 'rename'),
});

/** A copy of a value with something else at one place in it. */
function mutate(value: unknown, { steps: [step, ...steps], put, how }: Mutation): unknown {
  if (step === undefined || typeof value !== 'object' || value === null) return put;
  const entries = Object.entries(value);
  const index = step % Math.max(1, entries.length);
  const [key = '', child] = entries[index] ?? [];
  if (steps.length > 0) entries[index] = [key, mutate(child, { steps, put, how })];
  else if (how === 'remove') entries.splice(index, 1);
  else if (how === 'double') entries.push([key, child]);
  else entries[index] = how === 'rename' ? [String(put), child] : [key, put];
  if (Array.isArray(value)) return entries.map(([, item]) => item as unknown);
  return Object.fromEntries(entries);
}

it('whatever parses after any mutation of a real response is exposed by the rules', () => {
  let parsed = 0;
  let refused = 0;
  fc.assert(
    fc.property(realAnswer, fc.array(mutation, { minLength: 1, maxLength: 4 }), (answer, how) => {
      let snapshot: Snapshot;
      try {
        snapshot = parseStats(how.reduce<unknown>(mutate, answer));
      } catch (error) {
        if (!(error instanceof ShapeError)) throw error;
        refused++;
        return;
      }
      parsed++;
      for (const families of exposed(snapshot)) {
        assert.ok(families.some(({ name }) => name === 'locust_up'));
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(parsed > 300 && refused > 100, `${parsed} parsed, ${refused} refused`);
});
