import assert from 'node:assert/strict';
import type { LookupAddress } from 'node:dns';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { afterEach, it } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { parseAllowList } from '../../../src/config/probe-config/allow-list.ts';
import { createLocustClient } from '../../../src/locust/client/client.ts';
import { createCheckedLookup, createResolver } from '../../../src/locust/client/checked-lookup.ts';
import { selfSigned } from '../../helpers/certificates.ts';
import { startDnsServer, type DnsServer } from '../../helpers/dns-server.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** Answers `ok`, on a connection that ends with it, so that each request looks its host up. */
async function listen(server: Server): Promise<{ port: number; requests: () => number }> {
  let requests = 0;
  server.on('request', (_request, response) => {
    requests += 1;
    response.writeHead(200, { connection: 'close' }).end('ok');
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  closers.push(() => server.close());
  return { port: (server.address() as AddressInfo).port, requests: () => requests };
}

async function startDns(answer: (name: string) => string[]): Promise<DnsServer> {
  const dns = await startDnsServer(answer);
  closers.push(() => dns.close());
  return dns;
}

function clientFor(url: string, rules: string, resolve: DnsServer['resolve'], tls = {}) {
  const { port } = new URL(url);
  const list = parseAllowList(rules);
  const client = createLocustClient({
    url: new URL(url),
    maxResponseBytes: 1000,
    userAgent: 'test',
    tls,
    lookup: createCheckedLookup(
      (address, name) => list.forbids(address, Number(port), name),
      resolve,
    ),
  });
  closers.push(() => client.close());
  return async () => (await client.get('', AbortSignal.timeout(5000))).toString();
}

it('a name that leads elsewhere from one request to the next is not followed', async () => {
  const { port, requests } = await listen(createServer());
  const answers = [['127.0.0.1'], ['169.254.169.254'], ['127.0.0.1']];
  const dns = await startDns(() => answers.shift() ?? []);
  const get = clientFor(`http://locust.example:${port}`, '**,127.0.0.0/8', dns.resolve);
  assert.equal(await get(), 'ok');
  await assert.rejects(get, {
    name: 'LocustError',
    code: 'connect',
    message:
      'locust.example leads to the address 169.254.169.254, which is link-local, as metadata ' +
      'services are; only a range of such addresses in PROBE_TARGETS would allow it',
  });
  assert.equal(await get(), 'ok');
  assert.equal(requests(), 2);
  // Each connection asked once: the address that was checked is the one that was taken.
  assert.deepEqual(dns.queries, ['locust.example', 'locust.example', 'locust.example']);
});

it('one forbidden address among several makes a name useless', async () => {
  const { port, requests } = await listen(createServer());
  const dns = await startDns(() => ['203.0.113.1', '127.0.0.1']);
  const get = clientFor(`http://locust.example:${port}`, '**', dns.resolve);
  await assert.rejects(get, /leads to the address 127\.0\.0\.1, which is loopback/);
  assert.equal(requests(), 0);
});

it('the names of TLS are checked as well', async () => {
  const folder = await temporaryFolder('lookup');
  closers.push(() => folder.remove());
  const pair = await selfSigned(folder.path, 'locust.example');
  const [cert, key] = [readFileSync(pair.cert, 'utf8'), readFileSync(pair.key, 'utf8')];
  const { port, requests } = await listen(createTlsServer({ cert, key }));
  let address = '127.0.0.1';
  const dns = await startDns(() => [address]);
  const url = `https://locust.example:${port}`;
  const get = clientFor(url, '**,127.0.0.0/8', dns.resolve, { insecure: true });
  assert.equal(await get(), 'ok');
  address = '0.0.0.0';
  await assert.rejects(get, /leads to the address 0\.0\.0\.0, which is unspecified/);
  assert.equal(requests(), 1);
});

it('a name without an address is not found', async () => {
  const dns = await startDns(() => []);
  const get = clientFor('http://locust.example:8089', '**', dns.resolve);
  await assert.rejects(get, { name: 'LocustError', code: 'connect' });
});

it('a lookup that wants one address gets the first that was found', async () => {
  const found: LookupAddress[] = [
    { address: '10.0.0.1', family: 4 },
    { address: '10.0.0.2', family: 4 },
  ];
  const lookup = createCheckedLookup(
    () => null,
    () => Promise.resolve(found),
  );
  const one = await new Promise((resolve) => {
    lookup('a', {}, (error, address, family) => {
      resolve([error, address, family]);
    });
  });
  assert.deepEqual(one, [null, '10.0.0.1', 4]);
});

it('those who want the same name share a lookup, and a few that hang leave room', async () => {
  const asked: string[] = [];
  const answers = new Map<string, (addresses: LookupAddress[]) => void>();
  const resolve = createResolver((name) => {
    asked.push(name);
    return new Promise((done) => answers.set(name, done));
  });
  const same = [resolve('a'), resolve('a')];
  const rest = ['b', 'c', 'd', 'e'].map((name) => resolve(name));
  await turn();
  assert.deepEqual(asked, ['a', 'b', 'c']);
  answers.get('b')!([]);
  await rest[0];
  await turn();
  assert.deepEqual(asked, ['a', 'b', 'c', 'd']);
  const addresses = [{ address: '10.0.0.1', family: 4 }];
  answers.get('a')!(addresses);
  assert.deepEqual(await Promise.all(same), [addresses, addresses]);
  await turn();
  answers.get('e')!([]);
  await rest[3];
  void resolve('a');
  await turn();
  assert.deepEqual(asked, ['a', 'b', 'c', 'd', 'e', 'a']);
});

it('a name of the system is found', async () => {
  const addresses = await createResolver()('localhost');
  assert.ok(addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'));
});
