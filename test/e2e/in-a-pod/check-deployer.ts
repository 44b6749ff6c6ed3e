/* Checks the deployer of DEPLOYERS that the first argument names; meant for a pod of its own. */
import assert from 'node:assert/strict';

import { OLD_NAMES } from '../../helpers/old-names.ts';
import { startContainer, type Container } from '../../helpers/pod.ts';
import { startLocust, type RealLocust } from '../../helpers/real-locust.ts';
import { GiveUp, waitUntil } from '../../helpers/wait-until.ts';
import { DEPLOYERS } from './deployers.ts';

/** Every other path answered 200 as well; these are the ones that people probe. */
const PROBED = ['/', '/healthz', '/health', '/ready', '/-/healthy'];

const NEW_NAMES = ['state', 'requests_total', 'failures_total', 'response_time_seconds'];

/** Two have kept their names, and a Locust without workers has no details of them. */
const REPLACED_NAMES = OLD_NAMES.filter((name) => !['up', 'users', 'worker_detail'].includes(name));

const QUICKLY = { timeoutMs: 15_000, everyMs: 20 };

const deployer = DEPLOYERS.find(({ name }) => name === process.argv[2]);
assert.ok(deployer, `no such deployer: ${String(process.argv[2])}`);
const { env = {}, args = [], port = 9646, metricsPath = '/metrics', prefix = 'locust' } = deployer;
const { names, locust: hasLocust, end, logLevel } = deployer;

const container = await startContainer(env, args);
try {
  await waitUntil('it answers', () => isHealthy(container), QUICKLY);
  await assertProbesAnswer();
  const before = await metrics();
  assert.deepEqual(locustLines(before), [`${prefix}_up 0`]);
  assert.equal(/^locustexporter_build_info\{/m.test(before), names === 'both');
  if (hasLocust) await followLocust();
  assert.equal(container.process.exit, undefined);
  await endIt(container);
  assertLogged(container.process.stderr());
  assert.equal(container.process.stdout(), '');
} catch (error) {
  console.error(container.process.output());
  throw error;
}

async function isHealthy({ process: { exit } }: Container): Promise<boolean> {
  if (exit !== undefined) throw new GiveUp(`it ended with ${exit}`);
  return (await ask('127.0.0.1', '/healthz')).ok;
}

async function ask(host: string, path: string, method = 'GET'): Promise<Response> {
  const signal = AbortSignal.timeout(5000);
  return fetch(`http://${host}:${port}${path}`, { method, signal });
}

async function assertProbesAnswer(): Promise<void> {
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    for (const path of [...PROBED, metricsPath]) {
      const { status } = await ask(host, path);
      assert.equal(status, 200, `${path} by ${host}`);
    }
  }
}

async function metrics(): Promise<string> {
  return (await ask('localhost', metricsPath)).text();
}

/** The samples about Locust. */
function locustLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${prefix}_`) && !line.startsWith('locust_exporter_'));
}

/** A Locust comes, runs a load test, and goes before the exporter does. */
async function followLocust(): Promise<void> {
  const locust = await startLocust({ version: 'newest', port: 8089, env: { ROUNDS: '6' } });
  try {
    await assertShows(locust);
  } finally {
    await locust.stop();
  }
  await waitUntil('it says so', async () => {
    const lines = locustLines(await metrics());
    return lines.length === 1 && lines[0] === `${prefix}_up 0`;
  });
  await assertProbesAnswer();
}

async function assertShows(locust: RealLocust): Promise<void> {
  await locust.swarm(1, 1);
  await locust.counted(6);
  const total = `${prefix}_requests_total{method="GET",name="/"} 6`;
  const text = await waitUntil('all requests are counted', async () => {
    const now = await metrics();
    return now.includes(`${total}\n`) && now;
  });
  const lines = locustLines(text);
  const shown = new Set(lines.map((line) => /^\w+/.exec(line)?.[0]));
  for (const name of NEW_NAMES) assert.ok(shown.has(`${prefix}_${name}`), `${name} is not there`);
  for (const name of REPLACED_NAMES)
    assert.equal(shown.has(`${prefix}_${name}`), names === 'both', name);
  if (names === 'new') return;
  for (const expected of [
    `${prefix}_running 2`,
    `${prefix}_requests_num_requests{method="GET",name="/"} 6`,
    `${prefix}_requests_max_response_time{method="GET",name="/products"} 3432`,
  ]) {
    assert.ok(lines.includes(expected), `${expected}, among\n${lines.join('\n')}`);
  }
  await assertProbesAnswer();
}

async function endIt({ process: running, signal }: Container): Promise<void> {
  if (names === 'new') {
    for (const method of ['GET', 'POST']) {
      assert.equal((await ask('localhost', '/quitquitquit', method)).status, 404);
    }
    assert.ok((await ask('localhost', '/healthz')).ok);
  }
  if (end === 'SIGTERM') signal('SIGTERM');
  else {
    const [method, path = ''] = end.split(' ');
    assert.equal((await ask('localhost', path, method)).status, 200);
  }
  assert.equal(await waitUntil('it ends', () => running.exit, QUICKLY), 0);
}

/** Whatever format was asked for, each line is JSON; a Locust that is away is worth a warning. */
function assertLogged(text: string): void {
  const lines = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { level: string; msg: string });
  assert.equal(
    lines.some(({ msg }) => msg === 'listening'),
    logLevel !== 'warn',
  );
  const expected = logLevel === 'warn' ? ['warn'] : ['info', 'warn'];
  for (const line of lines) assert.ok(expected.includes(line.level), JSON.stringify(line));
}
