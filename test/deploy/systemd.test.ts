import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it, type TestContext } from 'node:test';
import { promisify } from 'node:util';

import { loadConfig } from '../../src/config/load-config.ts';
import { SETTINGS } from '../../src/config/settings.ts';
import { findOnPath } from '../helpers/find-on-path.ts';
import { needsOptional } from '../helpers/requirement.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';
import { ROOT } from './prometheus-rules.ts';

const UNIT = readFileSync(path.join(ROOT, 'deploy/systemd/locust-exporter.service'), 'utf8');
const ENVIRONMENT = readFileSync(path.join(ROOT, 'deploy/systemd/environment'), 'utf8');
const DOCKERFILE = readFileSync(path.join(ROOT, 'Dockerfile'), 'utf8');

const missing =
  findOnPath('systemd-analyze') === undefined ? 'systemd-analyze is not on PATH' : undefined;
const withSystemd = needsOptional(missing);

const all = (name: string) =>
  Array.from(UNIT.matchAll(new RegExp(`^${name}=(.*)$`, 'gm')), ([, value]) => value!);
const only = (name: string) => {
  const [value, ...others] = all(name);
  assert.deepEqual(others, [], name);
  assert.ok(value !== undefined, name);
  return value;
};

/** Runs systemd-analyze on a unit with a Node.js that is there. */
async function analyze(t: TestContext, unit: string, ...args: string[]) {
  const folder = await temporaryFolder('unit');
  t.after(() => folder.remove());
  const file = path.join(folder.path, 'locust-exporter.service');
  writeFileSync(file, unit.replace('/usr/bin/node', process.execPath));
  const { stdout, stderr } = await promisify(execFile)('systemd-analyze', [...args, file], {
    timeout: 60_000,
  });
  return stdout + stderr;
}

const verify = ['verify', '--man=no', '--recursive-errors=no'];
/** In tenths, of 10 for a service without any restriction. */
const security = ['security', '--offline=yes', '--no-pager', '--threshold=15'];

describe('the unit for systemd', () => {
  it('is one that systemd takes', withSystemd, async (t) => {
    assert.equal(await analyze(t, UNIT, ...verify), '');
    await assert.rejects(analyze(t, UNIT.replace('Type=exec', 'Type=exce'), ...verify));
  });

  it('leaves the exporter little that it could do', withSystemd, async (t) => {
    assert.match(await analyze(t, UNIT, ...security), /Overall exposure level/);
    const open = UNIT.replace(
      /^(?:SystemCallFilter|ProtectSystem|CapabilityBoundingSet)=.*\n/gm,
      '',
    );
    await assert.rejects(analyze(t, open, ...security));
  });

  it('starts the program as the image does', () => {
    const [, entrypoint] = /^ENTRYPOINT (\[.*\])$/m.exec(DOCKERFILE)!;
    const [, ...args] = JSON.parse(entrypoint!) as string[];
    const [node, ...own] = only('ExecStart').split(' ');
    assert.equal(node, '/usr/bin/node');
    assert.deepEqual(own.slice(0, -1), args.slice(0, -1));
    assert.match(own.at(-1)!, /\/dist\/bin\.js$/);
    const variables = Array.from(DOCKERFILE.matchAll(/^ENV (.*)$/gm), ([, line]) => line!);
    assert.equal(only('Environment'), variables.join(' '));
  });

  it('ends it by SIGTERM alone, and waits for what it lingers', async () => {
    assert.deepEqual([...all('ExecReload'), ...all('KillSignal'), ...all('ExecStop')], []);
    const [seconds] = /^\d+(?=s$)/.exec(only('TimeoutStopSec'))!;
    const { settings } = await loadConfig(suggested(), {});
    assert.ok(Number(seconds) * 1000 > 2 * settings.LINGER);
  });

  it('does not start it again with settings that are wrong', () => {
    assert.equal(only('Restart'), 'on-failure');
    // Of ConfigError.
    assert.equal(only('RestartPreventExitStatus'), '2');
  });

  it('gives it the memory that it needs', () => {
    const page = readFileSync(path.join(ROOT, 'docs/deploy.md'), 'utf8');
    const [, mebibytes] = /Allow (\d+) MiB of memory/.exec(page)!;
    assert.equal(only('MemoryMax'), `${mebibytes!}M`);
  });

  it('reads settings that there are', async () => {
    assert.equal(only('EnvironmentFile'), '-/etc/locust-exporter/environment');
    const settings = suggested();
    assert.deepEqual(
      Object.keys(settings).filter((name) => !(name in SETTINGS)),
      [],
    );
    assert.ok(Object.keys(settings).length > 3);
    const { warnings } = await loadConfig(settings, {});
    assert.deepEqual(warnings, []);
  });
});

/** The settings of the file, with those that are commented out. */
function suggested(): Record<string, string> {
  return Object.fromEntries(
    Array.from(ENVIRONMENT.matchAll(/^#?([A-Z_]+)=(.*)$/gm), ([, name, value]) => [name!, value!]),
  );
}
