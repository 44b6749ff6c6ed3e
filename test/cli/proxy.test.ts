import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { it } from 'node:test';
import { promisify } from 'node:util';
import { startSimulatedLocust } from '../../src/demo/simulated-locust.ts';

const BIN = join(import.meta.dirname, '../../src/bin.ts');
const run = promisify(execFile);

it('no proxy of the environment comes between the exporter and Locust', async (t) => {
  let connections = 0;
  const proxy = createServer((socket) => {
    connections += 1;
    socket.destroy();
  });
  proxy.listen(0, '127.0.0.1');
  await once(proxy, 'listening');
  const locust = await startSimulatedLocust();
  t.after(async () => {
    proxy.close();
    await locust.close();
  });
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'];
  const variables = [...names, ...names.map((name) => name.toLowerCase())];
  const env = {
    PATH: process.env['PATH'],
    ...Object.fromEntries(variables.map((name) => [name, url])),
    NO_PROXY: '',
    // Node.js itself heeds them with this.
    NODE_USE_ENV_PROXY: '1',
  };
  const ask = `fetch('${locust.url}').catch(() => undefined)`;
  await run(process.execPath, ['-e', ask], { env, timeout: 30_000 });
  assert.notEqual(connections, 0, 'the proxy is there for others');
  connections = 0;
  const { stdout } = await run(
    process.execPath,
    [BIN, 'stats', '--json', '--locust-url', locust.url],
    {
      env,
      timeout: 30_000,
    },
  );
  assert.equal(typeof (JSON.parse(stdout) as { users: unknown }).users, 'number');
  assert.equal(connections, 0);
});
