import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { SettingName } from '../../src/config/settings.ts';
import { ConfigError, loadConfig, type Environment } from '../../src/config/load-config.ts';

async function problemsOf(env: Environment, flags: Environment = {}): Promise<readonly string[]> {
  try {
    await loadConfig(env, flags);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
  return [];
}

describe('loadConfig', () => {
  it('has a default for everything', async () => {
    const { settings } = await loadConfig({}, {});
    assert.equal(settings.LOCUST_URL.href, 'http://localhost:8089/');
    assert.deepEqual(settings.LISTEN_ADDRESS, { host: undefined, port: 9646 });
    assert.equal(settings.LOCUST_TIMEOUT, 5000);
    assert.equal(settings.MAX_RESPONSE_BYTES, 64 * 2 ** 20);
    assert.equal(settings.SCRAPE_MODE, 'on-demand');
    assert.ok(Object.isFrozen(settings));
  });

  it('lets a flag beat its variable, and takes an empty variable as not set', async () => {
    const env = { CACHE_TTL: '3s', POLL_INTERVAL: '', LOG_LEVEL: 'debug' };
    const { settings } = await loadConfig(env, { 'cache-ttl': '1m30s' });
    assert.equal(settings.CACHE_TTL, 90_000);
    assert.equal(settings.POLL_INTERVAL, 2000);
    assert.equal(settings.LOG_LEVEL, 'debug');
  });

  it('ignores variables that it does not know', async () => {
    assert.deepEqual(
      await problemsOf({ LOCUST_PORT: 'tcp://10.0.0.1:8089', LOCUST_WHATEVER: 'x' }),
      [],
    );
  });

  it('reports everything at once, by the name that was used', async () => {
    const problems = await problemsOf(
      { POLL_INTERVAL: '5', LOG_LEVEL: 'loud' },
      { 'locust-url': 'x' },
    );
    assert.deepEqual(problems, [
      '--locust-url: expected an http or https URL such as http://localhost:8089, got "x"',
      'POLL_INTERVAL: expected a duration such as 500ms, 2s or 1m30s, got "5"',
      'LOG_LEVEL: expected one of debug, info, warn, error, fatal, got "loud"',
    ]);
  });

  const ADDRESS = 'expected an address such as :9646, 127.0.0.1:9646 or [::1]:9646';
  const SIZE = 'expected a size from 1 to 511MiB, such as 1048576 or 64MiB';
  const BAD: readonly (readonly [name: string, value: string, problem: string])[] = [
    ['LOCUST_URL', 'file:///x', 'expected an http or https URL such as http://localhost:8089'],
    ['LOCUST_URL', 'http://h/?a=1', 'expected a URL without query and fragment'],
    ['LISTEN_ADDRESS', '9646', ADDRESS],
    ['LISTEN_ADDRESS', ':65536', ADDRESS],
    ['LISTEN_ADDRESS', '::1:9646', ADDRESS],
    ['METRICS_PATH', '/', 'expected a path such as /metrics, of letters, digits and -._~'],
    ['METRICS_PATH', '/healthz', 'expected a path that is not one of the health checks'],
    ['POLL_INTERVAL', '99ms', 'expected a duration of 100ms or more'],
    ['LOCUST_TIMEOUT', '0', 'expected a duration of 1ms or more'],
    ['CACHE_TTL', '600h', 'expected a duration of 24 days at most'],
    ['CACHE_TTL', '-1s', 'expected a duration such as 500ms, 2s or 1m30s'],
    ['MAX_RESPONSE_BYTES', '0', SIZE],
    ['MAX_RESPONSE_BYTES', '1TiB', SIZE],
    ['MAX_RESPONSE_BYTES', '512MiB', SIZE],
    ['METRIC_PREFIX', '1x', 'expected letters, digits and underscores, no digit first'],
    ['SCRAPE_MODE', 'push', 'expected one of on-demand, loop'],
    ['LOCUST_TLS_INSECURE', 'maybe', 'expected true or false'],
    ['METRICS_PATH', '/quitquitquit', 'expected a path that does not end the exporter'],
    ['LEGACY_METRICS', 'maybe', 'expected one of on, off, auto, only'],
    ['LOG_FORMAT', 'xml', 'expected one of json, pretty'],
  ];
  for (const [name, value, problem] of BAD) {
    it(`says what is wrong with ${name}=${value}`, async () => {
      assert.deepEqual(await problemsOf({ [name]: value }), [
        `${name}: ${problem}, got "${value}"`,
      ]);
    });
  }

  it('wants the loop to be faster than its reports age', async () => {
    const env = { SCRAPE_MODE: 'loop', POLL_INTERVAL: '10s' };
    assert.deepEqual(await problemsOf(env), [
      'STALE_AFTER: expected more than POLL_INTERVAL, got "10s"',
    ]);
    assert.deepEqual(await problemsOf({ ...env, STALE_AFTER: '11s' }), []);
  });

  it('never repeats a password', async () => {
    for (const url of [
      'ftp://me:hush@h',
      'me:hush@h',
      'http://me:hu sh@h:x',
      'http://me:hu/sh@h:x',
      'http://me:hush%@h',
    ]) {
      const [problem = ''] = await problemsOf({ LOCUST_URL: url });
      assert.match(problem, /^LOCUST_URL: expected /);
      assert.doesNotMatch(problem, /hu|sh@/);
    }
  });

  it('never repeats a secret that was given for the file that holds it', async () => {
    for (const name of ['LOCUST_PASSWORD_FILE', 'PUSHGATEWAY_PASSWORD_FILE']) {
      const problem = `${name}: expected a file that can be read (there is none), got `;
      assert.deepEqual(await problemsOf({ [name]: 'hush' }), [`${problem}"***"`]);
      assert.deepEqual(await problemsOf({ [name]: '/no/file' }), [`${problem}"/no/file"`]);
    }
  });

  const GOOD: readonly (readonly [name: SettingName, value: string, result: unknown])[] = [
    ['LISTEN_ADDRESS', '[::1]:80', { host: '::1', port: 80 }],
    ['LISTEN_ADDRESS', 'localhost:0', { host: 'localhost', port: 0 }],
    ['LISTEN_ADDRESS', '0.0.0.0:9646', { host: '0.0.0.0', port: 9646 }],
    ['POLL_INTERVAL', '1.5s', 1500],
    ['LOCUST_TIMEOUT', '1h2m3s4ms', 3_723_004],
    ['MAX_RESPONSE_BYTES', '1KiB', 1024],
    ['MAX_RESPONSE_BYTES', '1048576', 1048576],
    ['METRIC_PREFIX', 'load_', 'load'],
    ['LOG_LEVEL', 'WARN', 'warn'],
    ['LOCUST_TLS_INSECURE', 'yes', true],
    ['LOCUST_TLS_INSECURE', '0', false],
    ['LEGACY_METRICS', 'true', 'on'],
    ['LEGACY_METRICS', 'False', 'off'],
    ['LOCUST_CA_FILE', '', null],
  ];
  for (const [name, value, result] of GOOD) {
    it(`understands ${name}=${value}`, async () => {
      assert.deepEqual(
        (await loadConfig({ [name]: value, STALE_AFTER: '2h' }, {})).settings[name],
        result,
      );
    });
  }
});
