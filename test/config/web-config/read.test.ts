import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError, loadConfig } from '../../../src/config/load-config.ts';
import { readWebConfig, type WebConfigFile } from '../../../src/config/web-config/read.ts';
import {
  createAuthority,
  selfSigned,
  type Authority,
  type KeyPair,
} from '../../helpers/certificates.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const HASH = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let authority: Authority;
let own: KeyPair;

const inFolder = (name: string) => path.join(folder.path, name);

before(async () => {
  folder = await temporaryFolder('web-config');
  authority = await createAuthority(folder.path);
  own = await authority.issue('127.0.0.1');
  const other = await selfSigned(folder.path, 'other');
  for (const [name, file] of Object.entries({
    'server.pem': own.cert,
    'server.key': own.key,
    'other.key': other.key,
  })) {
    writeFileSync(inFolder(name), readFileSync(file));
  }
  writeFileSync(
    inFolder('junk.pem'),
    '-----BEGIN CERTIFICATE-----\nYQ==\n-----END CERTIFICATE-----',
  );
});

after(() => folder.remove());

function read(yaml: string): WebConfigFile {
  writeFileSync(inFolder('web.yml'), yaml);
  return readWebConfig(inFolder('web.yml'));
}

function problemOf(yaml: string): string {
  try {
    read(yaml);
  } catch (error) {
    return (error as Error).message;
  }
  return 'none';
}

const PAIR = 'cert_file: server.pem, key_file: server.key';

describe('WEB_CONFIG_FILE', () => {
  for (const yaml of ['', '# nothing\n', '{}', 'tls_server_config:\nbasic_auth_users: {}\n']) {
    it(`may say nothing: ${JSON.stringify(yaml)}`, () => {
      const { tls, users, headers } = read(yaml);
      assert.deepEqual({ tls, users, headers }, { tls: null, users: new Map(), headers: {} });
    });
  }

  it('names files relative to itself', () => {
    const { tls, stamps } = read(`tls_server_config: { ${PAIR} }`);
    assert.equal(tls?.context.cert, readFileSync(own.cert, 'utf8'));
    assert.equal(tls.context.key, readFileSync(own.key, 'utf8'));
    assert.equal(tls.context.minVersion, 'TLSv1.2');
    assert.equal(tls.context.maxVersion, 'TLSv1.3');
    assert.deepEqual([...stamps.keys()], ['web.yml', 'server.pem', 'server.key'].map(inFolder));
    assert.ok(read(`tls_server_config: { cert_file: ${own.cert}, key_file: ${own.key} }`).tls);
  });

  it('may hold certificate, key and authority itself', () => {
    const block = (file: string) => readFileSync(file, 'utf8').trimEnd().replaceAll('\n', '\n    ');
    const { tls } = read(`
tls_server_config:
  client_auth_type: RequireAndVerifyClientCert
  cert: |
    ${block(own.cert)}
  key: |
    ${block(own.key)}
  client_ca: |
    ${block(authority.cert)}
`);
    assert.equal(tls?.context.key, readFileSync(own.key, 'utf8'));
    assert.equal(tls.context.ca, readFileSync(authority.cert, 'utf8'));
  });

  it('chooses versions, ciphers and curves by the names that Go gives them', () => {
    const { tls } = read(`
tls_server_config:
  cert_file: server.pem
  key_file: server.key
  min_version: TLS13
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]
  curve_preferences: [X25519, CurveP256]
  prefer_server_cipher_suites: false
`);
    assert.partialDeepStrictEqual(tls?.context, {
      minVersion: 'TLSv1.3',
      maxVersion: 'TLSv1.3',
      ciphers:
        'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:ECDHE-RSA-AES128-GCM-SHA256',
      ecdhCurve: 'X25519:P-256',
      honorCipherOrder: false,
    });
  });

  for (const [type, expected] of Object.entries({
    NoClientCert: [false, false, false],
    RequestClientCert: [true, false, false],
    RequireAnyClientCert: [true, true, false],
    RequireClientCert: [true, true, false],
    VerifyClientCertIfGiven: [true, false, true],
    RequireAndVerifyClientCert: [true, true, true],
  })) {
    it(`knows ${type}`, () => {
      const ca = expected[2] ? ', client_ca_file: ca.pem' : '';
      const { tls } = read(`tls_server_config: { ${PAIR}, client_auth_type: ${type}${ca} }`);
      assert.deepEqual(Object.values(tls!.clientCertificate), expected);
    });
  }

  it('names users by any text, and headers of the known kinds', () => {
    const { users, headers } = read(`
basic_auth_users:
  prometheus: ${HASH}
  007: '${HASH}'
  "__proto__": ${HASH}
http_server_config:
  http2: false
  headers:
    X-Frame-Options: deny
    Strict-Transport-Security: max-age=1
    X-XSS-Protection:
`);
    assert.deepEqual([...users.keys()], ['prometheus', '007', '__proto__']);
    assert.deepEqual(new Set(users.values()), new Set([HASH]));
    assert.deepEqual(headers, {
      'X-Frame-Options': 'deny',
      'Strict-Transport-Security': 'max-age=1',
    });
  });

  const tls = (rest: string) => `tls_server_config: { ${rest} }`;
  const NO_FILE = 'expected a file that can be read (there is none)';
  const BAD: readonly (readonly [name: string, yaml: string, problem: string | RegExp])[] = [
    ['no YAML', 'a: [hush', 'expected YAML, but found: bad indent at line 1, column 9'],
    [
      'a key twice',
      'tls_server_config:\ntls_server_config:\n',
      'expected YAML, but found: duplicate key at line 1, column 19',
    ],
    [
      'an alias of nothing',
      'basic_auth_users: *hush',
      'expected YAML whose aliases (*name) lead to something',
    ],
    ['no keys', '- a', 'expected YAML with keys such as tls_server_config'],
    [
      'an unknown section',
      'tls_config: {}',
      'tls_config: expected one of tls_server_config, http_server_config, basic_auth_users',
    ],
    ['rate_limit', 'rate_limit: { burst: 1 }', 'rate_limit: this is not supported'],
    [
      'a section of another kind',
      'tls_server_config: [a]',
      'tls_server_config: expected keys with values',
    ],
    [
      'no certificate and no key',
      tls('min_version: TLS12'),
      "tls_server_config.cert_file: expected the file of a certificate; tls_server_config.key_file: expected the file of the certificate's key",
    ],
    [
      'no key',
      tls('cert_file: server.pem'),
      "tls_server_config.key_file: expected the file of the certificate's key",
    ],
    [
      'missing files',
      tls('cert_file: a, key_file: b, client_ca_file: c, client_auth_type: RequestClientCert'),
      ['cert', 'key', 'client_ca']
        .map((key) => `tls_server_config.${key}_file: ${NO_FILE}`)
        .join('; '),
    ],
    [
      'a broken certificate',
      tls('cert_file: junk.pem, key_file: server.key'),
      'tls_server_config.cert_file: expected certificates in PEM, but number 1 is broken, got "junk.pem"',
    ],
    [
      'a broken key',
      tls('cert_file: server.pem, key_file: server.pem'),
      'tls_server_config.key_file: expected a key in PEM, without a passphrase, got "server.pem"',
    ],
    [
      "another certificate's key",
      tls('cert_file: server.pem, key_file: other.key'),
      'tls_server_config.key_file: expected the key of cert_file',
    ],
    [
      'a certificate twice',
      tls(`${PAIR}, cert: x`),
      'tls_server_config.cert: expected nothing beside cert_file',
    ],
    [
      'an unknown client_auth_type',
      tls(`${PAIR}, client_auth_type: All`),
      /^tls_server_config\.client_auth_type: expected one of NoClientCert, RequestClientCert, /,
    ],
    [
      'nobody to verify by',
      tls(`${PAIR}, client_auth_type: RequireAndVerifyClientCert`),
      'tls_server_config.client_ca_file: expected one for this client_auth_type',
    ],
    [
      'an authority that is not the root',
      tls(`${PAIR}, client_auth_type: VerifyClientCertIfGiven, client_ca_file: server.pem`),
      'tls_server_config.client_ca_file: expected the root certificate of the authority, too',
    ],
    [
      'an authority without need',
      tls(`${PAIR}, client_ca_file: ca.pem`),
      'tls_server_config.client_ca_file: expected a client_auth_type that requests certificates',
    ],
    [
      'an old version',
      tls(`${PAIR}, min_version: TLS10`),
      'tls_server_config.min_version: expected one of TLS12, TLS13, got "TLS10"',
    ],
    [
      'versions the wrong way round',
      tls(`${PAIR}, min_version: TLS13, max_version: TLS12`),
      'tls_server_config.max_version: expected no less than min_version',
    ],
    [
      'an invented cipher',
      tls(`${PAIR}, cipher_suites: [TLS_AES_128_GCM_SHA256, TLS_X]`),
      /^tls_server_config\.cipher_suites\[1\]: expected one of TLS_AES_128_GCM_SHA256, .*, got "TLS_X"$/,
    ],
    [
      'an inherited cipher',
      tls(`${PAIR}, cipher_suites: [toString]`),
      /^tls_server_config\.cipher_suites\[0\]: /,
    ],
    [
      'curves that are no list',
      tls(`${PAIR}, curve_preferences: X25519`),
      'tls_server_config.curve_preferences: expected a list',
    ],
    [
      'client_allowed_sans',
      tls(`${PAIR}, client_allowed_sans: [a]`),
      'tls_server_config.client_allowed_sans: this is not supported',
    ],
    [
      'an unknown key',
      tls(`${PAIR}, cert_fil: a`),
      /^tls_server_config\.cert_fil: expected one of /,
    ],
    [
      'a password that is not hashed',
      'basic_auth_users: { bob: hush }',
      'basic_auth_users.bob: expected a bcrypt hash, which begins like $2y$10$',
    ],
    [
      'a hash that was cut short',
      `basic_auth_users: { ann: '${HASH}', bob: '${HASH.slice(0, -1)}' }`,
      'basic_auth_users.bob: expected a bcrypt hash, which begins like $2y$10$',
    ],
    [
      'a hash of no possible cost',
      `basic_auth_users: { bob: '${HASH.replace('10', '03')}' }`,
      'basic_auth_users.bob: expected a bcrypt hash, which begins like $2y$10$',
    ],
    [
      'a hash that takes too long to compare',
      `basic_auth_users: { bob: '${HASH.replace('10', '16')}' }`,
      'basic_auth_users.bob: expected a bcrypt hash of cost 15 at most, got cost 16',
    ],
    [
      'a user with a colon',
      `basic_auth_users: { ann: '${HASH}', 'bob:hush': '${HASH}' }`,
      'basic_auth_users[key 2]: expected a name without a colon, which basic auth does not allow',
    ],
    [
      'a password where the user stands',
      'basic_auth_users: {ann:hush}',
      'basic_auth_users[key 1]: expected a name without a colon, which basic auth does not allow',
    ],
    [
      'a hash where the user stands',
      `basic_auth_users: { '${HASH}': ann }`,
      'basic_auth_users[key 1]: expected a bcrypt hash, which begins like $2y$10$',
    ],
    ['a secret for a key', '{ann:hush}', /^\[key 1\]: expected one of tls_server_config, /],
    [
      'a stray secret',
      'basic_auth_users:\n  ann: a\n `hush`',
      'expected YAML, but found: bad indent at line 3, column 1',
    ],
    [
      'ciphers that the certificate cannot serve',
      tls(`${PAIR}, max_version: TLS12, cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]`),
      'tls_server_config.cipher_suites: expected one of TLS_ECDHE_ECDSA_… for the key of cert_file',
    ],
    [
      'ciphers of TLS 1.3 alone, without it',
      tls(`${PAIR}, max_version: TLS12, cipher_suites: [TLS_AES_128_GCM_SHA256]`),
      'tls_server_config.cipher_suites: expected one of TLS_ECDHE_ECDSA_… for the key of cert_file',
    ],
    ['no hash', 'basic_auth_users: { bob: }', /^basic_auth_users\.bob: expected a bcrypt hash/],
    [
      'HTTP/2',
      'http_server_config: { http2: true }',
      'http_server_config.http2: expected false, because HTTP/2 is not supported',
    ],
    [
      'another header',
      'http_server_config: { headers: { Server: a } }',
      /^http_server_config\.headers\.Server: expected one of Content-Security-Policy, /,
    ],
    [
      'another value of a header',
      'http_server_config: { headers: { X-Frame-Options: allow } }',
      'http_server_config.headers.X-Frame-Options: expected deny or sameorigin, got "allow"',
    ],
    [
      'a header of two lines',
      'http_server_config: { headers: { X-XSS-Protection: "a\\nb" } }',
      'http_server_config.headers.X-XSS-Protection: expected one line of plain characters',
    ],
  ];
  for (const [name, yaml, problem] of BAD) {
    it(`is refused for ${name}`, () => {
      const found = problemOf(yaml);
      if (typeof problem === 'string') assert.equal(found, problem);
      else assert.match(found, problem);
      assert.doesNotMatch(found, /\[hush|: hush|\n/);
    });
  }

  it('is refused with all that is wrong at once, under the name of the setting', async () => {
    writeFileSync(
      inFolder('web.yml'),
      'tls_server_config: { cert_file: no }\nbasic_auth_users: { bob: x }\nfoo: 1\n',
    );
    await assert.rejects(loadConfig({ WEB_CONFIG_FILE: inFolder('web.yml') }, {}), (error) => {
      assert.ok(error instanceof ConfigError);
      const file = `(in "${inFolder('web.yml')}")`;
      assert.deepEqual(error.problems, [
        `WEB_CONFIG_FILE: foo: expected one of tls_server_config, http_server_config, basic_auth_users ${file}`,
        `WEB_CONFIG_FILE: tls_server_config.cert_file: ${NO_FILE} ${file}`,
        `WEB_CONFIG_FILE: tls_server_config.key_file: expected the file of the certificate's key ${file}`,
        `WEB_CONFIG_FILE: basic_auth_users.bob: expected a bcrypt hash, which begins like $2y$10$ ${file}`,
      ]);
      return true;
    });
  });
});
