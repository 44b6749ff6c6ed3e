import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { get } from 'node:https';
import { connect as connectPlain, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, afterEach, before, describe, it } from 'node:test';
import { TLSSocket, type SecureContextOptions } from 'node:tls';
import { closeServer, listen } from '../../src/http/listen.ts';
import type { ServerTls } from '../../src/config/web-config/tls.ts';
import {
  createAuthority,
  selfSigned,
  type Authority,
  type KeyPair,
} from '../helpers/certificates.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let authority: Authority;
let own: KeyPair;
let ofAuthority: KeyPair;
let ofNobody: KeyPair;
let server: Server | undefined;

before(async () => {
  folder = await temporaryFolder('server-tls');
  authority = await createAuthority(folder.path);
  own = await authority.issue('127.0.0.1');
  ofAuthority = await authority.issue('client');
  ofNobody = await selfSigned(folder.path, 'client');
});

afterEach(async () => {
  if (server) await closeServer(server, 0);
  server = undefined;
});

after(() => folder.remove());

const contents = ({ cert, key }: KeyPair) => ({ cert: readFileSync(cert), key: readFileSync(key) });
const NOT_ASKED = { asked: false, required: false, verified: false };

async function serve(tls: () => ServerTls, headersTimeoutMs = 5000): Promise<void> {
  server = await listen(
    (_request, response) => response.end('ok'),
    { host: '127.0.0.1', port: 0 },
    { tls, headersTimeoutMs },
  );
}

const port = () => (server!.address() as AddressInfo).port;

/** @returns the response and the certificate of the server, or the code of the error */
async function ask(
  options: SecureContextOptions = {},
): Promise<{ body: string; serial: string; protocol: string | null } | string> {
  return new Promise((resolve) => {
    const trusted = { ca: readFileSync(authority.cert), agent: false } as const;
    get({ host: '127.0.0.1', port: port(), path: '/', ...trusted, ...options }, (answer) => {
      const { socket } = answer;
      assert.ok(socket instanceof TLSSocket);
      const serial = socket.getPeerCertificate().serialNumber;
      const protocol = socket.getProtocol();
      void text(answer).then((body) => {
        resolve({ body, serial, protocol });
      });
    }).on('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code ?? error.message);
    });
  });
}

describe('client certificates', () => {
  const MODES: readonly (readonly [
    name: string,
    modes: ServerTls['clientCertificate'],
    outcomes: { none: boolean; ofAuthority: boolean; ofNobody: boolean },
  ])[] = [
    ['not asked for', NOT_ASKED, { none: true, ofAuthority: true, ofNobody: true }],
    [
      'asked for',
      { asked: true, required: false, verified: false },
      { none: true, ofAuthority: true, ofNobody: true },
    ],
    [
      'required of any kind',
      { asked: true, required: true, verified: false },
      { none: false, ofAuthority: true, ofNobody: true },
    ],
    [
      'verified if given',
      { asked: true, required: false, verified: true },
      { none: true, ofAuthority: true, ofNobody: false },
    ],
    [
      'required and verified',
      { asked: true, required: true, verified: true },
      { none: false, ofAuthority: true, ofNobody: false },
    ],
  ];
  for (const [name, clientCertificate, outcomes] of MODES) {
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
      it(`that are ${name}, with ${maxVersion}`, async () => {
        const context = { ...contents(own), ca: readFileSync(authority.cert), maxVersion };
        const tls = { context, clientCertificate };
        await serve(() => tls);
        const found = {
          none: await ask(),
          ofAuthority: await ask(contents(ofAuthority)),
          ofNobody: await ask(contents(ofNobody)),
        };
        assert.deepEqual(
          Object.fromEntries(
            Object.entries(found).map(([kind, outcome]) => [kind, typeof outcome !== 'string']),
          ),
          outcomes,
          JSON.stringify(found),
        );
      });
    }
  }
});

describe('TLS', () => {
  it('serves a new certificate to the next connection', async () => {
    const context = (pair: KeyPair) => ({
      context: contents(pair),
      clientCertificate: NOT_ASKED,
    });
    let tls = context(own);
    await serve(() => tls);
    const before = await ask();
    tls = context(await authority.issue('127.0.0.1'));
    const after = await ask();
    assert.ok(typeof before === 'object' && typeof after === 'object');
    assert.notEqual(after.serial, before.serial);
    assert.deepEqual(await ask(), after);
  });

  it('verifies by new authorities as soon as they are there', async () => {
    const second = await createAuthority(folder.path, 'second');
    const ofSecond = contents(await second.issue('client'));
    const context = (ca: string) => ({
      context: { ...contents(own), ca: readFileSync(ca) },
      clientCertificate: { asked: true, required: true, verified: true },
    });
    let tls = context(authority.cert);
    await serve(() => tls);
    assert.equal(typeof (await ask(ofSecond)), 'string');
    tls = context(second.cert);
    assert.equal(typeof (await ask(ofSecond)), 'object');
    assert.equal(typeof (await ask(contents(ofAuthority))), 'string');
  });

  it('holds to the versions that are set', async () => {
    const tls = {
      context: { ...contents(own), minVersion: 'TLSv1.3' } as const,
      clientCertificate: NOT_ASKED,
    };
    await serve(() => tls);
    assert.equal(typeof (await ask({ maxVersion: 'TLSv1.2' })), 'string');
    const answer = await ask();
    assert.equal(typeof answer === 'object' && answer.protocol, 'TLSv1.3');
  });

  it('does not wait for ever for a handshake, nor does its end', async () => {
    const tls = { context: contents(own), clientCertificate: NOT_ASKED };
    const silent = async () => {
      const socket = connectPlain(port(), '127.0.0.1');
      await new Promise((resolve) => socket.once('connect', resolve));
      return new Promise<void>((resolve) => {
        socket.resume().on('error', () => undefined);
        socket.once('close', () => {
          resolve();
        });
      });
    };
    await serve(() => tls, 300);
    const start = performance.now();
    await silent();
    const ms = performance.now() - start;
    assert.ok(ms >= 280 && ms < 2000, `${ms} ms`);
    await closeServer(server!, 0);

    await serve(() => tls, 60_000);
    const closed = silent();
    await new Promise((resolve) => server!.once('connection', resolve));
    const closing = performance.now();
    await closeServer(server!, 100);
    await closed;
    assert.ok(performance.now() - closing < 2000);
  });

  it('is not spoken where there is none', async () => {
    server = await listen((_request, response) => response.end('plain'), {
      host: '127.0.0.1',
      port: 0,
    });
    assert.equal(await (await fetch(`http://127.0.0.1:${port()}`)).text(), 'plain');
  });
});
