import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import {
  createLocustClient,
  type ClientOptions,
  type LocustClient,
} from '../../../src/locust/client/client.ts';

/** What stands in for Locust: it shows its report to whoever has the cookie `session=<session>`. */
let session: string;
let respondToLogin: (response: ServerResponse, body: string) => void;
let deny: (response: ServerResponse) => void;
let server: Server;
let requests: { line: string; cookie: string; authorization: string; body: string }[];
let client: LocustClient;
const soon = () => AbortSignal.timeout(5000);

const redirect = (response: ServerResponse, location: string, ...cookies: string[]) =>
  response.writeHead(302, { location, 'set-cookie': cookies }).end();

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

beforeEach(async () => {
  session = 'one';
  requests = [];
  deny = (response) => redirect(response, '/login?next=%2F');
  respondToLogin = (response, body) => {
    if (new URLSearchParams(body).get('password') !== 'p&ss') return redirect(response, '/x/login');
    return redirect(response, '/x/', `session=${session}; HttpOnly; Path=/`, 'theme=dark');
  };
  server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { cookie = '', authorization = '' } = request.headers;
      requests.push({ line: `${request.method!} ${request.url!}`, cookie, authorization, body });
      if (request.url === '/x/login_submit') respondToLogin(response, body);
      else if (cookie.includes(`session=${session}`)) response.end('report');
      else deny(response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  mock.timers.reset();
  await client.close();
  server.closeAllConnections();
  server.close();
});

function connect(password = 'p&ss', options: Partial<ClientOptions> = {}): LocustClient {
  const { port } = server.address() as AddressInfo;
  client = createLocustClient({
    url: new URL(`http://127.0.0.1:${port}/x`),
    maxResponseBytes: 1000,
    userAgent: 'test/1',
    login: { path: '/login_submit', fields: { user: 'me', password } },
    ...options,
  });
  return client;
}

const lines = () => requests.map(({ line }) => line);
const GET = 'GET /x/stats/requests';
const LOGIN = 'POST /x/login_submit';
const read = async () => String(await client.get('stats/requests', soon()));

describe('a login', () => {
  it('happens when Locust asks for it, and its cookies are kept', async () => {
    connect();
    assert.equal(await read(), 'report');
    assert.equal(await read(), 'report');
    assert.deepEqual(lines(), [GET, LOGIN, GET, GET]);
    assert.equal(requests[1]?.body, 'user=me&password=p%26ss');
    assert.deepEqual(
      requests.map(({ cookie }) => cookie),
      ['', '', 'session=one; theme=dark', 'session=one; theme=dark'],
    );
    assert.ok(requests.every(({ authorization }) => authorization === ''));
  });

  it('may go to a path without a slash, and never to another host', async () => {
    connect('p&ss', { login: { path: 'login_submit', fields: { password: 'p&ss' } } });
    assert.equal(await read(), 'report');
    for (const [path, line] of [
      ['//login.example/', 'POST /x/login.example/'],
      ['http://login.example/', 'POST /x/http://login.example/'],
    ] as const) {
      await client.close();
      connect('p&ss', { login: { path, fields: {} } });
      await assert.rejects(read(), { code: 'auth_required' });
      assert.equal(requests.at(-1)?.line, line);
    }
  });

  it('is repeated when the session has ended', async () => {
    for (const denial of [
      (response: ServerResponse) => response.writeHead(401).end(),
      (response: ServerResponse) => response.writeHead(403).end(),
      (response: ServerResponse) => redirect(response, '/login'),
      (response: ServerResponse) => response.end('<html>window.authArgs = {}'),
    ]) {
      deny = denial;
      connect();
      session = 'one';
      assert.equal(await read(), 'report');
      session = 'two';
      requests = [];
      assert.equal(await read(), 'report');
      assert.deepEqual(lines(), [GET, LOGIN, GET]);
      assert.match(requests[2]!.cookie, /session=two/);
      await client.close();
    }
  });

  it('does for a form, too', async () => {
    connect();
    assert.equal(String(await client.post('swarm', { n: '1' }, soon())), 'report');
    assert.deepEqual(lines(), ['POST /x/swarm', LOGIN, 'POST /x/swarm']);
    assert.equal(requests[2]?.body, 'n=1');
  });

  it('sends the further headers, and adds to their cookies', async () => {
    connect('p&ss', { headers: { cookie: 'a=b', authorization: 'Bearer t' } });
    assert.equal(await read(), 'report');
    assert.deepEqual(
      requests.map(({ cookie }) => cookie),
      ['a=b', 'a=b', 'a=b; session=one; theme=dark'],
    );
    assert.ok(requests.every(({ authorization }) => authorization === 'Bearer t'));
  });

  it('has to be done before the deadline of the request', async () => {
    respondToLogin = () => undefined;
    connect();
    const startMs = performance.now();
    await assert.rejects(client.get('', AbortSignal.timeout(200)), { code: 'timeout' });
    assert.ok(performance.now() - startMs < 3000);
    assert.deepEqual(lines(), ['GET /x/', LOGIN]);
  });

  it('is not tried where something else is wrong', async () => {
    deny = (response) => response.writeHead(500).end();
    connect();
    await assert.rejects(read(), { code: 'http_status' });
    assert.deepEqual(lines(), [GET]);
  });
});

describe('a refused login', () => {
  it('is told, and tried again only after half a minute', async () => {
    mock.timers.enable({ apis: ['Date'], now: 1e12 });
    connect('wrong');
    const refused = {
      code: 'auth_required',
      message: /refused the login \(status 302\); check LOCUST_USERNAME, LOCUST_PASSWORD and/,
    };
    await assert.rejects(read(), refused);
    assert.deepEqual(lines(), [GET, LOGIN]);
    mock.timers.tick(29_999);
    await assert.rejects(read(), refused);
    await assert.rejects(read(), refused);
    assert.deepEqual(lines(), [GET, LOGIN, GET, GET]);
    mock.timers.tick(1);
    await assert.rejects(read(), refused);
    assert.deepEqual(lines().slice(4), [GET, LOGIN]);
    mock.timers.setTime(1);
    await assert.rejects(read(), refused);
    assert.deepEqual(lines().slice(6), [GET, LOGIN]);
  });

  it('keeps nobody out whom Locust lets in', async () => {
    connect('wrong', { headers: { cookie: 'session=two' } });
    await assert.rejects(read(), { code: 'auth_required' });
    session = 'two';
    assert.equal(await read(), 'report');
  });

  it('may be a status, a login page or the way back there', async () => {
    for (const refusal of [
      (response: ServerResponse) => response.writeHead(401).end(),
      (response: ServerResponse) => response.writeHead(403).end(),
      (response: ServerResponse) => response.writeHead(400).end(),
      (response: ServerResponse) => redirect(response, 'login?error=1', 'session=one'),
      (response: ServerResponse) => response.end(' <html>window.authArgs = {}'),
    ]) {
      respondToLogin = refusal;
      requests = [];
      connect();
      await assert.rejects(read(), { code: 'auth_required', message: /refused the login/ });
      await assert.rejects(read(), { code: 'auth_required', message: /refused the login/ });
      assert.deepEqual(lines(), [GET, LOGIN, GET]);
      await client.close();
    }
  });

  it('may be one without a session, whatever its response says', async () => {
    respondToLogin = (response) => response.end('{"ok": true}');
    connect();
    const error = {
      code: 'auth_required',
      message: /goes on asking .* LOCUST_LOGIN_USERNAME_FIELD/,
    };
    await assert.rejects(read(), error);
    await assert.rejects(read(), error);
    assert.deepEqual(lines(), [GET, LOGIN, GET, GET]);
  });

  it('is not one that nobody judged', async () => {
    connect();
    for (const [status, code, message] of [
      [404, 'auth_required', /takes no login form \(status 404\); check LOCUST_LOGIN_PATH/],
      [405, 'auth_required', /takes no login form/],
      [503, 'http_status', /login_submit answered with status 503/],
    ] as const) {
      respondToLogin = (response) => response.writeHead(status).end();
      await assert.rejects(read(), { code, message });
    }
    assert.deepEqual(lines(), [GET, LOGIN, GET, LOGIN, GET, LOGIN]);
  });
});

describe('a cookie of a login', () => {
  it('counts until it expires', async () => {
    mock.timers.enable({ apis: ['Date'], now: 1e12 });
    for (const lifetime of [
      () => 'Max-Age=60',
      () => `Expires=${new Date(Date.now() + 60_000).toUTCString()}`,
    ]) {
      mock.timers.setTime(1e12);
      respondToLogin = (response) => redirect(response, '/x/', `session=one; ${lifetime()}`);
      connect();
      assert.equal(await read(), 'report');
      mock.timers.tick(59_000);
      assert.equal(await read(), 'report');
      assert.equal(requests.at(-1)?.line, GET);
      requests = [];
      mock.timers.tick(1000);
      assert.equal(await read(), 'report');
      assert.deepEqual(lines(), [GET, LOGIN, GET]);
      assert.equal(requests[0]?.cookie, '');
      await client.close();
      requests = [];
    }
  });

  it('counts not at all when it is deleted, broken or replaced', async () => {
    respondToLogin = (response) =>
      redirect(
        response,
        '/x/',
        'gone=1; Max-Age=0',
        'old=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
        'nameless',
        'session=zero; Path=/',
        'session=one',
      );
    connect();
    assert.equal(await read(), 'report');
    assert.equal(requests[2]?.cookie, 'session=one');
  });

  it('of any other answer is not kept', async () => {
    deny = (response) => redirect(response, '/login', 'session=of-somebody-else');
    connect();
    assert.equal(await read(), 'report');
    assert.deepEqual(
      requests.map(({ cookie }) => cookie),
      ['', '', 'session=one; theme=dark'],
    );
  });
});

describe('an error', () => {
  it('repeats neither the password nor the session', async () => {
    const echo = (response: ServerResponse, text: string) => response.writeHead(500).end(text);
    connect('pass-of-mine');
    respondToLogin = (response, body) => echo(response, `login failed: ${body}`);
    await assert.rejects(read(), (error: Error) => {
      assert.match(error.message, /login_submit answered with status 500: \(not shown/);
      return true;
    });
    respondToLogin = (response) => redirect(response, '/x/', 'session=made-of-secrets');
    session = 'made-of-secrets';
    assert.equal(await read(), 'report');
    session = 'another';
    deny = (response) => echo(response, `no such session: ${String(requests.at(-1)?.cookie)}`);
    await assert.rejects(read(), { message: /status 500: \(not shown/ });
    deny = (response) => echo(response, 'no such session');
    await assert.rejects(read(), { message: /status 500: no such session$/ });
  });
});
