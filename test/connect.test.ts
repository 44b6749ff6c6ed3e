import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import path from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { loadConfig } from '../src/config/load-config.ts';
import { connect } from '../src/connect.ts';
import { startFaultyLocust, type FaultyLocust } from './target/faulty-locust.ts';
import { temporaryFolder } from './helpers/temporary-folder.ts';

let locust: FaultyLocust;
let headers: IncomingHttpHeaders[];
let forms: string[];
let isLoggedIn: boolean;

beforeEach(async () => {
  [headers, forms, isLoggedIn] = [[], [], true];
  locust = await startFaultyLocust((request, response) => {
    headers.push(request.headers);
    if (request.method !== 'POST') {
      response.writeHead(isLoggedIn ? 200 : 401).end('ok');
      return;
    }
    request.setEncoding('utf8').on('data', (form: string) => forms.push(form));
    request.on('end', () => {
      isLoggedIn = true;
      response.writeHead(302, { location: '/', 'set-cookie': 'session=1' }).end();
    });
  });
});

afterEach(() => locust.close());

async function get(env: Record<string, string> = {}): Promise<string> {
  const { settings } = await loadConfig({ LOCUST_URL: locust.url.href, ...env }, {});
  const client = connect(settings, { version: '1.2.3', revision: 'a' });
  try {
    return String(await client.get('stats/requests', AbortSignal.timeout(5000)));
  } finally {
    await client.close();
  }
}

const USER = { LOCUST_USERNAME: 'me', LOCUST_PASSWORD: 'hush' };

describe('the client of the settings', () => {
  it('sends its name and version, and no credentials without a user', async () => {
    assert.equal(await get(), 'ok');
    assert.equal(headers[0]?.['user-agent'], 'locust-exporter/1.2.3');
    assert.equal(headers[0].authorization, undefined);
  });

  it('sends user and password as basic auth', async () => {
    await get(USER);
    const token = Buffer.from('me:hush').toString('base64');
    assert.equal(headers[0]?.authorization, `Basic ${token}`);
  });

  it('fills in the login form instead where there is one, with its own names of fields', async () => {
    isLoggedIn = false;
    const fields = { LOCUST_LOGIN_USERNAME_FIELD: 'who', LOCUST_LOGIN_PASSWORD_FIELD: 'word' };
    assert.equal(await get({ ...USER, ...fields, LOCUST_LOGIN_PATH: '/enter' }), 'ok');
    assert.deepEqual(locust.paths, ['/stats/requests', '/enter', '/stats/requests']);
    assert.deepEqual(forms, ['who=me&word=hush']);
    assert.equal(headers[0]?.authorization, undefined);
    assert.equal(headers[2]?.cookie, 'session=1');
  });

  it('sends the headers of a file, and reads no more than it may', async (t) => {
    const folder = await temporaryFolder('connect');
    t.after(() => folder.remove());
    const file = path.join(folder.path, 'headers');
    writeFileSync(file, 'X-Token: t\n');
    await get({ LOCUST_HEADERS_FILE: file });
    assert.equal(headers[0]?.['x-token'], 't');
    locust.answer = (_request, response) => response.end('x'.repeat(2 ** 20 + 1));
    await assert.rejects(get({ MAX_RESPONSE_BYTES: '1MiB' }), { code: 'too_large' });
  });
});
