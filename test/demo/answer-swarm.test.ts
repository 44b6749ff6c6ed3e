import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { capture } from './capture.ts';
import { clockedLocust } from './clocked-locust.ts';

const SWARM = { user_count: '5', spawn_rate: '5' };

describe('POST /swarm', () => {
  it('takes the fields of its version and refuses without them', () => {
    const started = (version: string, form: Record<string, string>): boolean => {
      const locust = clockedLocust({ version });
      locust.post('/swarm', form);
      return locust.stats().state === 'running';
    };
    const byVersion = {
      '0.14.6': { locust_count: '3', hatch_rate: '3' },
      '1.0.3': { user_count: '3', hatch_rate: '3' },
      '2.0.0': { user_count: '3', spawn_rate: '3' },
    };
    for (const version of Object.keys(byVersion)) {
      for (const [other, form] of Object.entries(byVersion)) {
        assert.equal(started(version, form), version === other, `${other} form for ${version}`);
      }
    }
  });

  it('answers as the real one did', () => {
    for (const [version, file, form] of [
      ['0.8.1', 'standalone-swarm.json', { locust_count: '6', hatch_rate: '2' }],
      ['0.14.6', 'standalone-swarm.json', { locust_count: '6', hatch_rate: '1' }],
      ['0.14.6', 'standalone-swarm-missing-rate.txt', { locust_count: '1' }],
      ['2.46.3', 'standalone-swarm.json', SWARM],
      ['2.46.3', 'standalone-swarm-empty.txt', {}],
      ['2.46.3', 'standalone-swarm-not-a-number.txt', { user_count: 'abc', spawn_rate: '1' }],
      ['2.46.3', 'standalone-swarm-bad-run-time.json', { ...SWARM, run_time: 'soon' }],
    ] as const) {
      const answer = clockedLocust({ version }).post('/swarm', form);
      const real = capture(version, file);
      const parsed = (body: string): unknown => (body.startsWith('{') ? JSON.parse(body) : body);
      assert.deepEqual(parsed(answer.body), parsed(real), file);
      const { status, headers } = http(version, file);
      assert.equal(answer.status, status, file);
      assert.equal(
        answer.headers['Content-Type'],
        headers['Content-Type'] ?? headers['Content-type'],
      );
    }
  });

  it('ends the run after its run time', () => {
    const locust = clockedLocust();
    const answer = locust.post('/swarm', { ...SWARM, run_time: '1m30s' });
    assert.equal((JSON.parse(answer.body) as Record<string, unknown>)['run_time'], 90);
    locust.pass(87);
    assert.equal(locust.stats().state, 'running');
    assert.equal(locust.stats().state, 'stopped');
  });
});

interface Http {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

function http(version: string, file: string): Http {
  return (JSON.parse(capture(version, '_http.json')) as Record<string, Http>)[file]!;
}
