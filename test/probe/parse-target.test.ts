import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseTarget, ProbeRefusal } from '../../src/probe/parse-target.ts';

const GOOD: readonly [text: string, url: string, host: string, port: number][] = [
  ['locust:8089', 'http://locust:8089/', 'locust', 8089],
  ['locust', 'http://locust:8089/', 'locust', 8089],
  ['locust:80', 'http://locust/', 'locust', 80],
  ['locust/base', 'http://locust:8089/base/', 'locust', 8089],
  ['locust:81/base/', 'http://locust:81/base/', 'locust', 81],
  ['LOCUST.example:1', 'http://locust.example:1/', 'locust.example', 1],
  ['http://locust', 'http://locust/', 'locust', 80],
  ['https://locust', 'https://locust/', 'locust', 443],
  ['https://locust:8089/a/b', 'https://locust:8089/a/b/', 'locust', 8089],
  ['10.0.0.7:8089', 'http://10.0.0.7:8089/', '10.0.0.7', 8089],
  ['[fd00::7]:8089', 'http://[fd00::7]:8089/', 'fd00::7', 8089],
  ['[fd00::7]', 'http://[fd00::7]:8089/', 'fd00::7', 8089],
  // All of these are 127.0.0.1, and none may be taken for a name.
  ['http://2130706433:8089', 'http://127.0.0.1:8089/', '127.0.0.1', 8089],
  ['http://0x7f.1:8089', 'http://127.0.0.1:8089/', '127.0.0.1', 8089],
  ['127.0.0.1.:8089', 'http://127.0.0.1:8089/', '127.0.0.1', 8089],
  ['017700000001:8089', 'http://127.0.0.1:8089/', '127.0.0.1', 8089],
  ['[::ffff:127.0.0.1]:8089', 'http://[::ffff:7f00:1]:8089/', '::ffff:7f00:1', 8089],
  ['①②⑦.0.0.1:8089', 'http://127.0.0.1:8089/', '127.0.0.1', 8089],
  ['http://locust/../a', 'http://locust/a/', 'locust', 80],
];

const BAD: readonly [target: unknown, message: RegExp][] = [
  [undefined, /^the parameter target is missing/],
  ['', /^the parameter target is missing/],
  [['a', 'b'], /^the parameter target must be given once$/],
  ['a'.repeat(1025), /1024 characters at most$/],
  ['http://user:secret@locust', /must have no user and no password/],
  ['user@locust:8089', /must have no user and no password/],
  ['http://@locust', /must have no user and no password/],
  ['locust?x=1', /no query and no fragment$/],
  ['http://locust/?', /no query and no fragment$/],
  ['http://locust/#a', /no query and no fragment$/],
  ['ftp://locust', /must be an http or https URL/],
  ['file:///etc/passwd', /^target must be/],
  ['javascript://a', /must be an http or https URL/],
  ['http://', /^target must be a URL or host:port/],
  ['locust:99999', /^target must be a URL or host:port/],
  ['locust:0', /a port above 0$/],
  ['locust:8089:8089', /^target must be a URL or host:port/],
  ['http:\\\\locust', /no spaces and backslashes$/],
  ['loc ust', /no spaces and backslashes$/],
  ['loc\nust', /no spaces and backslashes$/],
  ['loc\0ust', /no spaces and backslashes$/],
  ['fd00::7', /^target must be a URL or host:port/],
];

describe('the parameter target', () => {
  for (const [text, href, host, port] of GOOD) {
    it(`${text} is ${href}`, () => {
      const { url, ...rest } = parseTarget(text);
      assert.deepEqual([url.href, rest], [href, { host, port }]);
    });
  }

  for (const [target, message] of BAD) {
    it(`${String(target).slice(0, 40)} is refused`, () => {
      assert.throws(
        () => parseTarget(target),
        (error) => {
          assert.ok(error instanceof ProbeRefusal);
          assert.match(error.message, message);
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
    });
  }

  it('is refused or leads to the host that was judged, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.webUrl(), fc.webAuthority()), (text) => {
        try {
          const { url, host, port } = parseTarget(text);
          assert.equal(url.hostname.replaceAll(/[[\]]/g, ''), host);
          assert.ok(url.protocol === 'http:' || url.protocol === 'https:');
          assert.equal(url.username + url.password + url.search + url.hash, '');
          assert.ok(port > 0);
        } catch (error) {
          assert.ok(error instanceof ProbeRefusal);
        }
      }),
    );
  });
});
