import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { loadConfig, type Environment } from '../../src/config/load-config.ts';
import { SETTINGS, type Setting, type SettingName } from '../../src/config/settings.ts';

const settingsOf = async (env: Environment, flags: Environment = {}) =>
  (await loadConfig(env, flags)).settings;

describe('the names of ContainerSolutions/locust_exporter', () => {
  const VALUES: readonly (readonly [
    variable: string | null,
    flag: string,
    value: string,
    name: SettingName,
    result: unknown,
  ])[] = [
    ['LOCUST_EXPORTER_URI', 'locust.uri', 'http://h:1', 'LOCUST_URL', new URL('http://h:1')],
    [
      'LOCUST_EXPORTER_WEB_LISTEN_ADDRESS',
      'web.listen-address',
      ':1',
      'LISTEN_ADDRESS',
      { host: undefined, port: 1 },
    ],
    ['LOCUST_EXPORTER_WEB_TELEMETRY_PATH', 'web.telemetry-path', '/m', 'METRICS_PATH', '/m'],
    ['LOCUST_EXPORTER_TIMEOUT', 'locust.timeout', '1m30s', 'LOCUST_TIMEOUT', 90_000],
    ['LOCUST_METRIC_NAMESPACE', 'locust.namespace', 'load', 'METRIC_PREFIX', 'load'],
    [
      'LOCUST_EXPORTER_PUSHGATEWAY_URL',
      'pushgateway.url',
      'http://p:9091',
      'PUSHGATEWAY_URL',
      new URL('http://p:9091'),
    ],
    ['LOCUST_EXPORTER_PUSHGATEWAY_JOB', 'pushgateway.job', 'j', 'PUSHGATEWAY_JOB', 'j'],
    [
      'LOCUST_EXPORTER_PUSHGATEWAY_INTERVAL',
      'pushgateway.interval',
      '7s',
      'PUSHGATEWAY_INTERVAL',
      7000,
    ],
    [null, 'log.level', 'warn', 'LOG_LEVEL', 'warn'],
    [null, 'log.format', 'logger:stderr', 'LOG_FORMAT', 'json'],
  ];
  for (const [variable, flag, value, name, result] of VALUES) {
    it(`are understood: ${variable ?? ''} --${flag}`, async () => {
      if (variable !== null)
        assert.deepEqual((await settingsOf({ [variable]: value }))[name], result);
      assert.deepEqual((await settingsOf({}, { [flag]: value }))[name], result);
    });
  }

  it('are all in this test', () => {
    const aliases = Object.values<Setting<unknown>>(SETTINGS).flatMap(({ alias }) => alias ?? []);
    assert.deepEqual(
      aliases.map(({ variable = null, flag }) => [variable, flag]).sort(),
      VALUES.map(([variable, flag]) => [variable, flag]).sort(),
    );
  });

  it('give way to our own, and the variable to the flag', async () => {
    const own = { LOCUST_TIMEOUT: '1s' };
    const alias = { LOCUST_EXPORTER_TIMEOUT: '3s' };
    const flags = { 'locust-timeout': '2s', 'locust.timeout': '4s' };
    const timeout = async (env: Environment, given: Environment) =>
      (await settingsOf(env, given)).LOCUST_TIMEOUT;
    assert.equal(await timeout({ ...own, ...alias }, flags), 2000);
    assert.equal(await timeout({ ...own, ...alias }, { 'locust.timeout': '4s' }), 1000);
    assert.equal(await timeout(alias, { 'locust.timeout': '4s' }), 4000);
    assert.equal(await timeout(alias, {}), 3000);
    assert.equal(await timeout({ ...alias, LOCUST_TIMEOUT: '' }, {}), 3000);
  });

  it('are reported where they say something else than ours', async () => {
    const warnings = async (env: Environment) => (await loadConfig(env, {})).warnings;
    const env = { LOCUST_URL: 'http://u:hush@a', LOCUST_EXPORTER_URI: 'http://b' };
    assert.deepEqual(await warnings(env), [
      'LOCUST_EXPORTER_URI "http://b" is ignored, because LOCUST_URL "http://***@a" says otherwise',
    ]);
    assert.deepEqual(
      await warnings({ LOCUST_URL: 'http://a', LOCUST_EXPORTER_URI: 'http://a/' }),
      [],
    );
    assert.equal(
      (await warnings({ LOCUST_URL: 'http://a', LOCUST_EXPORTER_URI: 'nonsense' })).length,
      1,
    );
    assert.deepEqual(await warnings({ LOCUST_EXPORTER_URI: 'http://a' }), []);
  });

  it('are named when their value is wrong', async () => {
    await assert.rejects(loadConfig({ LOCUST_EXPORTER_TIMEOUT: 'soon' }, { 'log.level': 'x' }), {
      problems: [
        'LOCUST_EXPORTER_TIMEOUT: expected a duration such as 500ms, 2s or 1m30s, got "soon"',
        '--log.level: expected one of debug, info, warn, error, fatal, got "x"',
      ],
    });
  });
});

describe('the notations of ContainerSolutions/locust_exporter', () => {
  const ANY = undefined;
  const FORMS: readonly (readonly [flag: string, value: string, SettingName, result: unknown])[] = [
    ['web.listen-address', ':9646', 'LISTEN_ADDRESS', { host: ANY, port: 9646 }],
    ['web.listen-address', '0.0.0.0:9646', 'LISTEN_ADDRESS', { host: ANY, port: 9646 }],
    ['web.listen-address', '[::]:9646', 'LISTEN_ADDRESS', { host: ANY, port: 9646 }],
    ['web.listen-address', 'localhost:80', 'LISTEN_ADDRESS', { host: 'localhost', port: 80 }],
    ['web.telemetry-path', '/a/b/', 'METRICS_PATH', '/a/b'],
    ['locust.timeout', '1500us', 'LOCUST_TIMEOUT', 1.5],
    ['locust.timeout', '2500µs', 'LOCUST_TIMEOUT', 2.5],
    ['locust.timeout', '2500000ns', 'LOCUST_TIMEOUT', 2.5],
    ['locust.timeout', '+.5s', 'LOCUST_TIMEOUT', 500],
    ['locust.timeout', '1.h', 'LOCUST_TIMEOUT', 3_600_000],
    ['locust.timeout', '0', 'LOCUST_TIMEOUT', 2 ** 31 - 1],
    ['locust.timeout', '0s', 'LOCUST_TIMEOUT', 2 ** 31 - 1],
    ['log.level', 'WARNING', 'LOG_LEVEL', 'warn'],
    ['log.level', 'trace', 'LOG_LEVEL', 'debug'],
    ['log.level', 'panic', 'LOG_LEVEL', 'fatal'],
    ['log.level', 'fatal', 'LOG_LEVEL', 'fatal'],
    ['log.format', 'logger:stdout?json=true', 'LOG_FORMAT', 'json'],
    ['log.format', 'logger:syslog?appname=bob&local=7', 'LOG_FORMAT', 'json'],
    ['log.format', 'pretty', 'LOG_FORMAT', 'pretty'],
  ];
  for (const [flag, value, name, result] of FORMS) {
    it(`--${flag}=${value}`, async () => {
      assert.deepEqual((await settingsOf({}, { [flag]: value }))[name], result);
    });
  }
});

describe('auto', () => {
  const decided = async (env: Environment, flags: Environment = {}) => {
    const { LEGACY_METRICS, QUIT_ENDPOINT } = await settingsOf(env, flags);
    return [LEGACY_METRICS, QUIT_ENDPOINT];
  };

  it('is on where a name of the old exporter is used, even in vain', async () => {
    assert.deepEqual(await decided({}), ['off', 'off']);
    assert.deepEqual(await decided({ LOCUST_URL: 'http://a', LOCUST_EXPORTER_URI: '' }), [
      'off',
      'off',
    ]);
    assert.deepEqual(await decided({ LOCUST_EXPORTER_URI: 'http://a' }), ['on', 'on']);
    assert.deepEqual(await decided({}, { 'log.level': 'info' }), ['on', 'on']);
    assert.deepEqual(await decided({ LOCUST_URL: 'http://a', LOCUST_EXPORTER_URI: 'b' }), [
      'on',
      'on',
    ]);
  });

  it('is decided by what is set', async () => {
    const old = { LOCUST_EXPORTER_URI: 'http://a' };
    assert.deepEqual(await decided({ ...old, LEGACY_METRICS: 'off' }), ['off', 'on']);
    assert.deepEqual(await decided({ ...old, QUIT_ENDPOINT: 'off' }), ['on', 'off']);
    assert.deepEqual(await decided({ ...old, LEGACY_METRICS: 'only' }), ['only', 'on']);
    assert.deepEqual(await decided({ LEGACY_METRICS: 'on', QUIT_ENDPOINT: 'on' }), ['on', 'on']);
  });
});
