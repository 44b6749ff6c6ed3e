import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';

import { createAuthority, type KeyPair } from '../helpers/certificates.ts';
import { startExporter, whyBuildIsMissing, type Exporter } from '../helpers/exporter.ts';
import { freePort, isListening } from '../helpers/free-port.ts';
import { installedRelease, whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust, type RealLocust, type RealLocustOptions } from '../helpers/real-locust.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { temporaryFolder, type TemporaryFolder } from '../helpers/temporary-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const LOGIN_LOCUSTFILE = path.join(import.meta.dirname, '../helpers/login-locustfile.py');

let folder: TemporaryFolder;
before(async () => {
  folder = await temporaryFolder('protected');
});
after(() => folder.remove());

async function locustOf(t: TestContext, options: RealLocustOptions): Promise<RealLocust> {
  const locust = await startLocust({ isReady: isListening, ...options });
  stopAfter(t, 'Locust', locust);
  return locust;
}

async function exporterOf(t: TestContext, env: Record<string, string>): Promise<Exporter> {
  const exporter = await startExporter({ CACHE_TTL: '0s', ...env });
  stopAfter(t, 'exporter', exporter.process);
  return exporter;
}

async function assertUp(exporter: Exporter, version: string): Promise<void> {
  const release = version === 'newest' ? installedRelease(version) : version;
  await waitUntil(
    'locust_up is 1',
    async () => {
      const metrics = await exporter.metrics();
      assert.match(metrics, /^locust_up 1$/m);
      assert.match(
        metrics,
        new RegExp(`^locust_info\\{version="${release}",host="[^"]+"\\} 1$`, 'm'),
      );
      return true;
    },
    { timeoutMs: 15_000, everyMs: 250 },
  );
}

async function assertDown(exporter: Exporter, code: string, reason: RegExp): Promise<void> {
  const metrics = await exporter.metrics();
  assert.match(metrics, /^locust_up 0$/m);
  assert.doesNotMatch(metrics, /^locust_info/m);
  assert.match(
    metrics,
    new RegExp(`^locust_exporter_scrape_errors_total\\{code="${code}"\\} [1-9]`, 'm'),
  );
  assert.match(
    String(exporter.log.find(({ msg }) => msg === 'Locust is down')?.['reason']),
    reason,
  );
}

/** 405 as soon as the route is there, which is later than the port. */
const takesLogins =
  (base = '') =>
  async (port: number): Promise<boolean> => {
    const response = await fetch(`http://127.0.0.1:${port}${base}/login_submit`);
    return response.status === 405;
  };

const newest = needs(whyLocustIsMissing('newest'), whyBuildIsMissing());

describe('Locust with --web-auth', { concurrency: 2 }, () => {
  for (const version of ['1.6.0', '2.12.1']) {
    const options = needs(whyLocustIsMissing(version), whyBuildIsMissing());
    it(
      `${version} is read with its user and password`,
      { ...options, timeout: 90_000 },
      async (t) => {
        const locust = await locustOf(t, { version, args: ['--web-auth', 'reader:p@ss word'] });
        const LOCUST_URL = locust.url;
        const inUrl = LOCUST_URL.replace('//', '//reader:p%40ss%20word@');
        await assertUp(await exporterOf(t, { LOCUST_URL: inUrl }), version);

        const file = path.join(folder.path, `password-${version}`);
        await writeFile(file, 'p@ss word\n');
        const withFile = { LOCUST_URL, LOCUST_USERNAME: 'reader', LOCUST_PASSWORD_FILE: file };
        await assertUp(await exporterOf(t, withFile), version);

        const headers = path.join(folder.path, `headers-${version}`);
        const pair = Buffer.from('reader:p@ss word').toString('base64');
        await writeFile(headers, `# instead of a user\nAuthorization: Basic ${pair}\n`);
        await assertUp(await exporterOf(t, { LOCUST_URL, LOCUST_HEADERS_FILE: headers }), version);

        const hint = /status 401\); check LOCUST_USERNAME and LOCUST_PASSWORD$/;
        await assertDown(await exporterOf(t, { LOCUST_URL }), 'auth_required', hint);
        const wrong = { LOCUST_URL, LOCUST_USERNAME: 'reader', LOCUST_PASSWORD: 'wrong' };
        await assertDown(await exporterOf(t, wrong), 'auth_required', hint);
      },
    );
  }
});

describe('Locust with --web-login', { concurrency: 2 }, () => {
  const startProtected = (t: TestContext, port: number, secretKey: string, base = '') =>
    locustOf(t, {
      version: 'newest',
      port,
      locustfile: LOGIN_LOCUSTFILE,
      args: ['--web-login', ...(base === '' ? [] : ['--web-base-path', base])],
      env: { SECRET_KEY: secretKey, PASSWORD: 'p&ss=wörd' },
      isReady: takesLogins(base),
    });

  const login = {
    LOCUST_LOGIN_PATH: '/login_submit',
    LOCUST_USERNAME: 'reader',
    LOCUST_PASSWORD: 'p&ss=wörd',
  };

  it(
    'is read after a login, and again when its sessions ended',
    { ...newest, timeout: 90_000 },
    async (t) => {
      const port = await freePort();
      const locust = await startProtected(t, port, 'one');
      const exporter = await exporterOf(t, { LOCUST_URL: locust.url, ...login });
      await assertUp(exporter, 'newest');

      await locust.stop();
      await startProtected(t, port, 'two');
      await assertUp(exporter, 'newest');
    },
  );

  it('is read below a base path', { ...newest, timeout: 90_000 }, async (t) => {
    const locust = await startProtected(t, await freePort(), 'one', '/load/test');
    const LOCUST_URL = `${locust.url}/load/test`;
    await assertUp(await exporterOf(t, { LOCUST_URL, ...login }), 'newest');
  });

  it(
    'is not read without a login, or with a wrong one',
    { ...newest, timeout: 90_000 },
    async (t) => {
      const locust = await startProtected(t, await freePort(), 'one');
      const LOCUST_URL = locust.url;
      const none = await exporterOf(t, { LOCUST_URL });
      const settings = /login page; set LOCUST_LOGIN_PATH, LOCUST_USERNAME and LOCUST_PASSWORD$/;
      await assertDown(none, 'auth_required', settings);
      const wrong = await exporterOf(t, { LOCUST_URL, ...login, LOCUST_PASSWORD: 'wrong' });
      const refused = /login_submit refused the login \(status 302\); check LOCUST_USERNAME/;
      await assertDown(wrong, 'auth_required', refused);
      await assertDown(wrong, 'auth_required', refused);
      assert.equal(locust.output().match(/a login of reader/g)?.length, 1);
      const misplaced = { LOCUST_URL, ...login, LOCUST_LOGIN_PATH: 'sign_in' };
      await assertDown(
        await exporterOf(t, misplaced),
        'auth_required',
        /status 404\); check LOCUST_LOGIN_PATH/,
      );
    },
  );
});

describe('Locust with --tls-cert', () => {
  it('is read by its authority, or unverified', { ...newest, timeout: 90_000 }, async (t) => {
    const authority = await createAuthority(folder.path);
    const { cert, key }: KeyPair = await authority.issue('127.0.0.1');
    const locust = await locustOf(t, {
      version: 'newest',
      args: ['--tls-cert', cert, '--tls-key', key],
    });
    const LOCUST_URL = `https://127.0.0.1:${locust.port}`;
    await assertUp(await exporterOf(t, { LOCUST_URL, LOCUST_CA_FILE: authority.cert }), 'newest');
    await assertUp(await exporterOf(t, { LOCUST_URL, LOCUST_TLS_INSECURE: 'true' }), 'newest');
    await assertDown(await exporterOf(t, { LOCUST_URL }), 'connect', /LOCUST_CA_FILE/);
  });
});

describe('Locust with --web-base-path', () => {
  it('is read there, and nowhere else', { ...newest, timeout: 90_000 }, async (t) => {
    const locust = await locustOf(t, { version: 'newest', args: ['--web-base-path', '/load'] });
    const LOCUST_URL = locust.url;
    await assertUp(await exporterOf(t, { LOCUST_URL: `${LOCUST_URL}/load` }), 'newest');
    await assertDown(await exporterOf(t, { LOCUST_URL }), 'http_status', /status 404/);
  });
});
