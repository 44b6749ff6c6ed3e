import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReportParser, parseReport } from '../../../src/locust/report/read-report.ts';
import { aggregate, report, row } from '../samples.ts';

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const parse = (text: string) => parseReport(Buffer.from(text), null);

function answer(requests: number): Buffer {
  return bytes(report([row('/a', { num_requests: requests }), aggregate()]));
}

/** More rows than are parsed before others have their turn. */
function longAnswer(rows: number): Buffer {
  const names = Array.from({ length: rows }, (_, index) => `/${index}`);
  return bytes(report([...names.map((name) => row(name)), aggregate()]));
}

describe('a report', () => {
  it('may hold what JSON does not', () => {
    const text = String(answer(10)).replace('"num_requests":10', '"num_requests":NaN');
    assert.equal(parse(text).endpoints[0]?.requests, null);
  });

  it('that is no JSON is told apart', () => {
    const web = { code: 'not_json', message: /a web page/ };
    assert.throws(() => parse(' <html>'), web);
    assert.throws(() => parse('Locust'), { code: 'not_json', message: /something/ });
    assert.throws(() => parse('[]'), { code: 'not_locust' });
    for (const empty of ['', ' \n']) {
      assert.throws(() => parse(empty), { code: 'not_json', message: /got nothing/ });
    }
  });

  it('that broke off is told apart, whether it is parsed at once or in steps', () => {
    for (const whole of [String(answer(10)), String(longAnswer(5000))]) {
      for (const length of [1, whole.length / 2, whole.length - 1]) {
        const part = ` ${whole.slice(0, length)} \n`;
        assert.throws(() => parse(part), { code: 'not_json', message: /broke off/ });
      }
      assert.throws(() => parse(`${whole}}${' '.repeat(99)}`), { message: /something else/ });
    }
  });
});

describe('the parser of one report after another', () => {
  it('gives the same snapshot for the same response', async () => {
    const parse = createReportParser();
    const first = await parse(answer(10), null);
    assert.equal(await parse(answer(10), null), first);
    assert.equal(first.endpoints[0]?.requests, 10);
  });

  it('gives another for another answer, and for another version', async () => {
    const parse = createReportParser();
    const first = await parse(answer(10), null);
    const second = await parse(answer(11), null);
    assert.equal(second.endpoints[0]?.requests, 11);
    assert.notEqual(await parse(answer(10), [2, 0, 0]), first);
    assert.notEqual(await parse(answer(11), [2, 0, 0]), second);
  });

  it('ends with the time that it has', async () => {
    const parse = createReportParser();
    const answer = longAnswer(20_000);
    const signal = AbortSignal.timeout(1);
    await assert.rejects(parse(answer, null, undefined, signal), {
      code: 'timeout',
      message: /LOCUST_TIMEOUT/,
    });
    assert.equal(
      (await parse(answer, null, undefined, AbortSignal.timeout(60_000))).endpoints.length,
      20_000,
    );
  });

  it('keeps what comes every few seconds, but nothing huge', async () => {
    const parse = createReportParser();
    const usual = longAnswer(10_000);
    const huge = Buffer.concat([usual, Buffer.alloc(2 ** 23 - usual.length + 1, ' ')]);
    assert.equal(await parse(usual, null), await parse(Buffer.from(usual), null));
    const first = await parse(huge, null);
    const second = await parse(huge, null);
    assert.notEqual(first, second);
    assert.deepEqual(first, second);
  });

  it('keeps no error', async () => {
    const parse = createReportParser();
    const first = await parse(answer(10), null);
    await assert.rejects(parse(Buffer.alloc(0), null), { code: 'not_json' });
    await assert.rejects(parse(Buffer.alloc(0), null), { code: 'not_json' });
    assert.equal(await parse(answer(10), null), first);
  });
});
