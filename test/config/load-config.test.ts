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
    assert.equal(settings.MAX_RESPONSE_BYTES, 16 * 2 ** 20);
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
  const BUCKETS = 'expected seconds above 0, separated by commas, such as 0.1,0.5,1';
  const SIZE = 'expected a size from 1 to 511MiB, such as 1048576 or 64MiB';
  const BAD: readonly (readonly [name: string, value: string, problem: string])[] = [
    ['LOCUST_URL', 'file:///x', 'expected an http or https URL such as http://localhost:8089'],
    ['LOCUST_URL', 'http://h:0', 'expected a URL with a port above 0'],
    ['LOCUST_LOGIN_PATH', 'http://h/login', 'expected a path such as /login_submit'],
    ['LOCUST_LOGIN_PATH', '/log in', 'expected a path such as /login_submit'],
    ['LISTEN_ADDRESS', '9646', ADDRESS],
    ['LISTEN_ADDRESS', ':65536', ADDRESS],
    ['LISTEN_ADDRESS', '::1:9646', ADDRESS],
    ['LISTEN_ADDRESS', '[::g]:9646', ADDRESS],
    ['LISTEN_ADDRESS', '[1]:9646', ADDRESS],
    ['LISTEN_ADDRESS', '10.0.0.256:9646', ADDRESS],
    ['LISTEN_ADDRESS', '10.0.1:9646', ADDRESS],
    ['METRICS_PATH', '/', 'expected a path such as /metrics, of letters, digits and -._~'],
    [
      'METRICS_PATH',
      '/../metrics',
      'expected a path such as /metrics, of letters, digits and -._~',
    ],
    ['METRICS_PATH', '/a/.', 'expected a path such as /metrics, of letters, digits and -._~'],
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
    ['HISTOGRAM_SCHEMA', '8', 'expected a whole number from 0 to 7'],
    ['HISTOGRAM_SCHEMA', '-1', 'expected a whole number from 0 to 7'],
    ['HISTOGRAM_CLASSIC', 'some', 'expected one of all, aggregated, off'],
    ...['0', '-1,1', '0.1,,1', '0.1,+Inf', '1s', '0x10', '0.1;1', ' ', '1e999'].map(
      (text) => ['HISTOGRAM_BUCKETS', text, BUCKETS] as const,
    ),
    [
      'HISTOGRAM_BUCKETS',
      '0.1,1,0.5',
      'expected ascending bounds, and 0.5 is not above the one before it',
    ],
    [
      'HISTOGRAM_BUCKETS',
      '0.1,0.10',
      'expected ascending bounds, and 0.1 is not above the one before it',
    ],
    [
      'HISTOGRAM_BUCKETS',
      Array.from({ length: 101 }, (_, index) => index + 1).join(','),
      'expected 100 bounds at most',
    ],
  ];
  for (const [name, value, problem] of BAD) {
    it(`says what is wrong with ${name}=${value}`, async () => {
      assert.deepEqual(await problemsOf({ [name]: value }), [
        `${name}: ${problem}, got "${value}"`,
      ]);
    });
  }

  it('reads bounds of buckets, and warns of those that Locust rounds away', async () => {
    const boundsOf = async (text: string) => {
      const { settings, warnings } = await loadConfig({ HISTOGRAM_BUCKETS: text }, {});
      return [settings.HISTOGRAM_BUCKETS, warnings];
    };
    assert.deepEqual(await boundsOf('0.001'), [[0.001], []]);
    assert.deepEqual(await boundsOf(' .099, 0.1 ,1e0,+2.5,10.,86400'), [
      [0.099, 0.1, 1, 2.5, 10, 86_400],
      [],
    ]);
    const [bounds, warnings] = await boundsOf('0.0025,0.1,0.125,10.5');
    assert.deepEqual(bounds, [0.0025, 0.1, 0.125, 10.5]);
    assert.equal(warnings!.length, 1);
    assert.match(String(warnings![0]), /^HISTOGRAM_BUCKETS .*\(0\.0025, 0\.125, 10\.5\): it knows/);
  });

  it('wants the loop to be faster than its reports age', async () => {
    const env = { SCRAPE_MODE: 'loop', POLL_INTERVAL: '10s' };
    assert.deepEqual(await problemsOf(env), [
      'STALE_AFTER: expected more than POLL_INTERVAL, got "10s"',
    ]);
    assert.deepEqual(await problemsOf({ ...env, STALE_AFTER: '11s' }), []);
  });

  it('wants users without a colon where basic auth is used', async () => {
    const problem = 'expected a user without a colon, which basic auth does not allow, got';
    assert.deepEqual(await problemsOf({ LOCUST_USERNAME: 'a:b' }), [
      `LOCUST_USERNAME: ${problem} "a:b"`,
    ]);
    assert.deepEqual(await problemsOf({ LOCUST_URL: 'http://a%3Ab:hush@h' }), [
      `LOCUST_URL: ${problem} "http://***@h"`,
    ]);
    const gateway = { PUSHGATEWAY_URL: 'http://a%3Ab@h' };
    assert.deepEqual(await problemsOf(gateway), [`PUSHGATEWAY_URL: ${problem} "http://***@h"`]);
    assert.deepEqual(await problemsOf({ ...gateway, PUSHGATEWAY_USERNAME: 'c' }), []);
    assert.deepEqual(await problemsOf({ ...gateway, PUSHGATEWAY_USERNAME: 'c:d' }), [
      `PUSHGATEWAY_USERNAME: ${problem} "c:d"`,
    ]);
    assert.deepEqual(await problemsOf({ PUSHGATEWAY_USERNAME: 'c:d' }), []);
    const login = { LOCUST_USERNAME: 'a:b', LOCUST_LOGIN_PATH: '/login' };
    assert.deepEqual(await problemsOf(login), []);
  });

  it('wants a user and two fields for the login form', async () => {
    const env = { LOCUST_LOGIN_PATH: '/login', LOCUST_LOGIN_USERNAME_FIELD: 'password' };
    assert.deepEqual(await problemsOf(env), [
      'LOCUST_USERNAME: expected a user for the login form, got ""',
      'LOCUST_LOGIN_PASSWORD_FIELD: expected another field than LOCUST_LOGIN_USERNAME_FIELD, got "password"',
    ]);
    assert.deepEqual(await problemsOf({ ...env, LOCUST_LOGIN_PATH: '' }), []);
  });

  it('warns of an exporter that would read itself', async () => {
    const warning = 'LOCUST_URL leads to LISTEN_ADDRESS, where the exporter itself listens';
    for (const [url, address, isItself] of [
      ['http://localhost:9646', ':9646', true],
      ['http://127.0.0.1:9646', '0.0.0.0:9646', true],
      ['http://[::1]:9646', '[::]:9646', true],
      ['http://127.0.0.1:9646', 'localhost:9646', true],
      ['http://localhost', ':80', true],
      ['https://localhost', '[::1]:443', true],
      ['http://localhost:9647', ':9646', false],
      ['http://locust:9646', ':9646', false],
      ['http://localhost:9646', '10.0.0.1:9646', false],
    ] as const) {
      const { warnings } = await loadConfig({ LOCUST_URL: url, LISTEN_ADDRESS: address }, {});
      assert.deepEqual(warnings, isItself ? [warning] : [], `${url} ${address}`);
    }
  });

  it('never repeats a password', async () => {
    for (const url of [
      'ftp://me:hush@h',
      'me:hush@h',
      'http://me:hu sh@h:x',
      'http://me:hu/sh@h:x',
      'http://me:hush%@h',
      'me:hu//sh@h',
      'hush//x@h',
      'ftp://hush%40h/a',
      'ftp://h/?token=hush',
      'http://h/?token=hush',
      'http://h/#hush',
      'h?hush',
      'http://me:hush%40h',
      'http://me:hush',
      'me:hush',
      'http://me:hu sh@h?hu#sh@',
    ]) {
      for (const name of ['LOCUST_URL', 'PUSHGATEWAY_URL']) {
        const [problem = ''] = await problemsOf({ [name]: url });
        assert.match(problem, /^\w+_URL: expected /);
        assert.doesNotMatch(problem, /hu|sh@/);
      }
    }
  });

  it('shows no secret among the settings in force', async () => {
    const { shown } = await loadConfig(
      { LOCUST_URL: 'http://me:hush@h', PUSHGATEWAY_PASSWORD: 'hush' },
      { 'locust-password': 'hush' },
    );
    assert.doesNotMatch(Object.values(shown).join('\n'), /hush/);
    assert.equal(shown['LOCUST_PASSWORD'], '***');
    assert.equal(shown['LOCUST_PASSWORD_FILE'], '');
  });

  it('shows of a URL all that is no secret', async () => {
    for (const [given, shown] of [
      ['ftp://h:80/a', 'ftp://h:80/a'],
      ['file:///a', 'file:///a'],
      ['ftp://[::1]:80/a', 'ftp://[::1]:80/a'],
      ['h:80', 'h:80'],
      ['ftp://me:hush@h:80/a?b', 'ftp://***@h:80/a?***'],
      ['http://h/a#', 'http://h/a#'],
    ] as const) {
      const problems = await problemsOf({ LOCUST_URL: given });
      if (given.endsWith('#')) assert.deepEqual(problems, []);
      else assert.ok(problems.join().endsWith(`, got "${shown}"`), problems.join());
    }
  });

  const FILES = [
    'LOCUST_PASSWORD_FILE',
    'LOCUST_HEADERS_FILE',
    'LOCUST_CA_FILE',
    'LOCUST_CLIENT_CERT_FILE',
    'LOCUST_CLIENT_KEY_FILE',
    'PUSHGATEWAY_PASSWORD_FILE',
    'WEB_CONFIG_FILE',
  ];
  for (const name of FILES) {
    it(`never repeats what was given for the path of ${name}`, async () => {
      for (const content of [
        'hush',
        'hu/sh=',
        '/hush+',
        '/hush',
        'Authorization: Bearer hush',
        'Authorization: Bearer a/hush',
        '{basic_auth_users: {a: /hu/sh}}',
        '-----BEGIN PRIVATE KEY-----\nhush\n-----END PRIVATE KEY-----',
      ]) {
        assert.deepEqual(await problemsOf({ [name]: content }), [
          `${name}: expected a file that can be read (there is none), got "***"`,
        ]);
      }
    });

    it(`repeats the path of ${name}`, async () => {
      for (const path of ['/no/file', './no/file', '/run/secrets/a-b_c@d', 'no.yml', 'no/no.pem']) {
        assert.deepEqual(await problemsOf({ [name]: path }), [
          `${name}: expected a file that can be read (there is none), got "${path}"`,
        ]);
      }
      assert.deepEqual(await problemsOf({ [name]: 'src' }), [
        `${name}: expected a file that can be read (it is a folder), got "src"`,
      ]);
    });
  }

  const GOOD: readonly (readonly [name: SettingName, value: string, result: unknown])[] = [
    ['LISTEN_ADDRESS', '[::1]:80', { host: '::1', port: 80 }],
    ['LISTEN_ADDRESS', 'localhost:0', { host: 'localhost', port: 0 }],
    ['LISTEN_ADDRESS', '0.0.0.0:9646', { host: '0.0.0.0', port: 9646 }],
    ['POLL_INTERVAL', '1.5s', 1500],
    ['LOCUST_TIMEOUT', '1h2m3s4ms', 3_723_004],
    ['MAX_RESPONSE_BYTES', '1KiB', 1024],
    ['MAX_RESPONSE_BYTES', '1048576', 1048576],
    ['METRIC_PREFIX', 'load_', 'load'],
    ['METRICS_PATH', '/.well-known/..metrics', '/.well-known/..metrics'],
    ['LISTEN_ADDRESS', '[fe80::1%lo]:80', { host: 'fe80::1%lo', port: 80 }],
    ['LISTEN_ADDRESS', 'a.1:80', { host: 'a.1', port: 80 }],
    ['LOCUST_LOGIN_PATH', '/login_submit', '/login_submit'],
    ['LOCUST_LOGIN_PATH', '', ''],
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
        (await loadConfig({ STALE_AFTER: '2h', LOCUST_USERNAME: 'me', [name]: value }, {}))
          .settings[name],
        result,
      );
    });
  }
});
