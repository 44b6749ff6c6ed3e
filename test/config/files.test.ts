import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ConfigError, loadConfig } from '../../src/config/load-config.ts';
import { readHeaders } from '../../src/config/files.ts';
import { temporaryFolder } from '../helpers/temporary-folder.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
before(async () => {
  folder = await temporaryFolder('headers');
});
after(() => folder.remove());

function write(text: string): string {
  const file = path.join(folder.path, 'headers');
  writeFileSync(file, text);
  return file;
}

describe('a file of headers', () => {
  it('has one a line, blank lines and comments', () => {
    const file = write(
      '\uFEFF# for the proxy\r\nX-Team:load \r\n\n \t# more\nAuthorization:\t a: b\nX-No:',
    );
    const headers = { 'x-team': 'load', authorization: 'a: b', 'x-no': '' };
    assert.deepEqual(readHeaders(file), { path: file, headers });
    assert.deepEqual(readHeaders(write('')).headers, {});
  });

  it('keeps odd names apart from those of objects', () => {
    assert.deepEqual(Object.entries(readHeaders(write('__proto__: x')).headers), [
      ['__proto__', 'x'],
    ]);
  });

  const line = 'expected "Name: value" in line 2';
  const value = 'expected a value of printable ASCII in line 2';
  const BAD: readonly (readonly [text: string, problem: string])[] = [
    ['hush', line],
    [': hush', line],
    ['X Team: hush', line],
    ['X-Team : hush', line],
    ['X-Téam: hush', line],
    [' folded: hush', line],
    ['X-A: hu\rsh', value],
    ['X-A: hush\v', value],
    ['X-A: hu\0sh', value],
    ['X-A: hush\u2713', value],
    ['x-one: hush', 'expected each header once, but line 2 repeats that of line 1'],
    ['Host: hush', 'expected no header host, which the exporter sets itself, in line 2'],
    ...['Content-Length', 'CONNECTION', 'Transfer-Encoding', 'Accept-Encoding', 'Upgrade'].map(
      (name) =>
        [
          `${name}: hush`,
          `expected no header ${name.toLowerCase()}, which the exporter sets itself, in line 2`,
        ] as const,
    ),
  ];
  for (const [text, problem] of BAD) {
    it(`must not have a line ${JSON.stringify(text)}`, async () => {
      const file = write(`X-One: 1\n${text}\nX-Three: hush`);
      await assert.rejects(loadConfig({ LOCUST_HEADERS_FILE: file }, {}), (error) => {
        assert.ok(error instanceof ConfigError);
        assert.deepEqual(error.problems, [`LOCUST_HEADERS_FILE: ${problem} (in "${file}")`]);
        return true;
      });
    });
  }
});
