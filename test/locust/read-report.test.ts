import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createReportParser, parseReport } from '../../src/locust/read-report.ts';
import { aggregate, report, row } from './samples.ts';

function answer(requests: number): string {
  return JSON.stringify(report([row('/a', { num_requests: requests }), aggregate()]));
}

describe('a report', () => {
  it('may hold what JSON does not', () => {
    const text = answer(10).replace('"num_requests":10', '"num_requests":NaN');
    assert.equal(parseReport(text, null).endpoints[0]?.requests, null);
  });

  it('that is no JSON is told apart', () => {
    const web = { code: 'not_json', message: /a web page/ };
    assert.throws(() => parseReport(' <html>', null), web);
    assert.throws(() => parseReport('Locust', null), { code: 'not_json', message: /something/ });
    assert.throws(() => parseReport('[]', null), { code: 'not_locust' });
  });
});

describe('the parser of one report after another', () => {
  it('gives the same snapshot for the same answer', async () => {
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

  it('keeps no error', async () => {
    const parse = createReportParser();
    const first = await parse(answer(10), null);
    await assert.rejects(parse('', null), { code: 'not_json' });
    await assert.rejects(parse('', null), { code: 'not_json' });
    assert.equal(await parse(answer(10), null), first);
  });
});
