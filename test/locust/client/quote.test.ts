import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { createQuote, HIDDEN, secretsInHeader } from '../../../src/locust/client/quote.ts';

const SHOWN = 'http://locust:8089/';
const quoteWith = (...secrets: string[]) => createQuote({ secrets: () => secrets, shown: SHOWN });

describe('foreign text in a message', () => {
  const quote = quoteWith();

  it('is one line without control and format characters', () => {
    assert.equal(quote('  a\r\n\tb\u2028c\u0000d\u001b[31me\u202ef\ud800g  '), 'a b c d [31me f g');
    assert.equal(quote('ünïcödé 😀 <b>'), 'ünïcödé 😀 <b>');
    assert.equal(quote(' \n '), '');
  });

  it('has at most 200 characters', () => {
    assert.equal(quote('x'.repeat(200)), 'x'.repeat(200));
    assert.equal(quote('x'.repeat(201)), `${'x'.repeat(199)}…`);
    assert.equal(quote(' '.repeat(10_000_000)), '');
  });
});

describe('a secret in foreign text', () => {
  it('hides it, in each of its usual encodings', () => {
    const quote = quoteWith(`pä'ss"w&rd=1`);
    for (const echo of [
      `you sent pä'ss"w&rd=1`,
      `you sent PÄ'SS"W&RD=1`,
      `you sent p ä'ss "w&rd=1`,
      `/p%C3%A4%27ss%22w%26rd%3D1`,
      `/p%25C3%25A4%2527ss%2522w%2526rd%253D1`,
      `pä&#39;ss&#34;w&#38;rd=1`,
      `pä&#x27;ss&quot;w&amp;rd=1`,
      `p&#228;&#X27;ss&#x22;w&#x26;rd&#61;1`,
      String.raw`{"password": "p\u00e4'ss\"w&rd=1"}`,
      String.raw`'pä\'ss"w&rd=1'`,
    ]) {
      assert.equal(quote(echo), HIDDEN, echo);
    }
    // These are too short to be found by a part.
    for (const [secret, echo] of [
      [`<1>`, '&lt;1&gt;'],
      [`<1>`, '&#60;1&#62;'],
      [`"1'&`, '&quot;1&#x27;&amp;'],
      [`"1'&`, '&#34;1&#39;&#38;'],
      ['<1>', String.raw`\u003c1\u003E`],
      [`a"b'c`, String.raw`a\"b\'c`],
      ['a b', 'x=a+b'],
      ['a b', 'x=a%20b'],
      ['a b', 'x=a%2520b'],
      [' a1 ', 'x=a1'],
    ] as const) {
      assert.equal(quoteWith(secret)(echo), HIDDEN, echo);
    }
    assert.equal(quoteWith('my secret pass')('a=my+secret+pass'), HIDDEN);
  });

  it('hides it when it is cut, from eight characters on', () => {
    const quote = quoteWith('abcdefghijklmnop');
    assert.equal(quote('Size limit: Authorization: abcdefgh'), HIDDEN);
    assert.equal(quote('…ijklmnop'), HIDDEN);
    assert.equal(quote('abcdefg ijklmno'), 'abcdefg ijklmno');
    assert.equal(quote('ends in ijklmnoq or mno'), 'ends in ijklmnoq or mno');
    assert.equal(quote('nop'), 'nop');
    assert.equal(quoteWith('abcdefgh')('xabcdefghx'), HIDDEN);
    assert.equal(quoteWith('abcdefg')('xabcdefgx'), 'xabcdefgx');
    assert.equal(quote(`${'x'.repeat(300)}abcdefghijklmnop`), HIDDEN);
  });

  it('that is short hides it as a word of its own', () => {
    const quote = quoteWith('p&s', '7');
    assert.equal(quote('wrong: me:p&s@host'), HIDDEN);
    assert.equal(quote('p&s'), HIDDEN);
    assert.equal(quote('up&so p&s'), HIDDEN);
    assert.equal(quote('up&so'), 'up&so');
    assert.equal(quote('17 of 70'), '17 of 70');
    assert.equal(quote('a 7'), HIDDEN);
  });

  it('is none where messages show it anyway, or where it is empty', () => {
    assert.equal(quoteWith('')(' x  y'), 'x y');
    assert.equal(quoteWith('locust', '8089', '')('locust at 8089 failed'), 'locust at 8089 failed');
    const quote = quoteWith('http://locust:8089/secret-part');
    assert.equal(quote('http://locust:8089/other'), 'http://locust:8089/other');
    assert.equal(quote('see /secret-part'), HIDDEN);
    assert.equal(quoteWith('https://a.example')('https://b'), 'https://b');
  });
});

describe('the secrets of a header', () => {
  it('are what stands in it', () => {
    const token = Buffer.from('me:p:w').toString('base64');
    assert.deepEqual(secretsInHeader('authorization', `Basic ${token}`), [token, 'me', 'p:w']);
    assert.deepEqual(secretsInHeader('proxy-authorization', `basic  ${token}`), [
      token,
      'me',
      'p:w',
    ]);
    assert.deepEqual(secretsInHeader('authorization', 'Bearer abc d'), ['abc d']);
    assert.deepEqual(secretsInHeader('authorization', 'abc'), ['abc']);
    assert.deepEqual(secretsInHeader('cookie', 'a=b; session=c=d'), ['b', 'c=d']);
    assert.deepEqual(secretsInHeader('x-api-key', 'a b'), ['a b']);
  });
});
