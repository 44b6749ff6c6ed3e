import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIndexPage, redactHost } from '../../../src/locust/report/index-page.ts';

describe('the host under test', () => {
  const CASES: readonly (readonly [text: string, expected: string])[] = [
    // Nothing in these is secret.
    ['', ''],
    ['http://shop.example', 'http://shop.example'],
    ['https://shop.example:8443/base/', 'https://shop.example:8443/base/'],
    ['https://shop.example/@scope/users/@me', 'https://shop.example/@scope/users/@me'],
    ['https://[2001:db8::1]:8443/a', 'https://[2001:db8::1]:8443/a'],
    ['grpc.example:50051', 'grpc.example:50051'],
    ['shop.example/@me', 'shop.example/@me'],
    ['not a url', 'not a url'],
    ['https://приклад.укр/ф', 'https://приклад.укр/ф'],
    ['a.example:80, b.example:81', 'a.example:80, b.example:81'],
    // User and password.
    ['https://svc:HUSH@shop.example/', 'https://shop.example/'],
    ['HTTPS://HUSH@shop.example', 'HTTPS://shop.example'],
    ['https://svc:HUSH@shop.example/users/@me', 'https://shop.example/users/@me'],
    ['https://svc:HUSH@[::1]:80/x', 'https://[::1]:80/x'],
    ['svc:HUSH@shop.example', 'shop.example'],
    ['//svc:HUSH@shop.example', '//shop.example'],
    ['  https://svc:HUSH@shop.example ', 'https://shop.example'],
    ['wss://svc:HUSH@shop.example', 'wss://shop.example'],
    // Passwords that should have been encoded.
    ['https://svc:HU@SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU/SH@shop.example/x', 'https://shop.example/x'],
    ['https://svc:/HUSH@shop.example/x', 'https://shop.example/x'],
    ['https://svc:HU\\SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU?SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU#SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU\nSH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU;SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HU, SH@shop.example/', 'https://shop.example/'],
    ['https://svc:HUSH%40shop.example', 'https://shop.example'],
    ['https://svc:HUSH', 'https://svc'],
    // Query, fragment and parameters.
    ['https://shop.example/a?token=HUSH', 'https://shop.example/a'],
    ['https://shop.example?token=HUSH', 'https://shop.example'],
    ['https://shop.example/a#HUSH', 'https://shop.example/a'],
    ['https://shop.example/a;jsessionid=HUSH/b', 'https://shop.example/a/b'],
    ['sqlserver://db.example:1433;password=HUSH', 'sqlserver://db.example'],
    ['https://shop.example;v=HUSH/x', 'https://shop.example/x'],
    ['jdbc:postgresql://svc:HUSH@db.example/x?password=HUSH', 'db.example/x'],
    // Several hosts.
    ['https://a:HUSH@x.example, https://b:HUSH@y.example', 'https://x.example, https://y.example'],
    ['https://a:HUSH@x.example\nhttps://y.example', 'https://x.example\nhttps://y.example'],
    ['http://x.example/?t=HUSH; http://b:HUSH@y/@z', 'http://x.example/; http://y/@z'],
    ['mongodb://u:HUSH@a:27017,b:27017/db?x=HUSH', 'mongodb://a:27017,b:27017/db'],
  ];
  for (const [text, expected] of CASES) {
    it(`is shown without secrets: ${JSON.stringify(text)}`, () => {
      assert.equal(redactHost(text), expected);
      assert.doesNotMatch(redactHost(text), /HU|SH/);
    });
  }

  it('is taken apart in no time, however odd', () => {
    const length = 16_384;
    for (const piece of ['@', ' ', ',', ';', '/;', ' a://', 'a', '%4', ':', '[', '\t']) {
      const text = `http://${piece.repeat(length)}`.slice(0, length);
      const start = performance.now();
      redactHost(text);
      assert.ok(performance.now() - start < 300, piece);
    }
  });

  it('is none where it is too long for one', () => {
    assert.equal(redactHost(`https://svc:${'x'.repeat(20_000)}`), '');
  });
});

describe('every form of the index page', () => {
  const PAGES = [
    (host: string) => `<script> window.templateArgs = {"host": ${JSON.stringify(host)}}</script>`,
    (host: string) => `<span id="host_url_link_value">${host}</span>`,
    (host: string) => `<a id="host_url" href="#">${host}</a>`,
    (host: string) => `<input type="text" name="host" id="host" value="${host}"/>`,
  ];
  for (const [index, page] of PAGES.entries()) {
    it(`hides secrets of the host: form ${index + 1}`, () => {
      const { host } = parseIndexPage(page('https://svc:HUSH@shop.example/?t=HUSH&amp;u=HUSH'));
      assert.equal(host, 'https://shop.example/');
      assert.equal(parseIndexPage(page('?HUSH')).host, null);
    });
  }
});
