import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connect, getCiphers } from 'node:tls';
import { promisify } from 'node:util';
import { readWebConfig } from '../../src/config/web-config/read.ts';
import { closeServer, listen } from '../../src/http/listen.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

const run = promisify(execFile);

const KINDS = { RSA: ['rsa:2048'], ECDSA: ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] } as const;
type Kind = keyof typeof KINDS;

const AEAD = ['AES128-GCM-SHA256', 'AES256-GCM-SHA384', 'CHACHA20-POLY1305'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
const servers: Server[] = [];

before(async () => {
  folder = await temporaryFolder('tls-ciphers');
  for (const [kind, key] of Object.entries(KINDS)) {
    await run('openssl', [
      ...['req', '-x509', '-newkey', ...key, '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1'],
      ...['-keyout', path.join(folder.path, `${kind}.key`)],
      ...['-out', path.join(folder.path, `${kind}.pem`)],
    ]);
  }
});

after(async () => {
  await Promise.all(servers.map((server) => closeServer(server, 0)));
  await folder.remove();
});

/** @returns the port */
async function serve(kind: Kind, rest = ''): Promise<number> {
  const file = path.join(folder.path, `${kind}.yml`);
  writeFileSync(
    file,
    `tls_server_config: { cert_file: ${kind}.pem, key_file: ${kind}.key${rest} }`,
  );
  const { tls } = readWebConfig(file);
  const server = await listen(
    (_request, response) => response.end('ok'),
    { host: '127.0.0.1', port: 0 },
    { tls: () => tls },
  );
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

/** @returns the suite that was agreed on by a client that offers just this one; null for none */
async function agree(port: number, ciphers: string, version: 'TLSv1.2' | 'TLSv1.3') {
  return new Promise<string | null>((resolve) => {
    const socket = connect({
      ...{ host: '127.0.0.1', port, rejectUnauthorized: false },
      ...{ minVersion: version, maxVersion: version },
      // The client refuses nothing by itself. It wants a suite of TLS 1.2 beside those of 1.3.
      ciphers: `${ciphers}${version === 'TLSv1.3' ? ':AES128-SHA' : ''}:@SECLEVEL=0`,
    });
    const end = (name: string | null) => {
      socket.destroy();
      resolve(name);
    };
    socket.once('secureConnect', () => {
      end(socket.getCipher().name);
    });
    socket.once('error', () => {
      end(null);
    });
  });
}

async function accepted(port: number, version: 'TLSv1.2' | 'TLSv1.3'): Promise<string[]> {
  const offered = getCiphers()
    .map((name) => name.toUpperCase())
    .filter((name) => name.startsWith('TLS_') === (version === 'TLSv1.3'));
  assert.ok(offered.length >= (version === 'TLSv1.3' ? 3 : 50), offered.join());
  const agreed: string[] = [];
  for (const name of offered) {
    const suite = await agree(port, name, version);
    if (suite !== null) agreed.push(suite);
  }
  return agreed.sort();
}

describe('without cipher_suites', () => {
  for (const kind of ['RSA', 'ECDSA'] as const) {
    it(`TLS 1.2 has ephemeral keys and AEAD alone, with a key of ${kind}`, async () => {
      const port = await serve(kind);
      assert.deepEqual(
        await accepted(port, 'TLSv1.2'),
        AEAD.map((name) => `ECDHE-${kind}-${name}`),
      );
    });
  }

  it('TLS 1.3 has its three suites', async () => {
    assert.deepEqual(await accepted(await serve('RSA'), 'TLSv1.3'), [
      'TLS_AES_128_GCM_SHA256',
      'TLS_AES_256_GCM_SHA384',
      'TLS_CHACHA20_POLY1305_SHA256',
    ]);
  });

  it('a client that offers all does not get an old one', async () => {
    const port = await serve('RSA');
    assert.equal(await agree(port, 'ALL', 'TLSv1.2'), 'ECDHE-RSA-AES128-GCM-SHA256');
    assert.equal(await agree(port, 'ALL:!ECDHE', 'TLSv1.2'), null);
    assert.equal(await agree(port, 'ALL:!AESGCM:!CHACHA20', 'TLSv1.2'), null);
  });
});

it('cipher_suites are the only ones of TLS 1.2, also those that are not on by default', async () => {
  const port = await serve('RSA', ', cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA]');
  assert.deepEqual(await accepted(port, 'TLSv1.2'), ['ECDHE-RSA-AES128-SHA']);
});
