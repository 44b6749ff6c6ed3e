import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

import { composeServices, whyComposeIsMissing } from '../helpers/compose.ts';
import { findOnPath } from '../helpers/find-on-path.ts';
import { freePort } from '../helpers/free-port.ts';
import { whyLocustIsMissing } from '../helpers/locust-versions.ts';
import { startLocust } from '../helpers/real-locust.ts';
import { needs } from '../helpers/requirement.ts';
import { startProcess } from '../helpers/start-process.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../deploy/compose');
const PAGES = ['/', '/cart', '/orders', '/products', '/products/[number]', '/search'];
const HOME = process.env['HOME'] ?? '/';

const pythonMissing = findOnPath('python3') === undefined ? 'python3 is not on PATH' : undefined;

/** Starts the system under test of the compose file. @returns its port */
async function startShop(t: TestContext): Promise<number> {
  const port = await freePort();
  const shop = await startProcess(
    'python3',
    ['-B', path.join(FOLDER, 'target.py'), '--port', String(port)],
    { env: { HOME } },
  );
  t.after(() => shop.stop());
  await waitUntil('the shop listens', () => shop.stdout().includes('listening'));
  return port;
}

/** Statuses of as many requests at once, with how often each came. */
async function statuses(count: number, url: string, method: string): Promise<Map<number, number>> {
  const responses = await Promise.all(
    Array.from({ length: count }, async () => {
      const response = await fetch(url, { method });
      await response.text();
      return response.status;
    }),
  );
  const counts = new Map<number, number>();
  for (const status of responses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return counts;
}

async function isAnswering(port: number): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${port}/stats/requests`);
  await response.text();
  return response.ok;
}

describe('the shop that the compose file tests', needs(pythonMissing), () => {
  it('serves some visitors, and turns away those whom it keeps waiting', async (t) => {
    const url = `http://127.0.0.1:${await startShop(t)}`;
    assert.deepEqual([...(await statuses(3, `${url}/products`, 'GET'))], [[200, 3]]);
    const rush = await statuses(80, `${url}/orders`, 'POST');
    assert.ok((rush.get(201) ?? 0) > 5, JSON.stringify([...rush]));
    assert.ok((rush.get(503) ?? 0) > 5, JSON.stringify([...rush]));
  });

  it('answers what the pages of a shop answer', async (t) => {
    const url = `http://127.0.0.1:${await startShop(t)}`;
    for (const [where, method, status] of [
      ['/', 'GET', 200],
      ['/products/7', 'GET', 200],
      ['/products/25', 'GET', 404],
      ['/search?q=tea', 'GET', 200],
      ['/cart', 'POST', 201],
      ['/nowhere', 'GET', 404],
      ['/nowhere', 'POST', 404],
    ] as const) {
      const found = await statuses(1, url + where, method);
      assert.deepEqual([...found.keys()], [status], where);
    }
  });

  for (const version of ['2.12.1', 'newest']) {
    it(
      `is found by Locust ${version} with workers`,
      needs(whyLocustIsMissing(version)),
      async (t) => {
        const port = await startShop(t);
        const locust = await startLocust({
          version,
          workers: 2,
          locustfile: path.join(FOLDER, 'locustfile.py'),
          args: [
            ...['--host', `http://127.0.0.1:${port}`],
            ...['--autostart', '--expect-workers', '2'],
          ],
          // Its workers are at work as soon as they are there.
          isReady: isAnswering,
        });
        t.after(() => locust.stop());
        const shownEnough = async () => {
          const { stats } = await locust.report();
          const failures = stats.reduce((sum, row) => sum + row.num_failures, 0);
          return stats.length === PAGES.length + 1 && failures > 0 && stats;
        };
        const stats = await waitUntil('requests of all pages, and failures', shownEnough, {
          timeoutMs: 45_000,
        });
        assert.deepEqual(
          stats.map(({ name }) => name),
          [...PAGES, 'Aggregated'],
        );
        // Most are served, as long as there is no rush.
        const total = stats.at(-1)!;
        assert.ok(total.num_failures < total.num_requests / 2, JSON.stringify(total));
      },
    );
  }

  it(
    'passes the health check that the compose file has for it',
    needs(whyComposeIsMissing()),
    async (t) => {
      const { target } = await composeServices(path.join(FOLDER, 'compose.yaml'));
      const [kind, program, ...args] = target!.healthcheck!.test!;
      assert.equal(kind, 'CMD');
      const check = (port: number) =>
        promisify(execFile)(
          program!,
          args.map((arg) => arg.replace('127.0.0.1:8000', `127.0.0.1:${port}`)),
        );
      await check(await startShop(t));
      await assert.rejects(check(await freePort()), /Connection refused/);
    },
  );
});
