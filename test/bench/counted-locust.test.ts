import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { countLocust } from './counted-locust.ts';

test('a counted Locust answers as the Locust does, and tells how often and how much', async (context) => {
  let body = 'é'.repeat(100);
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${String(request.method)} ${String(request.url)}`);
    response.writeHead(request.url === '/none' ? 404 : 200, { 'X-Locust': 'yes' });
    response.end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const locust = await countLocust(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  context.after(() => {
    locust.stop();
    server.closeAllConnections();
    server.close();
  });

  const paths = ['/stats/requests', '/stats/requests?_=1', '/none'];
  const answers = await Promise.all(paths.map((path) => fetch(locust.url + path)));
  assert.deepEqual(
    answers.map(({ status, headers }) => [status, headers.get('x-locust')]),
    [200, 200, 404].map((status) => [status, 'yes']),
  );
  for (const answer of answers) assert.equal(await answer.text(), body);
  assert.deepEqual(asked.sort(), paths.map((path) => `GET ${path}`).sort());
  assert.deepEqual(await locust.answers(), {
    '/stats/requests': { count: 2, changes: 1, bytes: 400 },
    '/none': { count: 1, changes: 1, bytes: 200 },
  });
  body = 'other';
  await (await fetch(locust.url + '/none')).text();
  assert.deepEqual((await locust.answers())['/none'], { count: 2, changes: 2, bytes: 205 });
});
