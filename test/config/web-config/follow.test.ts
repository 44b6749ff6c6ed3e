import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, it } from 'node:test';
import { followWebConfig } from '../../../src/config/web-config/follow.ts';
import { readWebConfig } from '../../../src/config/web-config/read.ts';
import { keepLog } from '../../target/in-process.ts';
import { selfSigned } from '../../helpers/certificates.ts';
import { temporaryFolder } from '../../helpers/temporary-folder.ts';

const HASH = '$2y$10$X0h1gDsPszWURQaxFh.zoubFi6DXncSjhoQNJgRrnGs7EsimhC7zG';
const TLS = 'tls_server_config: { cert_file: now/tls.crt, key_file: now/tls.key }\n';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;

const inFolder = (name: string) => path.join(folder.path, name);

/** As Kubernetes mounts a secret: the files are reached through a link to a folder. */
async function putSecret(version: string): Promise<void> {
  const pair = await selfSigned(folder.path, version);
  mkdirSync(inFolder(version));
  copyFileSync(pair.cert, inFolder(`${version}/tls.crt`));
  copyFileSync(pair.key, inFolder(`${version}/tls.key`));
  pointTo(version);
}

function pointTo(version: string): void {
  symlinkSync(version, inFolder('next'));
  renameSync(inFolder('next'), inFolder('now'));
}

function write(yaml: string): void {
  writeFileSync(inFolder('web.yml'), yaml);
}

function follow() {
  const { logger, lines } = keepLog('info');
  const current = followWebConfig(readWebConfig(inFolder('web.yml')), logger);
  const warnings = () => lines().filter(({ level }) => level === 'warn');
  return { current, warnings, lines };
}

beforeEach(async () => {
  folder = await temporaryFolder('follow');
});

afterEach(() => folder.remove());

it('what has not changed is not read again', async () => {
  await putSecret('one');
  write(TLS);
  const { current, lines } = follow();
  assert.equal(current(), current());
  assert.deepEqual(lines(), []);
});

it('a certificate that is replaced by turning a link is taken', async () => {
  await putSecret('one');
  write(TLS);
  const { current, warnings } = follow();
  const before = current().tls?.context.cert;
  await putSecret('two');
  const after = current().tls?.context.cert;
  assert.notEqual(after, before);
  assert.equal(current(), current());
  pointTo('one');
  assert.equal(current().tls?.context.cert, before);
  assert.deepEqual(warnings(), []);
});

it('a broken certificate is reported once, and the old one is used until it is repaired', async () => {
  await putSecret('one');
  write(TLS);
  const { current, warnings } = follow();
  const before = current();
  const other = await selfSigned(folder.path, 'other');
  copyFileSync(other.cert, inFolder('one/tls.crt'));
  for (let round = 0; round < 3; round += 1) assert.equal(current(), before);
  assert.equal(warnings().length, 1);
  assert.match(
    String(warnings()[0]?.['reason']),
    /^tls_server_config\.key_file: expected the key of/,
  );
  copyFileSync(other.key, inFolder('one/tls.key'));
  assert.notEqual(current().tls?.context.cert, before.tls?.context.cert);
  assert.equal(warnings().length, 1);
});

it('a file that goes and comes again is heeded', async () => {
  await putSecret('one');
  write(TLS);
  const { current, warnings } = follow();
  const before = current();
  renameSync(inFolder('one/tls.key'), inFolder('one/away'));
  assert.equal(current(), before);
  assert.equal(current(), before);
  assert.equal(warnings().length, 1);
  renameSync(inFolder('one/away'), inFolder('one/tls.key'));
  assert.notEqual(current(), before);
  assert.equal(current().tls?.context.key, before.tls?.context.key);
});

it('users and headers are taken anew', () => {
  write(`basic_auth_users: { ann: '${HASH}' }\n`);
  const { current, warnings } = follow();
  write(
    `basic_auth_users: { bob: '${HASH}' }\nhttp_server_config: { headers: { X-Frame-Options: deny } }\n`,
  );
  assert.deepEqual([...current().users.keys()], ['bob']);
  assert.deepEqual(current().headers, { 'X-Frame-Options': 'deny' });
  assert.deepEqual(warnings(), []);
});

it('neither an empty file nor one without TLS opens the port', async () => {
  await putSecret('one');
  for (const yaml of [TLS, `basic_auth_users: { ann: '${HASH}' }\n`]) {
    write(yaml);
    const { current, warnings } = follow();
    const before = current();
    write('');
    assert.equal(current(), before);
    assert.equal(current(), before);
    assert.equal(warnings().length, 1);
    assert.match(warnings()[0]!.msg, /needs a restart/);
  }
});

it('another kind of client certificate waits for a new start', async () => {
  await putSecret('one');
  write(TLS);
  const { current, warnings } = follow();
  const before = current();
  write(TLS.replace(' }', ', client_auth_type: RequireAnyClientCert }'));
  assert.equal(current(), before);
  assert.equal(warnings().length, 1);
});
