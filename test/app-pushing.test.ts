import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { always, GOOD } from './target/faults.ts';
import { startFaultyLocust, type FaultyLocust } from './target/faulty-locust.ts';
import { startInProcess, type InProcess } from './target/in-process.ts';
import { temporaryFolder } from './helpers/temporary-folder.ts';
import { waitUntil } from './helpers/wait-until.ts';
import { startFakeGateway, type FakeGateway } from './push/fake-gateway.ts';

let locust: FaultyLocust;
let gateway: FakeGateway;
let exporter: InProcess | undefined;

beforeEach(async () => {
  locust = await startFaultyLocust(always(GOOD));
  gateway = await startFakeGateway();
});

afterEach(async () => {
  await exporter?.stop();
  await locust.close();
  await gateway.close();
});

async function start(env: Record<string, string>): Promise<InProcess> {
  exporter = await startInProcess({
    ...{ LOCUST_URL: locust.url.href, CACHE_TTL: '0s', PUSHGATEWAY_INTERVAL: '24h', ...env },
  });
  return exporter;
}

it('pushes what it serves, by its settings', async () => {
  const folder = await temporaryFolder('pushing');
  const file = join(folder.path, 'password');
  await writeFile(file, 's3cret\n');
  const running = await start({
    PUSHGATEWAY_URL: `${gateway.url.href}base`,
    PUSHGATEWAY_JOB: 'nightly',
    PUSHGATEWAY_GROUPING: 'run=7',
    PUSHGATEWAY_USERNAME: 'tester',
    PUSHGATEWAY_PASSWORD_FILE: file,
  });
  await folder.remove();
  await waitUntil('a push', async () =>
    (await running.metrics()).includes('locust_exporter_pushes_total{result="ok"} 1'),
  );
  const [pushed] = gateway.pushes;
  assert.equal(pushed?.path, '/base/metrics/job/nightly/run/7');
  assert.equal(pushed.method, 'PUT');
  assert.equal(
    pushed.headers.authorization,
    `Basic ${Buffer.from('tester:s3cret').toString('base64')}`,
  );
  const about = (text: string) => text.match(/^locust_(?!exporter_).*$/gm);
  assert.deepEqual(about(pushed.body), about(await running.metrics()));
  assert.match(pushed.body, /^locust_run_start_time_seconds .*$/m);
});

it('pushes once more at its end, with the final numbers of a Locust that is gone', async () => {
  const running = await start({ PUSHGATEWAY_URL: gateway.url.href });
  await waitUntil('a push', () => gateway.pushes.length === 1);
  await locust.close();
  await running.stop();
  assert.deepEqual(
    gateway.pushes.map(({ method, body }) => [method, /^locust_up .$/m.exec(body)?.[0]]),
    [
      ['PUT', 'locust_up 1'],
      ['PUT', 'locust_up 0'],
    ],
  );
  const requests = /^locust_aggregated_requests_total .+$/m;
  const [first, last] = gateway.pushes.map(({ body }) => requests.exec(body)?.[0]);
  assert.ok(first !== undefined && first === last, last);
});

it('deletes what it pushed with PUSHGATEWAY_DELETE_AT_EXIT', async () => {
  const running = await start({
    PUSHGATEWAY_URL: gateway.url.href,
    PUSHGATEWAY_DELETE_AT_EXIT: 'true',
  });
  await waitUntil('a push', () => gateway.pushes.length === 1);
  await running.stop();
  assert.deepEqual(
    gateway.pushes.map(({ method }) => method),
    ['PUT', 'DELETE'],
  );
});

it('pushes nothing, and counts no pushes, without PUSHGATEWAY_URL', async () => {
  const running = await start({});
  assert.doesNotMatch(await running.metrics(), /pushes_total/);
  await sleep(50);
  await running.stop();
  assert.deepEqual(gateway.pushes, []);
});
