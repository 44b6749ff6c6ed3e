import assert from 'node:assert/strict';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';

import {
  COMPANION_AUTO,
  COMPANION_LOCUSTFILE,
  COMPANION_ROUTE,
  fetchCompanion,
  readCompanion,
} from '../helpers/companion.ts';
import { isListening } from '../helpers/free-port.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust, type RealLocust, type RealLocustOptions } from '../helpers/real-locust.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const LOGIN_LOCUSTFILE = path.join(import.meta.dirname, '../helpers/login-locustfile.py');

async function locustOf(t: TestContext, options: RealLocustOptions): Promise<RealLocust> {
  const locust = await startLocust({
    locustfile: COMPANION_LOCUSTFILE,
    isReady: isListening,
    ...options,
    env: { PYTHONPATH: COMPANION_AUTO, LOCUST_EXPORTER_COMPANION_LINGER: '0', ...options.env },
  });
  stopAfter(t, 'Locust', locust);
  return locust;
}

void describe("the companion's route", { concurrency: 2 }, () => {
  it(
    'is behind --web-login, below --web-base-path',
    needs(whyLocustIsMissing('newest')),
    async (t) => {
      const { url } = await locustOf(t, {
        version: 'newest',
        locustfile: LOGIN_LOCUSTFILE,
        args: ['--web-login', '--web-base-path', '/load/'],
        env: { SECRET_KEY: 'a key', PASSWORD: 'a password' },
      });
      const anonymous = await fetchCompanion(`${url}/load`);
      assert.equal(anonymous.status, 302);
      assert.match(anonymous.headers.get('location')!, /^\/load\/login/);
      assert.equal((await fetchCompanion(url)).status, 404);

      const login = await fetch(`${url}/load/login_submit`, {
        method: 'POST',
        body: new URLSearchParams({ username: 'reader', password: 'a password' }),
        redirect: 'manual',
      });
      const cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
      const known = await fetchCompanion(`${url}/load`, { cookie });
      assert.equal(known.status, 200);
      assert.equal(((await known.json()) as { format: number }).format, 1);
    },
  );

  for (const version of ['1.6.0', '2.20.1']) {
    it(
      `is behind --web-auth of Locust ${version}`,
      needs(whyLocustIsMissing(version)),
      async (t) => {
        const { url } = await locustOf(t, { version, args: ['--web-auth', 'reader:a password'] });
        assert.equal((await fetchCompanion(url)).status, 401);
        const authorization = `Basic ${Buffer.from('reader:a password').toString('base64')}`;
        assert.equal((await fetchCompanion(url, { authorization })).status, 200);
      },
    );
  }

  it('negotiates, and only reads', needs(whyLocustIsMissing('newest')), async (t) => {
    const { url } = await locustOf(t, { version: 'newest' });
    const types: [string | undefined, string][] = [
      ['application/msgpack, application/json;q=0.5', 'application/msgpack'],
      ['application/msgpack', 'application/msgpack'],
      ['application/json;q=0.5, application/msgpack;q=0.4', 'application/json'],
      ['application/msgpack;q=0', 'application/json'],
      ['application/msgpack;q=nonsense', 'application/json'],
      ['*/*', 'application/json'],
      ['text/html', 'application/json'],
    ];
    for (const [accept, type] of types) {
      const response = await fetchCompanion(url, accept === undefined ? {} : { accept });
      assert.equal(response.headers.get('content-type'), type, accept);
      assert.equal(response.headers.get('vary'), 'Accept');
    }
    for (const method of ['POST', 'PUT', 'DELETE']) {
      assert.equal((await fetch(url + COMPANION_ROUTE, { method })).status, 405);
    }
  });

  for (const version of ['2.12.1', 'newest']) {
    it(
      `has an ETag that changes with the run, in Locust ${version}`,
      needs(whyLocustIsMissing(version)),
      async (t) => {
        const locust = await locustOf(t, { version, workers: 1, env: { ROUNDS: '2' } });
        const etagOf = async (accept: string) =>
          (await fetchCompanion(locust.url, { accept })).headers.get('etag')!;
        const statusFor = async (etag: string) =>
          (await fetchCompanion(locust.url, { 'if-none-match': etag, accept: 'application/json' }))
            .status;
        // A worker's heartbeat, which tells its CPU and memory, comes every second.
        const unchanged = () =>
          waitUntil(
            '304',
            async () => (await statusFor(await etagOf('application/json'))) === 304,
            {
              everyMs: 10,
            },
          );

        await waitUntil(
          'the worker is there',
          async () => (await readCompanion(locust.url)).workers?.length === 1,
        );
        await unchanged();
        const ready = await etagOf('application/json');
        assert.notEqual(await etagOf('application/msgpack'), ready);
        await locust.swarm(1, 1);
        await waitUntil(
          'the run is on',
          async () => (await readCompanion(locust.url)).state === 'running',
        );
        assert.equal(await statusFor(ready), 200);
        await unchanged();
        const running = await etagOf('application/json');
        await locust.endRun();
        assert.equal(await statusFor(running), 200);
        assert.equal(await statusFor(`W/"other", "another"`), 200);
      },
    );
  }
});
