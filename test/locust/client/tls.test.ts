import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createPlainServer, type Server } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError, loadConfig } from '../../../src/config/load-config.ts';
import { readCertificates } from '../../../src/config/certificates.ts';
import { createLocustClient } from '../../../src/locust/client/client.ts';
import type { TlsOptions } from '../../../src/locust/client/transport.ts';
import {
  createAuthority,
  selfSigned,
  type Authority,
  type KeyPair,
} from '../../helpers/certificates.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let authority: Authority;
const servers: Server[] = [];

before(async () => {
  folder = await temporaryFolder('tls');
  authority = await createAuthority(folder.path);
});

after(async () => {
  for (const server of servers) server.close();
  await folder.remove();
});

async function portOf(server: Server): Promise<number> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const serve = ({ cert, key }: KeyPair) =>
  portOf(
    createServer({ cert: readFileSync(cert), key: readFileSync(key) }, (_request, response) =>
      response.end('ok'),
    ),
  );

async function ask(url: string, tls: TlsOptions = {}): Promise<string> {
  const client = createLocustClient({
    ...{ url: new URL(url), maxResponseBytes: 100, userAgent: 'test/1', tls },
  });
  try {
    return String(await client.get('', AbortSignal.timeout(5000)));
  } finally {
    await client.close();
  }
}

const BOTH = /in LOCUST_CA_FILE, or set LOCUST_TLS_INSECURE=true$/;

describe('a Locust with a certificate', () => {
  it('that is self-signed is refused, and the error names both ways out', async () => {
    const pair = await selfSigned(folder.path, '127.0.0.1');
    const url = `https://127.0.0.1:${await serve(pair)}`;
    await assert.rejects(ask(url), { code: 'connect', message: BOTH });
    await assert.rejects(ask(url), { message: /self-signed/ });
    assert.equal(await ask(url, { ca: readFileSync(pair.cert, 'utf8') }), 'ok');
    assert.equal(await ask(url, { insecure: true }), 'ok');
  });

  it('of an authority of its own is refused, unless that is named', async () => {
    const url = `https://127.0.0.1:${await serve(await authority.issue('127.0.0.1'))}`;
    await assert.rejects(ask(url), { code: 'connect', message: BOTH });
    assert.equal(await ask(url, { ca: readFileSync(authority.cert, 'utf8') }), 'ok');
    const other = await createAuthority(folder.path, 'other');
    const ca = readFileSync(other.cert, 'utf8');
    await assert.rejects(ask(url, { ca }), { code: 'connect', message: BOTH });
  });

  it('for another host is refused', async () => {
    const url = `https://127.0.0.1:${await serve(await authority.issue('shop.example'))}`;
    const ca = readFileSync(authority.cert, 'utf8');
    await assert.rejects(ask(url, { ca }), { code: 'connect', message: /for another host/ });
  });

  it('that is not there at all is told apart', async () => {
    const port = await portOf(createPlainServer((_request, response) => response.end('ok')));
    await assert.rejects(ask(`https://127.0.0.1:${port}`), { message: /must begin with http$/ });
  });
});

describe('a Locust that wants to see a certificate', () => {
  let url: string;
  let ca: string;
  before(async () => {
    const { cert, key } = await authority.issue('127.0.0.1');
    ca = readFileSync(authority.cert, 'utf8');
    const server = createServer(
      {
        cert: readFileSync(cert),
        key: readFileSync(key),
        ca,
        requestCert: true,
        rejectUnauthorized: true,
      },
      (_request, response) => response.end(`hello ${guest}`),
    );
    let guest = '';
    server.on('secureConnection', (socket) => {
      guest = String(socket.getPeerCertificate().subject.CN);
    });
    const port = await portOf(server);
    url = `https://127.0.0.1:${port}`;
  });

  const pemOf = ({ cert, key }: KeyPair) => ({
    cert: readFileSync(cert, 'utf8'),
    key: readFileSync(key, 'utf8'),
  });

  it('is shown that of the settings', async () => {
    const client = pemOf(await authority.issue('exporter'));
    assert.equal(await ask(url, { ca, client }), 'hello exporter');
  });

  it('refuses none, and one that it does not trust', async () => {
    await assert.rejects(ask(url, { ca }), { code: 'connect' });
    const client = pemOf(await selfSigned(folder.path, 'stranger'));
    await assert.rejects(ask(url, { ca, client }), { code: 'connect' });
  });
});

describe('a key of a client certificate', () => {
  const problemOf = async (cert: string, key: string): Promise<string> => {
    try {
      await loadConfig({ LOCUST_CLIENT_CERT_FILE: cert, LOCUST_CLIENT_KEY_FILE: key }, {});
      return '';
    } catch (error) {
      assert.ok(error instanceof ConfigError);
      return error.message;
    }
  };

  it('that fits is taken', async () => {
    const { cert, key } = await authority.issue('exporter');
    assert.equal(await problemOf(cert, key), '');
  });

  it('that is of another certificate, broken or missing is told at the start', async () => {
    const { cert, key } = await authority.issue('exporter');
    const wrong = (found: string, problem: string) => {
      assert.match(found, new RegExp(`^LOCUST_CLIENT_KEY_FILE: expected ${problem}`));
    };
    wrong(
      await problemOf(cert, authority.key),
      'the key of the first certificate in LOCUST_CLIENT_CERT',
    );
    wrong(await problemOf(cert, cert), 'a key in PEM');
    const broken = path.join(folder.path, 'broken.key');
    writeFileSync(broken, readFileSync(key, 'utf8').replace(/\n[\w+/]{20,}/, '\nAAAA'));
    wrong(await problemOf(cert, broken), 'a key in PEM, without a passphrase');
    wrong(await problemOf(cert, ''), 'both this and LOCUST_CLIENT_CERT_FILE');
    assert.match(await problemOf('', key), /^LOCUST_CLIENT_KEY_FILE: expected both/);
  });

  it('that was given in place of its file is not shown', async () => {
    const { cert, key } = await authority.issue('exporter');
    const found = await problemOf(cert, readFileSync(key, 'utf8'));
    assert.match(found, /^LOCUST_CLIENT_KEY_FILE: expected a file .*, got "\*\*\*"$/);
  });
});

describe('a file of certificates', () => {
  const write = (text: string) => {
    const file = path.join(folder.path, 'file.pem');
    writeFileSync(file, text);
    return file;
  };

  it('may hold several', () => {
    const pem = readFileSync(authority.cert, 'utf8');
    const file = write(`a note\n${pem}\n${pem}`);
    assert.equal(readCertificates(file).pem, readFileSync(file, 'utf8'));
  });

  it('that is of no use is refused, with the reason', () => {
    const reading = (file: string) => () => readCertificates(file);
    assert.throws(reading(path.join(folder.path, 'none')), /can be read \(there is none\)/);
    assert.throws(reading(folder.path), /it is a folder/);
    assert.throws(reading(write('x')), /expected a file of certificates in PEM/);
    assert.throws(reading(authority.key), /expected a file of certificates in PEM/);
    const pem = readFileSync(authority.cert, 'utf8');
    const broken = pem.replace(/\n[\w+/=]{20,}\n/, '\nAAAA\n');
    assert.throws(reading(write(`${pem}${broken}`)), /number 2 is broken/);
  });
});
