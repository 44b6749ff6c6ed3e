import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { startSimulatedLocust } from '../../src/demo/simulated-locust.ts';

describe('startSimulatedLocust', async () => {
  let nowMs = 1_700_000_000_000;
  const now = (): number => nowMs;
  const locust = await startSimulatedLocust({ scenario: 'manual', now });
  after(() => locust.close());

  it('serves a run that a form has started', async () => {
    const form = new URLSearchParams({
      user_count: '3',
      spawn_rate: '3',
      host: 'http://b.example',
    });
    const started = await fetch(`${locust.url}/swarm`, { method: 'POST', body: form });
    const answered = { host: 'http://b.example', message: 'Swarming started', success: true };
    assert.deepEqual(await started.json(), answered);
    nowMs += 1000;
    const stats = await fetch(`${locust.url}/stats/requests?again=1`);
    assert.equal(((await stats.json()) as Record<string, unknown>)['user_count'], 3);
    assert.match(await (await fetch(locust.url)).text(), /"host":"http:\/\/b\.example"/);
  });

  it('serves JSON that any origin may read', async () => {
    const { headers } = await fetch(`${locust.url}/stats/requests`);
    assert.equal(headers.get('content-type'), 'application/json');
    assert.equal(headers.get('access-control-allow-origin'), '*');
  });

  it('counts its reads', async () => {
    const [reads, indexReads] = [locust.reads, locust.indexReads];
    await fetch(`${locust.url}/stats/requests`);
    await fetch(`${locust.url}/stats/requests`);
    await fetch(`${locust.url}/stats/requests`, { method: 'HEAD' });
    await fetch(locust.url);
    assert.deepEqual([locust.reads - reads, locust.indexReads - indexReads], [2, 1]);
  });

  it('gives the port back when closed', async () => {
    const first = await startSimulatedLocust();
    await fetch(first.url);
    await first.close();
    const second = await startSimulatedLocust({}, { port: first.port });
    assert.equal(second.port, first.port);
    await second.close();
  });
});
