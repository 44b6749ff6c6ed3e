import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { errorWords } from '../../../src/locust/client/quote.ts';

const words = (body: string) => errorWords(Buffer.from(body));

describe('the words of an error page', () => {
  it('are plain text as it is, even where it looks a little like HTML', () => {
    for (const text of [
      "'<' not supported between instances of 'str' and 'NoneType'",
      "expected <class 'int'> > 3, got <Response [500]>",
      '{"error": "a < b"}',
      '',
    ]) {
      assert.equal(words(text), text);
    }
  });

  it('are those of HTML without its tags, scripts, styles and comments', () => {
    const page = `<!DOCTYPE html><HTML lang="en"><head><title>502 Bad Gateway</title>
      <style>b { color: red }</style><script src="a">let SECRET = 1;</script ></head>
      <body class="a"><!-- hidden
      --><h1>Out of&nbsp;order</h1><p onclick="x">a &lt; b &amp;&amp; c<br/>d</p></body></HTML>`;
    assert.equal(words(page), '502 Bad Gateway Out of&nbsp;order a < b && c d');
    assert.equal(words('a <script>never closed'), 'a');
    assert.equal(words('a <!-- never closed'), 'a');
  });

  it('have the characters that HTML writes as numbers', () => {
    assert.equal(words('&#39;&lt;&#039; &#x27;&#X3E;&#8364;'), "'<' '>€");
    assert.equal(
      words('&#0; &#9999999; &#x110000; &#; &#a;'),
      '&#0; &#9999999; &#x110000; &#; &#a;',
    );
  });

  it('are the last line of a traceback', () => {
    const traceback = 'Traceback (most recent call last):\n  File "a.py", line 1\n    f()\n';
    assert.equal(words(`${traceback}ValueError: 3\n`), 'ValueError: 3');
    const padding = '  x\n'.repeat(2000).slice(0, 8192 - 13 - traceback.length);
    assert.equal(words(`${traceback}${padding}\nValueError: 3`), 'ValueError: 3');
    assert.match(words(`${traceback}${'  x\n'.repeat(3000)}ValueError: 3`), /^Traceback .*a\.py/);
  });

  it('are none in what is no text', () => {
    assert.equal(errorWords(Buffer.from([0x89, 0x50, 0, 0x0d])), '');
  });

  it('take no long time', () => {
    const startMs = performance.now();
    for (const part of ['<script', '<!--', '<a ', '<', '<style>a</']) {
      words(part.repeat(2 ** 20));
    }
    assert.ok(performance.now() - startMs < 1000);
  });
});
