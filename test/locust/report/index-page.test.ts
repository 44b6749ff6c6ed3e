import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseIndexPage } from '../../../src/locust/report/index-page.ts';
import { fixtureNames, readFixture } from '../samples.ts';

const END = 'index-excerpt.html';
/** The package of Debian, whose version is empty. */
const DEBIAN = 'locust-2.12.1/standalone-ready.';

describe('every recorded index page', () => {
  const names = fixtureNames(END);
  it('is there', () => {
    assert.ok(names.length >= 20);
  });

  for (const name of names) {
    it(`tells version and host: ${name}`, () => {
      const version = /^locust-([^/]+)/.exec(name)?.[1];
      const hasHost = !/-0\.[5-7]\./.test(name);
      assert.deepEqual(parseIndexPage(readFixture(name + END)), {
        version: name === DEBIAN ? null : version,
        host: hasHost ? 'http://shop.example' : null,
      });
    });
  }
});

describe('the modern page', () => {
  const page = (args: string) => `<script>\n window.templateArgs = ${args}\n run({});\n</script>`;

  it('has JSON in it, with history that may not be numbers', () => {
    const args = '{"version":"2.46.3","host":"http://a\\u0026b","history":[{"p":NaN}]}';
    assert.deepEqual(parseIndexPage(page(args)), { version: '2.46.3', host: 'http://a&b' });
  });

  it('may leave values out', () => {
    const nothing = { version: null, host: null };
    assert.deepEqual(parseIndexPage(page('{"version":"","host":""}')), nothing);
    assert.deepEqual(parseIndexPage(page('{"version":5,"host":null}')), nothing);
    assert.deepEqual(parseIndexPage(page('{broken}')), nothing);
  });
});

describe('what the keys of the current percentiles stand for', () => {
  const old = (first: string, second: string) =>
    `<script>\n        var percentile1 = ${first};\n        var percentile2 = ${second};\n</script>`;
  const modern = (args: string) => `window.templateArgs = {"version": "2.18.0", ${args}}\n`;
  const found = (page: string) => parseIndexPage(page).currentPercentiles;

  it('is on the old page', () => {
    assert.deepEqual(found(old('0.5', '0.95')), [0.5, 0.95]);
    assert.deepEqual(found(old('0.999', '1e-05')), [0.999, 1e-5]);
    assert.deepEqual(found(old('1', '1.0')), [1, 1]);
  });

  it('is in the arguments of the modern page', () => {
    const page = modern('"percentile1": 0.9, "percentile2": 0.99');
    assert.deepEqual(found(page), [0.9, 0.99]);
  });

  it('is not known where one of them is none', () => {
    for (const bad of ['0', '1.1', '-0.5', '"0.9"', 'null', 'NaN', '0.9.9', '']) {
      assert.equal(found(old(bad, '0.95')), undefined, bad);
      assert.equal(found(old('0.5', bad)), undefined, bad);
    }
    for (const bad of ['0', '1.1', '-0.5', '"0.9"', 'null', 'NaN', '[0.9]']) {
      assert.equal(found(modern(`"percentile1": ${bad}, "percentile2": 0.9`)), undefined, bad);
      assert.equal(found(modern(`"percentile1": 0.9, "percentile2": ${bad}`)), undefined, bad);
    }
    assert.equal(found(modern('"percentiles_to_chart": [0.95]')), undefined);
    assert.equal('currentPercentiles' in parseIndexPage(''), false);
  });
});

describe('the older pages', () => {
  it('have an escaped host', () => {
    const host = (page: string) => parseIndexPage(page).host;
    assert.equal(host('<span id="host_url_link_value">http://a/b&amp;c</span>'), 'http://a/b&c');
    assert.equal(host('<input type="text" name="host" id="host" value="http://a"/>'), 'http://a');
    assert.equal(host('<div id="host_url">\n  None\n</div>'), null);
  });

  it('may be something else altogether', () => {
    for (const page of ['', '<html></html>', 'ok', '{}']) {
      assert.deepEqual(parseIndexPage(page), { version: null, host: null });
    }
  });
});

it('takes the v of 0.9.0, whose link has one, for no part of the version', () => {
  const link =
    '<h2>Version <a href="https://github.com/locustio/locust/releases/tag/v0.9.0">0.9.0</a>';
  assert.equal(parseIndexPage(link).version, '0.9.0');
});

describe('a page of megabytes', () => {
  const nothing = { version: null, host: null };

  it('has its history before what is wanted', () => {
    const history = JSON.stringify(Array.from({ length: 20_000 }, (_, index) => ({ time: index })));
    const args = `{"history":${history},"host":"http://a","version":"2.46.3"}`;
    const page = `<script>\n window.templateArgs = ${args}\n</script>`;
    assert.ok(page.length > 2 ** 18);
    assert.deepEqual(parseIndexPage(page), { version: '2.46.3', host: 'http://a' });
    const long = page.replace('[', `[${'{"time":0},'.repeat(30_000)}`);
    assert.ok(long.length > 2 ** 19);
    assert.deepEqual(parseIndexPage(long), nothing);
  });

  for (const piece of [
    ...['window.templateArgs={', '\n', ' ', '1', '1.1', '/releases/tag/', '.css?v=', '<input'],
    ...['<input id="host"', 'id="host_url_link_value">'],
    ...['id="host_url"', 'id="host_url">', 'id="host_url">  x  ', 'window.templateArgs={"a":['],
  ]) {
    it(`takes no time to tell nothing: ${JSON.stringify(piece)}`, { timeout: 60_000 }, () => {
      const before = process.cpuUsage();
      const page = piece.repeat(Math.ceil(2 ** 22 / piece.length));
      assert.deepEqual(parseIndexPage(page), nothing);
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 2e6, `${user + system} µs`);
    });
  }
});
