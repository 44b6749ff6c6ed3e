import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { createLocustClient, type LocustClient } from '../../../src/locust/client/client.ts';

const BODY = '{"ok": true}';
const WHOLE = `HTTP/1.1 200 OK\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

let server: Server;
let client: LocustClient;
let connections: number;
/** The first line of each request, over all connections. */
let requests: string[];
/** Answers one request on a connection. */
let answer: (socket: Socket) => void;

beforeEach(async () => {
  [connections, requests] = [0, []];
  server = createServer((socket) => {
    connections++;
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => {
      requests.push(text.slice(0, text.indexOf(' HTTP')));
      answer(socket);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = createLocustClient({
    ...{ url: new URL(`http://127.0.0.1:${port}/`), maxResponseBytes: 1000, userAgent: 'test/1' },
  });
});

afterEach(async () => {
  await client.close();
  server.close();
});

const get = async () => String(await client.get('stats/requests', AbortSignal.timeout(5000)));

describe('a response that breaks off', () => {
  const parts = {
    'in the middle of its body': WHOLE.slice(0, -5),
    'right after its header': WHOLE.slice(0, -BODY.length),
  };
  for (const [where, part] of Object.entries(parts)) {
    it(`${where} is not downloaded twice`, async () => {
      answer = (socket) => socket.end(part);
      await assert.rejects(get(), { code: 'connect' });
      assert.deepEqual(requests, ['GET /stats/requests']);
    });

    it(`${where} on a connection that was idle is not downloaded twice either`, async () => {
      answer = (socket) => socket.write(WHOLE);
      assert.equal(await get(), BODY);
      answer = (socket) => socket.end(part);
      await assert.rejects(get(), { code: 'connect' });
      assert.equal(requests.length, 2);
      assert.equal(connections, 1);
    });
  }
});

it('a response that is too large is not downloaded twice', async () => {
  answer = (socket) => socket.end(`HTTP/1.1 200 OK\r\n\r\n${'x'.repeat(2000)}`);
  await assert.rejects(get(), { code: 'too_large' });
  assert.equal(requests.length, 1);
});

it('an error of Locust is not asked for twice', async () => {
  answer = (socket) => socket.end('HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n');
  await assert.rejects(get(), { code: 'http_status' });
  assert.equal(requests.length, 1);
});

it('an idle connection that is closed before any of the response is opened again, once', async () => {
  answer = (socket) => socket.write(WHOLE);
  assert.equal(await get(), BODY);
  answer = (socket) => {
    answer = (other) => other.write(WHOLE);
    socket.destroy();
  };
  assert.equal(await get(), BODY);
  assert.equal(requests.length, 3);
  answer = (socket) => socket.destroy();
  await assert.rejects(get(), { code: 'connect' });
  assert.equal(requests.length, 5);
});
