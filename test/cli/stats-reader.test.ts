import assert from 'node:assert/strict';
import type { RequestListener } from 'node:http';
import { describe, it, type TestContext } from 'node:test';
import { createStatsReader } from '../../src/cli/stats-reader.ts';
import { createLocustClient } from '../../src/locust/client/client.ts';
import { companionReport, companionRow, toJson } from '../locust/report/companion-sample.ts';
import { aggregate, report, row } from '../locust/samples.ts';
import { startFaultyLocust } from '../target/faulty-locust.ts';

const ROUTE = '/stats/locust-exporter';

/** A Locust whose routes answer as a test says; all others are 404. */
async function startReader(t: TestContext, routes: Readonly<Record<string, RequestListener>>) {
  const locust = await startFaultyLocust((request, response) => {
    const route = routes[request.url ?? ''];
    if (route === undefined) response.writeHead(404).end();
    else route(request, response);
  });
  t.after(() => locust.close());
  const client = createLocustClient({
    ...{ url: locust.url, maxResponseBytes: 1e6, userAgent: 'test/1' },
  });
  t.after(() => client.close());
  const deadline = () => AbortSignal.timeout(5000);
  return { locust, reader: createStatsReader(client, 'auto', deadline) };
}

const WEB: RequestListener = (_request, response) => {
  const counts = { num_requests: 12, num_failures: 0 };
  response.end(JSON.stringify(report([row('/', counts), aggregate(counts)])));
};

const COMPANION: RequestListener = (_request, response) => {
  const stats = [companionRow('/', new Map([[10, 34]]))];
  response.setHeader('content-type', 'application/json');
  response.end(toJson(companionReport({ stats })));
};

describe('stats', () => {
  it('come from the companion where there is one, without the index page', async (t) => {
    const { locust, reader } = await startReader(t, { [ROUTE]: COMPANION, '/stats/requests': WEB });
    const { companion, endpoints } = await reader.read();
    assert.notEqual(companion, null);
    assert.deepEqual(endpoints[0]?.durations?.counts, Float64Array.of(34));
    assert.deepEqual(locust.paths, [ROUTE]);
  });

  it('come from Locust itself without it, and its index page is read once', async (t) => {
    const { locust, reader } = await startReader(t, { '/stats/requests': WEB });
    assert.equal((await reader.read()).aggregate?.requests, 12);
    assert.equal((await reader.read()).companion, null);
    assert.deepEqual(locust.paths, [ROUTE, '/stats/requests', '/', '/stats/requests']);
  });

  it('look for the companion again after Locust was down', async (t) => {
    const routes: Record<string, RequestListener> = {};
    const { reader } = await startReader(t, routes);
    await assert.rejects(reader.read(), { name: 'LocustError', code: 'http_status' });
    routes[ROUTE] = COMPANION;
    assert.notEqual((await reader.read()).companion, null);
  });

  it('fail where the index page wants a login', async (t) => {
    const { reader } = await startReader(t, {
      '/stats/requests': WEB,
      '/': (_request, response) => response.writeHead(401).end(),
    });
    await assert.rejects(reader.read(), { name: 'LocustError', code: 'auth_required' });
  });
});
