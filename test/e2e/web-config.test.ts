import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { connect as connectPlain } from 'node:net';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { connect } from 'node:tls';
import { hashSync } from 'bcryptjs';

import { createAuthority, type Authority, type KeyPair } from '../helpers/certificates.ts';
import {
  runProgram,
  startExporter,
  whyBuildIsMissing,
  type Exporter,
} from '../helpers/exporter.ts';
import { freePort } from '../helpers/free-port.ts';
import { startPrometheus, whyPrometheusIsMissing } from '../helpers/real-prometheus.ts';
import { needs } from '../helpers/requirement.ts';
import { stopAfter } from '../helpers/scraped-exporter.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { waitUntil } from '../helpers/wait-until.ts';

const PASSWORD = 'correct horse';
const HASH = hashSync(PASSWORD, 8).replace(/^\$2b/, '$2y');
const USERS = `basic_auth_users:\n  prometheus: ${HASH}\n`;
const TLS = 'tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n';
const MUTUAL = `${TLS}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ca.pem\n`;

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let authority: Authority;
let client: KeyPair;

const inFolder = (name: string) => path.join(folder.path, name);

async function putNewCertificate(): Promise<void> {
  const pair = await authority.issue('127.0.0.1');
  for (const [from, to] of [
    [pair.cert, 'server.pem'],
    [pair.key, 'server.key'],
  ] as const) {
    copyFileSync(from, inFolder('next'));
    renameSync(inFolder('next'), inFolder(to));
  }
}

before(async () => {
  folder = await temporaryFolder('web');
  authority = await createAuthority(folder.path);
  client = await authority.issue('prometheus');
  await putNewCertificate();
});

after(() => folder.remove());

async function startProtected(t: TestContext, yaml: string, env: Record<string, string> = {}) {
  const file = inFolder(`${t.name.replaceAll(/\W+/g, '-')}.yml`);
  writeFileSync(file, yaml);
  const exporter = await startExporter({
    LOCUST_URL: `http://127.0.0.1:${await freePort()}`,
    WEB_CONFIG_FILE: file,
    ...env,
  });
  stopAfter(t, 'exporter', exporter.process);
  return { exporter, file };
}

interface Target {
  readonly labels: { readonly job: string };
  readonly health: string;
  readonly lastError: string;
}

/** Scrapes by each of `jobs`, the first of which has to succeed; @returns what Prometheus says. */
async function scrapeBy(t: TestContext, exporter: Exporter, jobs: Record<string, string>) {
  const { host } = new URL(exporter.url);
  const config = Object.entries(jobs).map(
    ([job, rest]) => `
  - job_name: ${job}
    scrape_interval: 3s
    static_configs: [{ targets: ['${host}'] }]
${rest.replaceAll(/^/gm, '    ')}`,
  );
  const prometheus = await startPrometheus({
    config: `scrape_configs:${config.join('')}\n`,
    files: Object.fromEntries(
      Object.entries({
        'ca.pem': authority.cert,
        'client.pem': client.cert,
        'client.key': client.key,
      }).map(([name, file]) => [name, readFileSync(file, 'utf8')]),
    ),
  });
  stopAfter(t, 'Prometheus', prometheus);
  return waitUntil(
    'Prometheus has scraped by every job',
    async () => {
      const { activeTargets } = (await prometheus.api('/api/v1/targets')) as {
        activeTargets: Target[];
      };
      const seen = activeTargets.filter(({ health }) => health !== 'unknown');
      if (seen.length < Object.keys(jobs).length) return undefined;
      // A machine that is busy may be too slow at first.
      const first = seen.find(({ labels }) => labels.job === Object.keys(jobs)[0]);
      assert.equal(first?.health, 'up', first?.lastError);
      if (seen.some(({ lastError }) => lastError.includes('deadline'))) return undefined;
      return new Map(activeTargets.map((target) => [target.labels.job, target]));
    },
    { timeoutMs: 60_000 },
  );
}

const CA_ONLY = 'scheme: https\ntls_config: { ca_file: ca.pem }';
const WITH_CLIENT = `scheme: https
tls_config: { ca_file: ca.pem, cert_file: client.pem, key_file: client.key }`;
const login = (password: string) => `basic_auth: { username: prometheus, password: '${password}' }`;

async function servedSerial(exporter: Exporter): Promise<string> {
  const { hostname, port } = new URL(exporter.url);
  const ca = readFileSync(authority.cert);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), ca }, () => {
      resolve(socket.getPeerCertificate().serialNumber);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

const HERE = needs(whyBuildIsMissing(), whyPrometheusIsMissing());
const BUILT = needs(whyBuildIsMissing());

describe('WEB_CONFIG_FILE', { concurrency: 2 }, () => {
  it('lets a Prometheus in by TLS and password alone', HERE, async (t) => {
    const { exporter } = await startProtected(t, TLS + USERS);
    const targets = await scrapeBy(t, exporter, {
      right: `${CA_ONLY}\n${login(PASSWORD)}`,
      wrong: `${CA_ONLY}\n${login('battery staple')}`,
      nobody: CA_ONLY,
      stranger: `scheme: https\n${login(PASSWORD)}`,
      plain: login(PASSWORD),
    });
    const healthOf = (job: string) => {
      const { health, lastError } = targets.get(job)!;
      return `${health} ${lastError}`;
    };
    assert.equal(healthOf('right'), 'up ');
    assert.match(healthOf('wrong'), /^down .*401 Unauthorized/);
    assert.match(healthOf('nobody'), /^down .*401 Unauthorized/);
    assert.match(healthOf('stranger'), /^down .*certificate/);
    assert.match(healthOf('plain'), /^down /);
  });

  it('lets a Prometheus in by its certificate alone', HERE, async (t) => {
    const { exporter } = await startProtected(t, MUTUAL);
    const targets = await scrapeBy(t, exporter, { with: WITH_CLIENT, without: CA_ONLY });
    assert.deepEqual([targets.get('with')!.health, targets.get('with')!.lastError], ['up', '']);
    assert.match(targets.get('without')!.lastError, /certificate|reset/);
    assert.equal(targets.get('without')!.health, 'down');
  });

  it('is satisfied with a password where there is no TLS', HERE, async (t) => {
    const { exporter } = await startProtected(t, USERS);
    const targets = await scrapeBy(t, exporter, { right: login(PASSWORD), wrong: login('x') });
    assert.equal(targets.get('right')!.health, 'up');
    assert.equal(targets.get('wrong')!.health, 'down');
    assert.equal((await fetch(`${exporter.url}/healthz`)).status, 200);
    assert.equal((await fetch(`${exporter.url}/`)).status, 401);
    assert.equal((await fetch(`${exporter.url}/quitquitquit`)).status, 401);
  });

  it('has certificates and users replaced while it runs', BUILT, async (t) => {
    const { exporter, file } = await startProtected(t, TLS + USERS);
    const before = await servedSerial(exporter);
    assert.equal(await servedSerial(exporter), before);
    await putNewCertificate();
    const renewed = await servedSerial(exporter);
    assert.notEqual(renewed, before);

    writeFileSync(file, 'nonsense: 1\n');
    assert.equal(await servedSerial(exporter), renewed);
    assert.equal(await servedSerial(exporter), renewed);
    const warnings = exporter.log.filter(({ msg }) => msg.includes('broken'));
    assert.equal(warnings.length, 1);
    assert.match(String(warnings[0]!['reason']), /^nonsense: /);
  });

  it('that is broken ends the start and names the key', BUILT, async () => {
    const file = inFolder('broken.yml');
    for (const [yaml, key] of [
      ['basic_auth_users: { bob: hush }', 'basic_auth_users.bob'],
      [TLS.replace('server.key', 'ca.key'), 'tls_server_config.key_file'],
      [`${TLS}  cert_fil: x\n`, 'tls_server_config.cert_fil'],
    ] as const) {
      writeFileSync(file, yaml);
      for (const args of [[], ['--check-config']]) {
        const { code, stderr } = await runProgram(args, { WEB_CONFIG_FILE: file });
        assert.equal(code, 2);
        assert.ok(stderr.startsWith(`locust-exporter: WEB_CONFIG_FILE: ${key}: `), stderr);
        assert.doesNotMatch(stderr, /hush/);
      }
    }
  });

  it('goes together with the limits of the port', BUILT, async (t) => {
    const { exporter } = await startProtected(t, USERS, {
      WEB_HEADERS_TIMEOUT: '300ms',
      WEB_MAX_REQUESTS: '1',
    });
    const { hostname, port } = new URL(exporter.url);
    const start = performance.now();
    const socket = connectPlain(Number(port), hostname);
    await new Promise((resolve) => socket.resume().once('close', resolve));
    const ms = performance.now() - start;
    assert.ok(ms >= 280 && ms < 3000, `${ms} ms`);
    const headers = { authorization: `Basic ${btoa(`prometheus:${PASSWORD}`)}` };
    assert.equal((await fetch(`${exporter.url}/metrics`, { headers })).status, 200);
  });
});
