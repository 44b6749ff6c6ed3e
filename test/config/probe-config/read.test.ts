import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { followFile } from '../../../src/config/follow-file.ts';
import { ConfigError, loadConfig } from '../../../src/config/load-config.ts';
import { readProbeConfig } from '../../../src/config/probe-config/read.ts';
import { selfSigned, type KeyPair } from '../../helpers/certificates.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';
import { keepLog } from '../../target/in-process.ts';

const SECRET = 'correct-horse';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let pair: KeyPair;
let other: KeyPair;

const inFolder = (name: string) => path.join(folder.path, name);

before(async () => {
  folder = await temporaryFolder('modules');
  pair = await selfSigned(folder.path, 'one');
  other = await selfSigned(folder.path, 'two');
  writeFileSync(inFolder('password.txt'), `${SECRET}\n`);
  writeFileSync(inFolder('empty.txt'), '');
  writeFileSync(inFolder('headers.txt'), 'X-Team: a\n');
  writeFileSync(inFolder('bad-headers.txt'), `no header ${SECRET}\n`);
});

after(() => folder.remove());

function write(yaml: string, name = 'probe.yml'): string {
  writeFileSync(inFolder(name), yaml);
  return inFolder(name);
}

async function problemsOf(env: Record<string, string>): Promise<readonly string[]> {
  try {
    await loadConfig(env, {});
    return [];
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems;
  }
}

describe('PROBE_CONFIG_FILE', () => {
  it('says for each module what the settings say for a single Locust', () => {
    const { modules } = readProbeConfig(
      write(`
modules:
  plain: {}
  basic:
    username: ann
    password_file: password.txt
    headers_file: headers.txt
    timeout: 1m30s
    targets: ['*.a.svc:8089', 10.0.0.0/8]
  form:
    username: bob
    password: ${SECRET}
    login_path: /login_submit
    login_password_field: pass
  tls:
    ca_file: ${path.basename(pair.cert)}
    tls_insecure: true
    client_cert_file: ${pair.cert}
    client_key_file: ${pair.key}
    targets: a.example
`),
    );
    const pem = readFileSync(pair.cert, 'utf8');
    const key = readFileSync(pair.key, 'utf8').trimEnd();
    const noTls = { ca: undefined, insecure: false, client: undefined };
    const shown = [...modules.values()].map(({ name, access, timeoutMs }) => ({
      ...{ name, access, timeoutMs },
    }));
    assert.deepEqual(shown, [
      { name: 'plain', access: { headers: undefined, tls: noTls }, timeoutMs: null },
      {
        name: 'basic',
        access: {
          credentials: { username: 'ann', password: SECRET },
          headers: { 'x-team': 'a' },
          tls: noTls,
        },
        timeoutMs: 90_000,
      },
      {
        name: 'form',
        access: {
          login: { path: '/login_submit', fields: { username: 'bob', pass: SECRET } },
          headers: undefined,
          tls: noTls,
        },
        timeoutMs: null,
      },
      {
        name: 'tls',
        access: {
          headers: undefined,
          tls: { ca: pem, insecure: true, client: { cert: pem, key } },
        },
        timeoutMs: null,
      },
    ]);
    assert.equal(modules.get('plain')?.targets, null);
    assert.equal(modules.get('basic')?.targets?.allows('b.a.svc', 8089), true);
    assert.equal(modules.get('basic')?.targets?.allows('10.1.1.1', 1), true);
    assert.equal(modules.get('basic')?.targets?.allows('a.example', 1), false);
    assert.equal(modules.get('tls')?.targets?.allows('a.example', 1), true);
  });

  it('is refused with all that is wrong at once, without any secret', async () => {
    const file = write(`
modules:
  one:
    username: a:b
    password: ${SECRET}
    password_file: ${inFolder('password.txt')}
    headers_file: bad-headers.txt
    timeout: soon
    targets: 10.*
    passwort: ${SECRET}
  two:
    password_file: empty.txt
    login_path: http://a/b
    tls_insecure: maybe
    client_cert_file: ${pair.cert}
    ca_file: nothing.pem
  three:
    login_path: /login
    login_username_field: password
    client_cert_file: ${pair.cert}
    client_key_file: ${other.key}
    targets: [{ a: b }]
  five: { targets: [] }
  six: { targets: }
  seven: { targets: '' }
  eight: { targets: ['', ' '] }
  '${SECRET} x': {}
  four: ${SECRET}
rules: []
`);
    const problems = await problemsOf({ PROBE_TARGETS: '**', PROBE_CONFIG_FILE: file });
    const told = problems.map((line) => {
      assert.match(line, /^PROBE_CONFIG_FILE: /);
      assert.ok(line.endsWith(` (in "${file}")`), line);
      return line.slice('PROBE_CONFIG_FILE: '.length, line.lastIndexOf(' (in "'));
    });
    const known =
      'expected one of username, password, password_file, headers_file, ca_file, tls_insecure, ' +
      'client_cert_file, client_key_file, timeout, targets, login_path, login_username_field, ' +
      'login_password_field';
    assert.deepEqual(
      told.toSorted(),
      [
        'modules[key 8]: expected a name of letters, digits and -._',
        'modules.four: expected keys with values',
        'modules.five.targets: expected at least one, or no such key',
        'modules.six.targets: expected at least one, or no such key',
        'modules.seven.targets: expected at least one, or no such key',
        'modules.eight.targets: expected at least one, or no such key',
        'modules.one.headers_file: expected "Name: value" in line 1, got "bad-headers.txt"',
        `modules.one.passwort: ${known}`,
        'modules.one.password_file: expected nothing beside password',
        'modules.one.targets: expected a range such as 10.1.0.0/16 instead of "10.*"',
        'modules.one.timeout: expected a duration such as 500ms, 2s or 1m30s',
        'modules.one.username: expected a user without a colon, which basic auth does not allow',
        'modules.three.client_key_file: expected the key of the first certificate in client_cert_file',
        'modules.three.login_password_field: expected another field than login_username_field',
        'modules.three.targets: expected a list of texts',
        'modules.three.username: expected a user for the login form',
        'modules.two.ca_file: expected a file that can be read (there is none), got "nothing.pem"',
        'modules.two.client_key_file: expected both this and client_cert_file',
        'modules.two.login_path: expected a path such as /login_submit',
        'modules.two.password_file: expected a file that is not empty, got "empty.txt"',
        'modules.two.tls_insecure: expected one of true, false, got "maybe"',
        'rules: expected one of modules',
      ].toSorted(),
    );
    assert.ok(!problems.join('\n').includes(SECRET));
  });

  it('is refused when it is no YAML, or empty', async () => {
    for (const [yaml, message] of [
      [`modules: [${SECRET}`, /^PROBE_CONFIG_FILE: expected YAML, but found: .* at line 1/],
      [SECRET, /^PROBE_CONFIG_FILE: expected YAML with keys such as modules /],
      ['', /^PROBE_CONFIG_FILE: modules: expected at least one module /],
    ] as const) {
      const env = { PROBE_TARGETS: '**', PROBE_CONFIG_FILE: write(yaml) };
      const problems = await problemsOf(env);
      assert.equal(problems.length, 1);
      assert.match(problems[0]!, message);
      assert.ok(!problems[0]!.includes(SECRET));
    }
  });

  it('needs PROBE_TARGETS beside it', async () => {
    assert.deepEqual(await problemsOf({ PROBE_CONFIG_FILE: write('modules: { a: {} }') }), [
      `PROBE_CONFIG_FILE: expected PROBE_TARGETS beside it, without which /probe is off, got "${inFolder('probe.yml')}"`,
    ]);
  });

  it('is read again when it, or a file that it names, changes', () => {
    const { logger, lines } = keepLog('info');
    const secret = inFolder('changing.txt');
    writeFileSync(secret, 'first');
    const file = write(`modules: { a: { username: u, password_file: changing.txt }, b: {} }`);
    const current = followFile(readProbeConfig(file), {
      ...{ setting: 'PROBE_CONFIG_FILE', read: readProbeConfig, logger },
    });
    const before = current().modules;
    assert.equal(current().modules, before);
    writeFileSync(secret, 'second!');
    const { modules } = current();
    assert.equal(modules.get('a')?.access.credentials?.password, 'second!');
    assert.notEqual(modules.get('a')?.identity, before.get('a')?.identity);
    assert.equal(modules.get('b')?.identity, before.get('b')?.identity);
    write('modules: [');
    assert.equal(current().modules, modules);
    assert.equal(current().modules, modules);
    assert.deepEqual(
      lines().map(({ level, msg }) => [level, msg]),
      [
        ['info', 'PROBE_CONFIG_FILE changed and was read again'],
        ['warn', 'PROBE_CONFIG_FILE changed and is broken; the old one holds'],
      ],
    );
  });
});

describe('with PROBE_TARGETS', () => {
  it('no Locust is read of which nobody spoke', async () => {
    const alone = await loadConfig({ PROBE_TARGETS: 'a' }, {});
    assert.equal(alone.readsLocustUrl, false);
    assert.equal(alone.shown['LOCUST_URL'], '');
    const both = await loadConfig({ PROBE_TARGETS: 'a' }, { 'locust-url': 'http://b:8089' });
    assert.equal(both.readsLocustUrl, true);
    assert.equal(both.shown['LOCUST_URL'], 'http://b:8089');
    const old = await loadConfig({ PROBE_TARGETS: 'a', LOCUST_EXPORTER_URI: 'http://b' }, {});
    assert.equal(old.readsLocustUrl, true);
    assert.equal((await loadConfig({}, {})).readsLocustUrl, true);
  });

  it('what contradicts it is refused', async () => {
    assert.deepEqual(
      await problemsOf({ PROBE_TARGETS: 'a', METRICS_PATH: '/probe', PUSHGATEWAY_URL: 'http://p' }),
      [
        'METRICS_PATH: expected a path that is not /probe, got "/probe"',
        'PUSHGATEWAY_URL: expected LOCUST_URL beside it, since targets are not pushed',
      ],
    );
    assert.deepEqual(await problemsOf({ METRICS_PATH: '/probe' }), []);
    assert.deepEqual(await problemsOf({ PROBE_TARGETS: 'a:0', PROBE_MAX_TARGETS: '0' }), [
      'PROBE_TARGETS: expected ports from 1 to 65535 instead of "a:0", got "a:0"',
      'PROBE_MAX_TARGETS: expected a whole number of 1 or more, got "0"',
    ]);
  });

  it('an exporter of no Locust of its own is not warned of itself', async () => {
    const { warnings } = await loadConfig({ PROBE_TARGETS: 'a', LISTEN_ADDRESS: ':8089' }, {});
    assert.deepEqual(warnings, []);
  });
});
