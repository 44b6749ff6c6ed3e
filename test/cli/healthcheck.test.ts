import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { programArguments } from '../../src/cli/healthcheck.ts';
import { createAuthority } from '../helpers/certificates.ts';
import { freePort } from '../helpers/free-port.ts';
import { startProcess } from '../helpers/start-process.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const BIN = join(import.meta.dirname, '../../src/bin.ts');

function check(env: Record<string, string>, ...args: string[]) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    const options = { env: { ...process.env, ...env }, timeout: 20_000 };
    execFile(process.execPath, [BIN, 'healthcheck', ...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr });
    });
  });
}

async function serve(t: TestContext, env: Record<string, string> = {}) {
  const address = `127.0.0.1:${await freePort()}`;
  const exporter = await startProcess(process.execPath, [BIN], {
    env: { LISTEN_ADDRESS: address, ...env },
  });
  t.after(() => exporter.stop());
  await waitUntil('it listens', () => exporter.stderr().includes('"listening"') || undefined);
  return address;
}

async function listenOn(t: TestContext, server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('healthcheck', () => {
  it('finds the exporter where the settings say that it listens', async (t) => {
    const address = await serve(t);
    assert.deepEqual(await check({ LISTEN_ADDRESS: address }), {
      code: 0,
      stdout: `the exporter at ${address} is healthy\n`,
      stderr: '',
    });
    const port = address.replace('127.0.0.1', '');
    for (const [env, args] of [
      [{ LISTEN_ADDRESS: port }, []],
      [{ LOCUST_EXPORTER_WEB_LISTEN_ADDRESS: port }, []],
      [{ LISTEN_ADDRESS: ':1' }, ['--listen-address', port]],
      [{ LISTEN_ADDRESS: '' }, ['--web.listen-address', port]],
      // What it does not need to know cannot be in its way.
      [{ LISTEN_ADDRESS: port, LOCUST_CA_FILE: '/is/gone', LOG_LEVEL: 'none' }, []],
    ] satisfies [Record<string, string>, string[]][]) {
      assert.equal((await check(env, ...args)).code, 0, JSON.stringify([env, args]));
    }
  });

  it('takes TLS for health, whatever certificate it wants', async (t) => {
    const folder = await temporaryFolder('health');
    t.after(() => folder.remove());
    const authority = await createAuthority(folder.path);
    const { cert, key } = await authority.issue('127.0.0.1');
    const plain = `tls_server_config:\n  cert_file: ${cert}\n  key_file: ${key}\n`;
    const mutual = `${plain}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ${authority.cert}\n`;
    for (const [name, yaml] of Object.entries({
      plain,
      mutual,
      old: `${mutual}  max_version: TLS12\n`,
      any: `${plain}  client_auth_type: RequireAnyClientCert\n  max_version: TLS12\n`,
    })) {
      const file = join(folder.path, `${name}.yml`);
      writeFileSync(file, yaml);
      const address = await serve(t, { WEB_CONFIG_FILE: file });
      assert.deepEqual((await check({ LISTEN_ADDRESS: address })).stderr, '', name);
    }
  });

  it('fails when nothing listens', async () => {
    const address = `127.0.0.1:${await freePort()}`;
    assert.deepEqual(await check({ LISTEN_ADDRESS: address }), {
      code: 1,
      stdout: '',
      stderr: `locust-exporter: no health at ${address}: ECONNREFUSED\n`,
    });
  });

  it('fails when something else responds, or nothing in time', async (t) => {
    const greeter = createServer((socket) => {
      socket.on('error', () => undefined).end('HTTP/1.1 404 Not Found\r\n\r\n');
    });
    const other = await check({ LISTEN_ADDRESS: await listenOn(t, greeter) });
    assert.equal(other.code, 1);
    assert.match(other.stderr, /: status 404$/m);
    const sockets: { destroy(): void }[] = [];
    const silent = createServer((socket) => sockets.push(socket));
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    const hung = await check({ LISTEN_ADDRESS: await listenOn(t, silent) });
    assert.equal(hung.code, 1);
    assert.match(hung.stderr, /: no answer in time$/m);
  });

  it('says what is wrong with its arguments', async () => {
    const { code, stderr } = await check({}, '--frob', '--listen-address', 'x');
    assert.equal(code, 2);
    assert.match(stderr, /--frob: unknown flag/);
    assert.match(stderr, /--listen-address: expected/);
  });
});

describe('programArguments', () => {
  for (const before of [
    ['/nodejs/bin/node', '--max-semi-space-size=2', '/usr/local/bin/locust-exporter'],
    ['/sbin/docker-init', '--', '/usr/local/bin/locust-exporter'],
    ['/nodejs/bin/node', '/bin/locust_exporter'],
    ['node', '/app/dist/bin.js'],
  ]) {
    it(`follow ${before.at(-1)!}`, () => {
      const flags = ['--listen-address', ':1', '--locust-login-path', ''];
      assert.deepEqual(programArguments([...before, ...flags]), flags);
    });
  }

  it('are none of another program', () => {
    assert.deepEqual(programArguments(['/pause', '--listen-address', ':1']), []);
  });
});
