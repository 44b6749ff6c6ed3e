import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';

import { selfSigned, type KeyPair } from '../helpers/certificates.ts';
import { runProgram, startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { temporaryFolder, type TemporaryFolder } from '../helpers/temporary-folder.ts';

/** Each with what an encoding would change. */
const SECRETS = {
  urlUser: 'Url User?7c1',
  urlPassword: 'Url/Pass+word@7c2',
  password: 'Plain&Pass=word 7c3',
  passwordInFile: 'Filed:Pass"word%7c4',
  header: 'Bearer Header/Token+7c5==',
  cookie: 'proxy=Cookie~Token|7c6',
  pushUser: 'Push User?7c7',
  pushUrlPassword: 'Push/Url+Pass@7c8',
  pushPassword: 'Push&Pass=word 7c9',
  pushPasswordInFile: 'Filed:Push"word%7d0',
} as const;

type Environment = Record<string, string>;

let folder: TemporaryFolder;
let pair: KeyPair;
let secrets: readonly string[];

before(async () => {
  folder = await temporaryFolder('secrets');
  pair = await selfSigned(folder.path, 'exporter');
  const keyLines = readFileSync(pair.key, 'utf8').split('\n');
  secrets = [...Object.values(SECRETS), ...keyLines.filter((line) => /^[\w+/]{20,}/.test(line))];
  assert.ok(secrets.length > Object.keys(SECRETS).length);
});
after(() => folder.remove());

async function write(name: string, text: string): Promise<string> {
  const file = path.join(folder.path, name);
  await writeFile(file, text);
  return file;
}

/** The letters of base64 that depend on the text alone, wherever it stands in what is encoded. */
function inBase64(text: string): string[] {
  return [0, 1, 2].map((offset) => {
    const bytes = Buffer.from('x'.repeat(offset) + text);
    return bytes.toString('base64').slice(offset === 0 ? 0 : 4, Math.floor(bytes.length / 3) * 4);
  });
}

function formsOf(secret: string): string[] {
  const url = new URL('http://h');
  url.password = secret;
  return [
    secret,
    encodeURIComponent(secret),
    new URLSearchParams({ a: secret }).toString().slice(2),
    url.password,
    JSON.stringify(secret).slice(1, -1),
    Buffer.from(secret).toString('hex'),
    ...inBase64(secret),
  ];
}

function leaks(text: string): string[] {
  return secrets.flatMap((secret) =>
    formsOf(secret)
      .filter((form) => text.includes(form))
      .map((form) => `${secret} as ${form}`),
  );
}

function assertNoSecret(where: string, text: string): void {
  assert.notEqual(text, '', where);
  assert.deepEqual(leaks(text), [], `${where}: ${text}`);
}

const withUser = (url: string, user: string, password: string) =>
  url.replace('//', `//${encodeURIComponent(user)}:${encodeURIComponent(password)}@`);

/** All secrets that can be set at a time. */
async function everySecret(locustUrl: string, how: 'plain' | 'file' | 'url'): Promise<Environment> {
  const headers = `Authorization: ${SECRETS.header}\nCookie: ${SECRETS.cookie}\n`;
  const passwords: Readonly<Record<typeof how, Environment>> = {
    url: {},
    plain: {
      LOCUST_USERNAME: 'reader',
      LOCUST_PASSWORD: SECRETS.password,
      PUSHGATEWAY_USERNAME: 'pusher',
      PUSHGATEWAY_PASSWORD: SECRETS.pushPassword,
    },
    file: {
      LOCUST_USERNAME: 'reader',
      LOCUST_PASSWORD_FILE: await write('password', `${SECRETS.passwordInFile}\n`),
      PUSHGATEWAY_USERNAME: 'pusher',
      PUSHGATEWAY_PASSWORD_FILE: await write('push-password', SECRETS.pushPasswordInFile),
      LOCUST_HEADERS_FILE: await write('headers', headers),
    },
  };
  return {
    LOG_LEVEL: 'debug',
    CACHE_TTL: '0s',
    LOCUST_URL: withUser(locustUrl, SECRETS.urlUser, SECRETS.urlPassword),
    LOCUST_CLIENT_CERT_FILE: pair.cert,
    LOCUST_CLIENT_KEY_FILE: pair.key,
    PUSHGATEWAY_URL: withUser('http://127.0.0.1:1', SECRETS.pushUser, SECRETS.pushUrlPassword),
    PUSHGATEWAY_INTERVAL: '1s',
    ...passwords[how],
  };
}

const HOWS = ['plain', 'file', 'url'] as const;

/** A Locust that repeats all that it hears. */
async function startEcho(
  t: TestContext,
  answer: (response: ServerResponse, heard: string) => void,
): Promise<{ url: string; heard: () => string }> {
  let all = '';
  const hear = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const heard = JSON.stringify(request.headers) + Buffer.concat(chunks).toString();
    all += heard;
    answer(response, heard);
  };
  const server = createServer((request, response) => void hear(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, heard: () => all };
}

/** All that the program tells, of itself and when it is asked. */
async function assertTellsNoSecret(t: TestContext, env: Environment, code: string): Promise<void> {
  const exporter = await startExporter(env);
  stopAfter(t, 'exporter', exporter.process);
  for (let scrape = 0; scrape < 3; scrape += 1) {
    const metrics = await exporter.metrics();
    assert.match(metrics, new RegExp(`code="${code}"\\} [1-9]`));
    assertNoSecret('/metrics', metrics);
  }
  assertNoSecret('/', await (await fetch(`${exporter.url}/`)).text());
  assertNoSecret('/nothing', await (await fetch(`${exporter.url}/nothing`)).text());
  await exporter.stop();
  assertNoSecret('the log', exporter.process.output());
  for (const args of [['stats'], ['swarm', '--users', '1'], ['--check-config']]) {
    const { stdout, stderr } = await runProgram(args, env);
    assertNoSecret(args.join(' '), stdout + stderr);
  }
}

describe('no secret is told', { ...needs(whyBuildIsMissing()), concurrency: 2 }, () => {
  it('to this test, which would find it', () => {
    for (const secret of secrets) {
      for (const form of formsOf(secret)) assert.notDeepEqual(leaks(`a ${form} b`), []);
      const basic = Buffer.from(`reader:${secret}`).toString('base64');
      assert.notDeepEqual(leaks(`Basic ${basic}`), []);
    }
    assert.deepEqual(leaks('reader:'), []);
  });

  for (const how of HOWS) {
    it(`while Locust is down (${how})`, async (t) => {
      await assertTellsNoSecret(t, await everySecret('http://127.0.0.1:1', how), 'connect');
    });

    it(`when Locust refuses the user and repeats what it heard (${how})`, async (t) => {
      const echo = await startEcho(t, (response, heard) =>
        response.writeHead(401, { 'x-heard': encodeURIComponent(heard) }).end(heard),
      );
      await assertTellsNoSecret(t, await everySecret(echo.url, how), 'auth_required');
      assert.notDeepEqual(leaks(echo.heard()), []);
    });

    it(`when Locust answers nonsense or redirects with it (${how})`, async (t) => {
      // The parser of JSON quotes what it does not understand.
      const nonsense = await startEcho(t, (response, heard) =>
        response.end(`${SECRETS.password} ${SECRETS.urlPassword} ${heard}`),
      );
      await assertTellsNoSecret(t, await everySecret(nonsense.url, how), 'not_json');
      const away = await startEcho(t, (response, heard) => {
        const location = `http://a:${SECRETS.password.replaceAll(' ', '')}@h/x?${encodeURIComponent(heard)}`;
        response.writeHead(302, { location }).end();
      });
      await assertTellsNoSecret(t, await everySecret(away.url, how), 'http_status');
    });
  }

  for (const how of ['plain', 'file'] as const) {
    it(`when Locust refuses the login (${how})`, async (t) => {
      const echo = await startEcho(t, (response, heard) =>
        response.writeHead(302, { location: `/login?${encodeURIComponent(heard)}` }).end(heard),
      );
      const env = { ...(await everySecret(echo.url, how)), LOCUST_LOGIN_PATH: '/login_submit' };
      await assertTellsNoSecret(t, env, 'auth_required');
      const sent = { plain: SECRETS.password, file: SECRETS.passwordInFile }[how];
      assert.ok(echo.heard().includes(new URLSearchParams({ password: sent }).toString()));
    });
  }

  it('by --check-config', async () => {
    for (const how of HOWS) {
      const { code, stdout, stderr } = await runProgram(
        ['--check-config'],
        await everySecret('http://127.0.0.1:1', how),
      );
      assert.equal(code, 0, stderr);
      assertNoSecret(how, stdout + stderr);
    }
  });

  it('by what is said of broken values', async () => {
    const url = (base: string) => withUser(base, SECRETS.urlUser, SECRETS.urlPassword);
    const unreadable = path.join(folder.path, 'a-folder');
    await mkdir(unreadable);
    const key = readFileSync(pair.key, 'utf8');
    const other = await selfSigned(folder.path, 'other');
    const broken: Readonly<Record<string, Environment>> = {
      'a port that is none': { LOCUST_URL: url('http://h:x') },
      'another protocol': { LOCUST_URL: url('ftp://h') },
      'a query': { LOCUST_URL: `${url('http://h')}/?a=1` },
      'an unescaped password': { LOCUST_URL: `http://me:${SECRETS.urlPassword}@h:x` },
      'no protocol': { LOCUST_URL: `me:${SECRETS.urlPassword}@h` },
      'a Pushgateway of another protocol': {
        PUSHGATEWAY_URL: withUser('ftp://h', SECRETS.pushUser, SECRETS.pushUrlPassword),
      },
      'a password twice': {
        LOCUST_PASSWORD: SECRETS.password,
        LOCUST_PASSWORD_FILE: await write('twice', SECRETS.passwordInFile),
      },
      'a password for the Pushgateway twice': {
        PUSHGATEWAY_PASSWORD: SECRETS.pushPassword,
        PUSHGATEWAY_PASSWORD_FILE: await write('push-twice', SECRETS.pushPasswordInFile),
      },
      'a login without a user': { LOCUST_LOGIN_PATH: 'x', LOCUST_PASSWORD: SECRETS.password },
      'files that are folders': {
        LOCUST_PASSWORD_FILE: unreadable,
        LOCUST_HEADERS_FILE: unreadable,
        LOCUST_CLIENT_KEY_FILE: unreadable,
      },
      'a header without a name': { LOCUST_HEADERS_FILE: await write('h1', SECRETS.header) },
      'a header with a control character': {
        LOCUST_HEADERS_FILE: await write('h2', `Authorization: ${SECRETS.header}\x01`),
      },
      'a header of the client': {
        LOCUST_HEADERS_FILE: await write('h3', `Connection: ${SECRETS.header}`),
      },
      'a key of another certificate': {
        LOCUST_CLIENT_CERT_FILE: other.cert,
        LOCUST_CLIENT_KEY_FILE: pair.key,
      },
      'a broken key': {
        LOCUST_CLIENT_CERT_FILE: pair.cert,
        LOCUST_CLIENT_KEY_FILE: await write('broken.key', key.replace('BEGIN', 'BEGUN')),
      },
      'a key in place of its file': {
        LOCUST_CLIENT_CERT_FILE: pair.cert,
        LOCUST_CLIENT_KEY_FILE: key,
      },
      'a key in place of a certificate': {
        LOCUST_CLIENT_CERT_FILE: pair.key,
        LOCUST_CA_FILE: pair.key,
      },
    };
    for (const [name, env] of Object.entries(broken)) {
      for (const args of [['--check-config'], []]) {
        const { code, stdout, stderr } = await runProgram(args, { LOG_LEVEL: 'debug', ...env });
        assert.equal(code, 2, `${name}: ${stdout}${stderr}`);
        assertNoSecret(name, stdout + stderr);
      }
    }
  });
});
