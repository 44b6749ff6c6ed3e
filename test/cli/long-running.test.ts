import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { startSimulatedLocust } from '../../src/demo/simulated-locust.ts';

const BIN = join(import.meta.dirname, '../../src/bin.ts');
const children: ChildProcess[] = [];

after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** Starts the program and waits until its standard output has what is wanted. */
async function startUntil(
  wanted: RegExp,
  ...args: string[]
): Promise<{ text: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [BIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  const exited = once(child, 'exit').then(() => {
    throw new Error(`ended before it printed ${wanted.source}: ${text}`);
  });
  const found = new Promise<void>((resolve) => {
    const add = (chunk: Buffer) => {
      text += chunk.toString();
      if (wanted.test(text)) resolve();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
  });
  await Promise.race([found, exited]);
  exited.catch(() => undefined);
  return { text, child };
}

async function endsWith0(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exited = once(child, 'exit');
  child.kill(signal);
  assert.deepEqual(await exited, [0, null]);
}

describe('demo', () => {
  it('prints where to look, and the exporter there shows a load test', async () => {
    const { text, child } = await startUntil(
      /Ctrl\+C/,
      'demo',
      '--listen-address',
      '127.0.0.1:0',
      '--demo-endpoints',
      '30',
    );
    const base = /(http:\S+)\/\s+status page/.exec(text)?.[1];
    assert.ok(base !== undefined, text);
    const metrics = await (await fetch(`${base}/metrics`)).text();
    assert.match(metrics, /^locust_up 1$/m);
    assert.match(metrics, /^locust_info\{version="2\.47\.0",host="http:\/\/shop\.example"\} 1$/m);
    assert.match(await (await fetch(`${base}/`)).text(), /<table/);
    await endsWith0(child, 'SIGINT');
  });

  it('says what is wrong with its flags', async () => {
    await assert.rejects(
      startUntil(/never/, 'demo', '--demo-endpoints', 'many'),
      /--demo-endpoints: expected a whole number/,
    );
  });
});

describe('stats --watch', () => {
  it('goes on while Locust is away, and ends with 0 when interrupted', async (t) => {
    const locust = await startSimulatedLocust({ scenario: 'manual' });
    t.after(() => locust.close());
    const args = ['stats', '--watch', '--locust-url', locust.url];
    const { child } = await startUntil(/State: ready/, ...args);
    const away = new Promise<void>((resolve) => {
      child.stdout?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('Locust is down')) resolve();
      });
    });
    await locust.close();
    await away;
    await endsWith0(child, 'SIGINT');
  });
});

describe('LOG_FORMAT=pretty', () => {
  it('logs lines for people', async () => {
    const { text, child } = await startUntil(
      /listening/,
      '--log-format',
      'pretty',
      '--listen-address',
      '127.0.0.1:0',
    );
    assert.match(text, /INFO.*listening/);
    await endsWith0(child, 'SIGTERM');
  });
});

describe('loop mode', () => {
  it('reads Locust without scrapes', async (t) => {
    const locust = await startSimulatedLocust({ scenario: 'manual' });
    t.after(() => locust.close());
    const { child } = await startUntil(
      /listening/,
      '--scrape-mode',
      'loop',
      '--poll-interval',
      '100ms',
      '--listen-address',
      '127.0.0.1:0',
      '--locust-url',
      locust.url,
    );
    while (locust.reads < 3) await new Promise((resolve) => setTimeout(resolve, 50));
    await endsWith0(child, 'SIGTERM');
  });
});
