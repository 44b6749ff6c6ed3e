import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { after, before, describe, it } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { GOOD } from '../target/faults.ts';
import { createAuthority, type Authority, type KeyPair } from '../helpers/certificates.ts';
import { startExporter, whyBuildIsMissing } from '../helpers/exporter.ts';
import { needs } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { REPORT_PATH } from './switched-locust.ts';

/** Each version of HTTP in which a report was asked for. */
let versions: string[];

function respond(
  request: IncomingMessage | Http2ServerRequest,
  response: ServerResponse | Http2ServerResponse,
): void {
  if (request.url === REPORT_PATH) versions.push(request.httpVersion);
  response.statusCode = request.url === REPORT_PATH ? 200 : 404;
  response.end(request.url === REPORT_PATH ? GOOD : '');
}

interface Front {
  readonly what: string;
  /** What the exporter says of it; null where it can be read. */
  readonly problem: RegExp | null;
  readonly create: (keys: { readonly cert: Buffer; readonly key: Buffer }) => Server;
}

const ONLY_HTTP_2 = /only HTTP\/2 is offered there, and the exporter speaks HTTP\/1\.1; let that/;

const FRONTS: readonly Front[] = [
  {
    what: 'that offers HTTP/2, or HTTP/1.1 to those who want it,',
    problem: null,
    create: (keys) => createSecureServer({ ...keys, allowHTTP1: true }, respond),
  },
  {
    what: 'that offers HTTP/1.1 alone',
    problem: null,
    create: (keys) => createHttpsServer({ ...keys, ALPNProtocols: ['http/1.1'] }, respond),
  },
  {
    what: 'that negotiates nothing',
    problem: null,
    create: (keys) => createHttpsServer(keys, respond),
  },
  {
    what: 'that offers HTTP/2 alone',
    problem: ONLY_HTTP_2,
    create: (keys) => createTlsServer({ ...keys, ALPNProtocols: ['h2'] }),
  },
  {
    what: 'that speaks HTTP/2 whatever was negotiated',
    problem: ONLY_HTTP_2,
    create: (keys) =>
      createTlsServer(keys, (socket) => {
        socket.on('error', () => undefined);
        socket.write(Buffer.from('00000604000000000000030000', 'hex'));
        socket.end(Buffer.from('0064', 'hex'));
      }),
  },
];

describe('the built program, with a server before Locust', needs(whyBuildIsMissing()), () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  let authority: Authority;
  let pair: KeyPair;

  before(async () => {
    folder = await temporaryFolder('fronts');
    authority = await createAuthority(folder.path);
    pair = await authority.issue('127.0.0.1');
  });
  after(() => folder.remove());

  for (const { what, problem, create } of FRONTS) {
    it(`${what} ${problem === null ? 'reads Locust by HTTP/1.1' : 'says so'}`, async (t) => {
      versions = [];
      const server = create({ cert: readFileSync(pair.cert), key: readFileSync(pair.key) });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      t.after(() => server.close());
      const { port } = server.address() as AddressInfo;
      const exporter = await startExporter({
        LOCUST_URL: `https://127.0.0.1:${port}`,
        LOCUST_CA_FILE: authority.cert,
        CACHE_TTL: '0s',
      });
      t.after(() => exporter.stop());
      const first = await exporter.metrics();
      assert.match(first, problem === null ? /^locust_up 1$/m : /^locust_up 0$/m);
      assert.equal(await exporter.metrics().then((text) => /^locust_up 1$/m.test(text)), !problem);
      const [told] = exporter.log.filter(({ msg }) => msg === 'Locust is down');
      if (problem === null) {
        assert.equal(told, undefined);
        assert.deepEqual(versions, ['1.1', '1.1']);
      } else {
        assert.equal(told?.['code'], 'connect');
        assert.match(String(told['reason']), problem);
        assert.match(await (await fetch(exporter.url)).text(), problem);
      }
    });
  }
});
