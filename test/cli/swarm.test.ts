import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { startFaultyLocust, type FaultyLocust } from '../target/faulty-locust.ts';

const BIN = join(import.meta.dirname, '../../src/bin.ts');
const PAGE = '<script> window.templateArgs = {"version": "2.46.3", "host": ""}</script>';

let locust: FaultyLocust;
/** The forms that were posted, by path. */
let posted: [path: string, form: Record<string, string>][];

beforeEach(async () => {
  posted = [];
  locust = await startFaultyLocust((request, response) => {
    if (request.method !== 'POST') {
      response.end(PAGE);
      return;
    }
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      posted.push([request.url ?? '', Object.fromEntries(new URLSearchParams(body))]);
      response.end('{"success": true, "message": "Swarming started"}');
    });
  });
});

afterEach(() => locust.close());

function swarm(...flags: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const args = [BIN, 'swarm', '--locust-url', locust.url.href, ...flags];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('swarm', () => {
  it('sends each of its flags to Locust', async () => {
    const host = 'https://shop.example:8443/a/%20+é&b=c';
    const { code, stdout } = await swarm(
      ...['--users', '7', '--spawn-rate', '2.5', '--host', host, '--run-time', '1h30m'],
    );
    assert.deepEqual([code, stdout], [0, 'Swarming started\n']);
    assert.deepEqual(posted, [
      ['/swarm', { user_count: '7', spawn_rate: '2.5', host, run_time: '1h30m' }],
    ]);
  });

  it('sends neither host nor run time unless told, and one user per second', async () => {
    await swarm('--users', '3');
    assert.deepEqual(posted, [['/swarm', { user_count: '3', spawn_rate: '1' }]]);
  });
});
