import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { loadConfig, type Environment } from '../../src/config/load-config.ts';
import { locustCredentials } from '../../src/config/credentials.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

async function used(env: Environment): Promise<{ pair: string | null; warnings: number }> {
  const { settings, warnings } = await loadConfig(env, {});
  const found = locustCredentials(settings);
  return {
    pair: found === null ? null : `${found.username}:${found.password}`,
    warnings: warnings.length,
  };
}

describe('user and password for Locust', () => {
  const URL_ONLY = 'http://us%C3%A9r:p%40ss@h';
  const CASES: readonly (readonly [
    name: string,
    env: Environment,
    pair: string | null,
    warnings: number,
  ])[] = [
    ['are none by default', {}, null, 0],
    ['stand in the URL', { LOCUST_URL: URL_ONLY }, 'usér:p@ss', 0],
    ['stand in settings', { LOCUST_USERNAME: 'a', LOCUST_PASSWORD: 'b:%' }, 'a:b:%', 0],
    [
      'of the settings beat those of the URL',
      { LOCUST_URL: URL_ONLY, LOCUST_USERNAME: 'a', LOCUST_PASSWORD: 'b' },
      'a:b',
      1,
    ],
    ['are not mixed from two users', { LOCUST_URL: URL_ONLY, LOCUST_USERNAME: 'a' }, 'a:', 1],
    [
      'may be a password for the user in the URL',
      { LOCUST_URL: 'http://u@h', LOCUST_PASSWORD: 'b' },
      'u:b',
      0,
    ],
    [
      'may be the same twice',
      { LOCUST_URL: 'http://u:b@h', LOCUST_USERNAME: 'u', LOCUST_PASSWORD: 'b' },
      'u:b',
      0,
    ],
    ['may be the same user twice', { LOCUST_URL: 'http://u:b@h', LOCUST_USERNAME: 'u' }, 'u:b', 0],
    [
      'may be another password for the same user',
      { LOCUST_URL: 'http://u:b@h', LOCUST_PASSWORD: 'c' },
      'u:c',
      1,
    ],
  ];
  for (const [name, env, pair, warnings] of CASES) {
    it(name, async () => {
      assert.deepEqual(await used(env), { pair, warnings });
    });
  }

  it('may have the password in a file', async () => {
    const folder = await temporaryFolder('password');
    const file = path.join(folder.path, 'password');
    writeFileSync(file, 'b c\n');
    const env = { LOCUST_USERNAME: 'a', LOCUST_PASSWORD_FILE: file };
    assert.deepEqual(await used(env), { pair: 'a:b c', warnings: 0 });
    await folder.remove();
  });

  it('are in no warning', async () => {
    const { warnings } = await loadConfig({ LOCUST_URL: URL_ONLY, LOCUST_USERNAME: 'someone' }, {});
    assert.match(warnings[0]!, /LOCUST_URL are ignored/);
    assert.doesNotMatch(warnings[0]!, /us%|usér|p%|p@ss|someone/);
  });
});
