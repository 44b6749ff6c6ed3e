import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { runSync } from '../../../src/async/run-yielding.ts';
import { LocustError } from '../../../src/locust/errors.ts';
import { parseRequestsCsv, recordsOf } from '../../../src/locust/report/parse-csv.ts';
import { ShapeError } from '../../../src/locust/report/values.ts';
import type { Endpoint } from '../../../src/locust/snapshot.ts';
import { fixtureNames, parseFixture, readFixture } from '../samples.ts';

const QUANTILES = new Set([0.5, 0.95, 0.999]);

function parse(text: string, countExcludesFailures = false): Endpoint[] {
  return runSync(
    parseRequestsCsv(Buffer.from(text), { countExcludesFailures, quantiles: QUANTILES }),
  );
}

describe('/stats/requests/csv', () => {
  // With such times Locust up to 2.43.3 answers 500.
  const names = fixtureNames('.stats-requests.csv').filter(
    (name) => !name.includes('2.12.1/not-a'),
  );
  for (const name of names) {
    it(`of ${name} tells the endpoints that the report tells`, () => {
      const old = /locust-0\.[5-9]\./.test(name);
      const rows = parse(readFixture(`${name}.stats-requests.csv`), old);
      assert.ok(rows.length > 0);
      const listed = new Map(
        parseFixture(name).endpoints.map((row) => [`${row.method} ${row.name}`, row]),
      );
      for (const { method, name: endpoint, requests, failures } of rows) {
        // Up to 1.0.3 null is written so.
        const row = listed.get(`${method} ${endpoint}`) ?? listed.get(` ${endpoint}`);
        if (row === undefined && listed.size === 500) continue;
        assert.ok(row !== undefined, `${method} ${endpoint}`);
        // A test of a running Locust may have counted on between the two.
        assert.ok((requests ?? NaN) >= (row.requests ?? NaN), `${endpoint}: ${requests}`);
        assert.ok((failures ?? NaN) >= (row.failures ?? NaN), `${endpoint}: ${failures}`);
      }
    });
  }

  it('has a row in the units of Prometheus, with the quantiles that are wanted', () => {
    const [row] = parse(
      'Type,Name,Request Count,Failure Count,Median Response Time,Average Response Time,' +
        'Min Response Time,Max Response Time,Average Content Size,Requests/s,Failures/s,50%,95%,99%,99.9%\r\n' +
        'GET,"/a,""b""\nc",4,1,20,25,10,40.5,100,0.5,0.125,25,40,41,42\r\n' +
        ',Aggregated,4,1,20,25,10,40.5,100,0.5,0.125,25,40,41,N/A\r\n',
    );
    assert.deepEqual(row, {
      ...{ method: 'GET', name: '/a,"b"\nc', requests: 4, failures: 1, contentBytes: 400 },
      ...{ currentRps: null, currentFailuresPerSecond: null, meanRps: 0.5, durations: null },
      responseTime: {
        ...{ count: 4, sumSeconds: 0.1, minSeconds: 0.01, maxSeconds: 0.0405 },
        medianSeconds: 0.02,
        quantiles: [
          { quantile: 0.5, seconds: 0.02 },
          { quantile: 0.95, seconds: 0.04 },
          { quantile: 0.999, seconds: 0.042 },
        ],
      },
    });
  });

  it('that is something else is refused', () => {
    assert.throws(() => parse(''), ShapeError);
    assert.throws(() => parse('<html>\n'), ShapeError);
    assert.throws(() => parse(','.repeat(1000)), ShapeError);
    const header = 'Type,Name,Request Count,Failure Count\n';
    assert.throws(
      () => parse(header + 'GET,/,1,0\n'.repeat(30_000)),
      (error) => error instanceof LocustError && error.code === 'too_large',
    );
  });
});

describe('a large CSV', () => {
  const HEAD = 'Type,Name,Request Count,Failure Count\n';
  const OPTIONS = { countExcludesFailures: false, quantiles: new Set<number>() };

  it('is read with pauses, however long its rows are', () => {
    const rows = [1, 2, 3].map((one) => `GET,"/${'x'.repeat(300_000)}${one}",${one},0\n`);
    const steps = parseRequestsCsv(
      Buffer.from(`${HEAD}${rows.join('')},Aggregated,6,0\n`),
      OPTIONS,
    );
    let pauses = 0;
    for (;;) {
      const { done, value } = steps.next();
      if (done) {
        assert.deepEqual(
          value.map(({ requests }) => requests),
          [1, 2, 3],
        );
        break;
      }
      pauses += 1;
    }
    assert.equal(pauses, 3);
  });

  for (const quote of ['', '"']) {
    it(`with a field of millions of characters${quote && ' in quotes'} is refused`, () => {
      const field = `${quote}${'""'.repeat(quote ? 1e6 : 0)}${'x'.repeat(2e6)}${quote}`;
      const body = Buffer.from(`${HEAD}GET,${field},1,0\n,Aggregated,1,0\n`);
      assert.throws(() => runSync(parseRequestsCsv(body, OPTIONS)), /shorter fields/);
    });
  }
});

it('any texts are read as they were written', () => {
  const field = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ') });
  fc.assert(
    fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 5 })), (records) => {
      const text = records
        .map((record) => record.map((one) => `"${one.replaceAll('"', '""')}"`).join(','))
        .map((line) => `${line}\r\n`)
        .join('');
      assert.deepEqual(
        [...recordsOf(text)].map(({ record }) => record),
        records,
      );
    }),
  );
});
