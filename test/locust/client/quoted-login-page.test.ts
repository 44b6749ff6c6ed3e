import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLocustClient, type LocustClient } from '../../../src/locust/client/client.ts';
import { parseReport, readReport } from '../../../src/locust/report/read-report.ts';
import { startFaultyLocust, type FaultyLocust } from '../../target/faulty-locust.ts';
import { aggregate, readFixture, report, row } from '../samples.ts';

const FOLDER = 'locust-2.46.3/web-login';
/** All that tells a page that wants a login, as it may stand in the text of an error. */
const WORDS = [
  'window.authArgs',
  readFixture(`${FOLDER}-login-page-excerpt.html`),
  readFixture(`${FOLDER}-not-configured.stats-requests.txt`),
];

let locust: FaultyLocust;
let client: LocustClient;
let body: string;

beforeEach(async () => {
  locust = await startFaultyLocust((_request, response) => response.end(body));
  client = createLocustClient({
    ...{ url: locust.url, maxResponseBytes: 1e6, userAgent: 'test/1' },
    login: { path: 'login', fields: { username: 'u', password: 'p' } },
  });
});

afterEach(async () => {
  await client.close();
  await locust.close();
});

function reportOf(text: string): string {
  const errors = [{ method: 'GET', name: text, error: text, occurrences: 1 }];
  return JSON.stringify(report([row(text), aggregate()], { errors }));
}

describe('a report that quotes the login page', () => {
  for (const [index, text] of WORDS.entries()) {
    for (const [where, start] of Object.entries({ '': '', ' after white space': ' \n\t' })) {
      it(`is a report all the same (${index + 1})${where}`, async () => {
        body = start + reportOf(text);
        const snapshot = parseReport(await readReport(client, AbortSignal.timeout(5000)), null);
        assert.equal(snapshot.endpoints[0]?.name, text);
        assert.equal(snapshot.errors[0]?.occurrences, 1);
        assert.deepEqual(locust.paths, ['/stats/requests']);
      });
    }
  }

  it('differs from the login page itself, for which a login is tried', async () => {
    for (const page of WORDS.slice(1)) {
      locust.paths.length = 0;
      body = `\n<html>${page}`;
      if (page.startsWith('Locust auth exception')) body = page;
      await assert.rejects(readReport(client, AbortSignal.timeout(5000)), {
        code: 'auth_required',
      });
    }
  });
});
